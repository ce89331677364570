package sandbox

import "marketa/sandbox/meta"

// The people of the agency at Facebook, by their first names, with the pages and accounts that they hold. Anna's trattoria is
// fit for everything; Jonas's page has no Instagram account; Lucía manages two pages.
const (
	FacebookAnna, FacebookJonas, FacebookLucia = "1001", "1002", "1003"

	PageAnna, PageJonas, PageLucia, PageOfFriend = "2001", "2002", "2003", "2004"

	InstagramAnna, InstagramLucia = "17840000000002001", "17840000000002003"
)

func (w *World) peopleOfMeta() {
	w.Meta.AddInstagram(meta.Instagram{ID: InstagramAnna, Username: "trattoria.demo", Name: "Trattoria Demo"})
	w.Meta.AddInstagram(meta.Instagram{ID: InstagramLucia, Username: "taberna.ejemplo", Name: "Taberna Ejemplo"})
	w.Meta.AddPage(meta.Page{ID: PageAnna, Name: "Trattoria Demo", Username: "trattoriademo", Category: "Italian Restaurant", Instagram: InstagramAnna})
	w.Meta.AddPage(meta.Page{ID: PageJonas, Name: "Café Beispiel", Username: "cafebeispiel", Category: "Cafe"})
	w.Meta.AddPage(meta.Page{ID: PageLucia, Name: "Taberna Ejemplo", Username: "tabernaejemplo", Category: "Spanish Restaurant", Instagram: InstagramLucia})
	w.Meta.AddPage(meta.Page{ID: PageOfFriend, Name: "Flamenco en el patio", Category: "Club"})
	for _, p := range []struct {
		id, name string
		pages    []string
	}{{FacebookAnna, "Anna Demo", []string{PageAnna}}, {FacebookJonas, "Jonas Beispiel", []string{PageJonas}}, {FacebookLucia, "Lucía Ejemplo", []string{PageLucia, PageOfFriend}}} {
		w.Meta.AddPerson(meta.Person{ID: p.id, Name: p.name})
		for _, page := range p.pages {
			w.Meta.Appoint(p.id, page, meta.AllTasks()...)
		}
	}
}
