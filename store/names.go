package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"marketa/internal/fault"
)

// Known is one chat with the restaurant it belongs to; a restaurant without a chat has an entry with a zero one.
type Known struct {
	Restaurant RestaurantID
	Name       string
	Stage      string
	Zone       string
	Chat       ChatID
	Title      string
	Kind       string
	People     []string // of the restaurant
}

// Names is who there is: names only. Managers' words and models' arguments are resolved by it, never by ids.
type Names []Known

// Names reads it; the desk's role alone sees all restaurants.
func (tx *Tx) Names(ctx context.Context) (Names, error) {
	d, err := rows[Known](ctx, tx, `SELECT r.id AS restaurant, r.name, r.stage, r.zone, c.id AS chat, coalesce(c.title, '') AS title, coalesce(c.kind, '') AS kind,
		ARRAY(SELECT p.name FROM people p WHERE p.restaurant_id = r.id AND p.name <> '' ORDER BY p.created_at LIMIT 30) AS people
		FROM restaurants r LEFT JOIN chats c ON c.restaurant_id = r.id AND c.kind <> 'other' AND c.ignored_at IS NULL WHERE r.merged_into IS NULL ORDER BY r.created_at, r.id, c.created_at`)
	return d, wrapped("names", err)
}

// Ambiguous is a name that several have. The manager is asked; a model cannot choose.
type Ambiguous struct {
	Name    string
	Choices []Choice
}

// Choice is one of them, as a button shows it.
type Choice struct {
	Label      string
	Restaurant RestaurantID
	Chat       ChatID
}

func (a *Ambiguous) Error() string { return fmt.Sprintf("store: %d of one name", len(a.Choices)) }

// Named are the restaurants that somebody's words speak of, by their own name or that of a person or a chat of theirs.
func (d Names) Named(words string) (out []RestaurantID) {
	said := tokens(words)
	for _, e := range d {
		if slices.ContainsFunc(append([]string{e.Name, e.Title}, e.People...), func(name string) bool { return speaksOf(said, name) }) {
			add(&out, e.Restaurant)
		}
	}
	return out
}

// speaksOf: any telling part of a name; a name made of common words only counts as a whole.
func speaksOf(said []string, name string) bool {
	var telling []string
	all := tokens(name)
	for _, t := range all {
		if !slices.Contains(common, t) && len([]rune(t)) >= 2 {
			telling = append(telling, t)
		}
	}
	if len(telling) == 0 {
		return len(all) > 0 && contains(said, all, same)
	}
	return slices.ContainsFunc(telling, func(t string) bool {
		return slices.ContainsFunc(said, func(s string) bool { return inflected(s, t) })
	})
}

// FindRestaurant resolves a name to one restaurant, by its own name or by that of a person or chat of it.
func (d Names) FindRestaurant(s *Scope, name string) (Known, error) {
	if e, ok := d.picked(s, name, false); ok {
		return e, nil
	}
	found := d.best(name, func(e Known) []string { return append([]string{e.Name, e.Title}, e.People...) })
	found = slices.CompactFunc(found, func(a, b Known) bool { return a.Restaurant == b.Restaurant })
	return s.only(name, found, func(e Known) Choice {
		return Choice{Label: joined(e.Name, e.Stage), Restaurant: e.Restaurant}
	})
}

// FindChat resolves a name to one chat. direct leaves out groups, which must not get what is meant for one person.
func (d Names) FindChat(s *Scope, name string, direct bool) (Known, error) {
	var chats Names
	for _, e := range d {
		if !e.Chat.IsZero() && (!direct || e.Kind == "direct") {
			chats = append(chats, e)
		}
	}
	if e, ok := chats.picked(s, name, true); ok {
		return e, nil
	}
	found := chats.best(name, func(e Known) []string { return []string{e.Title} })
	if len(found) == 0 {
		found = chats.best(name, func(e Known) []string {
			if e.Kind == "group" {
				return append([]string{e.Name, e.Title}, e.People...)
			}
			return []string{e.Name, e.Title}
		})
	}
	return s.only(name, found, func(e Known) Choice {
		return Choice{Label: joined(cmp.Or(e.Title, "New contact"), other(e.Name, e.Title)), Restaurant: e.Restaurant, Chat: e.Chat}
	})
}

func joined(a, b string) string {
	return strings.TrimSuffix(cutName(a)+" · "+cutName(strings.ReplaceAll(b, "_", " ")), " · ")
}

// cutName is a name on one line, short enough for a button.
func cutName(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}), " ")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func other(a, b string) string {
	if a == b {
		return ""
	}
	return a
}

// picked is whom the manager has chosen for this name, if that one is still there.
func (d Names) picked(s *Scope, name string, chat bool) (Known, bool) {
	for _, p := range s.Picks {
		if strings.Join(tokens(p.Name), " ") != strings.Join(tokens(name), " ") {
			continue
		}
		for _, e := range d {
			if e.Restaurant == p.Restaurant && (p.Chat.IsZero() || e.Chat == p.Chat) && (!chat || !e.Chat.IsZero()) {
				return e, true
			}
		}
	}
	return Known{}, false
}

// only gives the one that is meant. Of several it takes those that the manager speaks of, then the one that the conversation
// was about; else it is for the manager to say.
func (s *Scope) only(name string, found []Known, choice func(Known) Choice) (Known, error) {
	for _, closer := range []func(Known) bool{
		func(e Known) bool { return slices.Contains(s.Named, e.Restaurant) },
		func(e Known) bool { return slices.Contains(s.Carried, e.Restaurant) },
	} {
		if near := filter(found, closer); len(near) > 0 {
			found = near
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return Known{}, fault.New(fault.NotFound, "There is no client and no restaurant of the name “%s”. Ask the manager who is meant, or look with desk_find_restaurant.", cutName(name))
	}
	a := &Ambiguous{Name: name}
	for _, e := range found[:min(len(found), mostChoices)] {
		a.Choices = append(a.Choices, choice(e))
	}
	return Known{}, fault.Wrap(a, fault.Invalid, "Several have this name; the manager is asked which one.")
}

const mostChoices = 8 // buttons; who is not among them says the name more exactly

func filter(all []Known, keep func(Known) bool) (out []Known) {
	for _, e := range all {
		if keep(e) {
			out = append(out, e)
		}
	}
	return out
}

// best are the entries that a query fits: word for word, else with a slip of the pen. A whole name that is said in full beats
// those that hold it.
func (d Names) best(query string, names func(Known) []string) []Known {
	asked := tokens(query)
	if len(asked) == 0 {
		return nil
	}
	for _, fits := range []func(Known) bool{
		func(e Known) bool {
			return len(asked) > 1 && slices.ContainsFunc(names(e), func(n string) bool { return slices.Equal(tokens(n), asked) })
		},
		func(e Known) bool {
			return contains(tokens(strings.Join(append(names(e), e.Name), " ")), asked, same) && touches(names(e), asked, same)
		},
		func(e Known) bool {
			return contains(tokens(strings.Join(append(names(e), e.Name), " ")), asked, inflected) && touches(names(e), asked, inflected)
		},
	} {
		if found := filter(d, fits); len(found) > 0 {
			return found
		}
	}
	return nil
}

// touches: at least one word of the query is of these names, and not of the restaurant's beside them only.
func touches(names, asked []string, like func(said, name string) bool) bool {
	for _, t := range tokens(strings.Join(names, " ")) {
		if slices.ContainsFunc(asked, func(a string) bool { return like(a, t) }) {
			return true
		}
	}
	return false
}

// contains: every word of want is in have.
func contains(have, want []string, like func(said, name string) bool) bool {
	for _, w := range want {
		if !slices.ContainsFunc(have, func(h string) bool { return like(w, h) }) {
			return false
		}
	}
	return true
}

func same(a, b string) bool { return a == b }

// inflected: "Annas" for Anna, "Tratoria" for Trattoria, "Tratt" for Trattoria.
func inflected(said, name string) bool {
	s, n := []rune(said), []rune(name)
	switch {
	case said == name:
		return true
	case len(n) >= 3 && strings.HasPrefix(said, name) && len(s)-len(n) <= 1:
		return true
	case len(s) >= 4 && strings.HasPrefix(name, said):
		return true
	}
	return len(s) >= 6 && len(n) >= 6 && s[0] == n[0] && slip(s, n)
}

// slip: one letter too many, too few or another one.
func slip(a, b []rune) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	rest := b[i:]
	if len(a) == len(b) && i < len(b) {
		rest = b[i+1:]
	}
	if i == len(a) {
		return true
	}
	return slices.Equal(a[i+1:], rest)
}

// tokens are the words of a text, small and without accents.
func tokens(text string) []string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// common are words that names have and that tell nobody apart, and the words of questions: nobody who calls himself "Who
// waits" shall close the desk to the others.
var common = strings.Fields(`the a an of and at in to for my our it is are was who what which when how long do did does we they them has have write tell note move pause
paused active remind show waits waiting wait chat chats card cards open last today tomorrow new contact client clients restaurant restaurants
ristorante trattoria pizzeria osteria bar cafe caffe gasthaus gasthof hotel taberna restaurante bistro kitchen food il la lo le gli i di da del della e al
der die das und am im zum zur von wer was wie wann schreib el los las y de en con que quien cuando chi cosa come quando che`)

// Like are the entries that a part of a name fits; all of them for an empty one.
func (d Names) Like(query string) Names {
	if len(tokens(query)) == 0 {
		return d
	}
	return d.best(query, func(e Known) []string { return append([]string{e.Name, e.Title}, e.People...) })
}
