package sandbox

import (
	"fmt"
	"time"

	"marketa/sandbox/props"
	"marketa/sandbox/telegram"
	"marketa/sandbox/whapi"
)

// Restaurant is one of the seeded agency: what its conversations are, and what the agency has in its records about it.
type Restaurant struct {
	Name, Zone string
	Life       []string    // what has moved it, in order, in the platform's words
	Facts      [][2]string // field and value
	Places     []Place     // the first one makes it known
	Task       CRMTask
}

// Place is a conversation on one of our numbers.
type Place struct{ Channel, Chat string }

// Cast are the people of the seeded agency: those of [People], a new lead, and two more of Anna's restaurant.
func Cast() []Person {
	cast := People()
	cast[0].Place, cast[0].Voices = "Trattoria Demo · a happy client", []string{"Ciao, domenica prossima siamo chiusi, lo scrivete voi?", "La torta al limone è piaciuta tantissimo, facciamone un altro post"}
	cast[1].Place, cast[1].Voices = "Café Beispiel · connection broken", []string{"Hallo, habt ihr den Link für Instagram schon geschickt?"}
	cast[2].Place, cast[2].Voices = "Taberna Ejemplo · invoice overdue", []string{"Hola, ya he pagado la factura esta mañana"}
	return append(cast,
		Person{miaPhone, "Mia", "Bistro Fiktiv · a new lead", []string{"We are in Dublin, nine tables and a garden"}, []string{"We have nine tables and a small garden, and we open next month"}},
		Person{lucaPhone, "Luca", "Trattoria Demo · the chef", []string{"@Marketa ecco il piatto di oggi"}, []string{"Oggi il menu cambia, niente tartufo"}},
		Person{giuliaPhone, "Giulia", "Trattoria Demo · the dining room", []string{"@Marketa giovedì c'è musica dal vivo"}, []string{"Giovedì c'è musica dal vivo, si comincia alle nove"}})
}

const (
	annaPhone, jonasPhone, luciaPhone, miaPhone = "393330000001", "491510000002", "34600000003", "353850000004"
	lucaPhone, giuliaPhone                      = "393330000005", "393330000006"
	seededGroup                                 = "120363000000000777@g.us"
)

// Seed gives the world a past: four restaurants, one of them with a group, with conversations that nobody has heard by
// webhook. It asks for nothing: whatever was said has been answered.
func (w *World) Seed() ([]Restaurant, error) {
	for _, p := range Cast() {
		w.WhatsApp.AddPerson(whapi.Person{Phone: p.Phone, Name: p.Name})
	}
	w.Telegram.AddGroup(telegram.Group{ID: Approvals, Title: "Approvals", Supergroup: true, BotAdmin: true, Members: []int64{ManagerA, ManagerB, Stranger}})
	if _, err := w.WhatsApp.AddGroup(whapi.Group{ID: seededGroup, Subject: "Trattoria Demo", Creator: annaPhone, Members: []string{lucaPhone, giuliaPhone, MarketaPhone, CompanyPhone}}); err != nil {
		return nil, fmt.Errorf("sandbox: seed: %w", err)
	}
	for _, c := range w.conversations() {
		if _, err := w.WhatsApp.SeedHistory(c.Channel, c.Chat, c.past...); err != nil {
			return nil, fmt.Errorf("sandbox: seed: %w", err)
		}
	}
	list, tasks := w.restaurants(), w.tasks()
	for i := range list {
		list[i].Task = tasks[list[i].Name]
	}
	return list, nil
}

func direct(phone string) Place { return Place{"marketa", phone + "@s.whatsapp.net"} }

type conversation struct {
	Place
	past []whapi.Past
}

func (w *World) conversations() []conversation {
	const hour, day = time.Hour, 24 * time.Hour
	says := func(ago time.Duration, from, words string) whapi.Past {
		return whapi.Past{Ago: ago, From: from, What: whapi.Text(words)}
	}
	shows := func(ago time.Duration, from, photo, caption string) whapi.Past {
		content, mimeType := props.File(photo)
		return whapi.Past{Ago: ago, From: from, What: whapi.Media{Kind: "image", Bytes: content, MIME: mimeType, Caption: caption}}
	}
	speaks := func(ago time.Duration, from, words string, seconds int) whapi.Past {
		return whapi.Past{Ago: ago, From: from, What: whapi.Media{Kind: "voice", Bytes: props.VoiceNote(words, seconds), Seconds: seconds}}
	}
	return []conversation{
		{direct(annaPhone), []whapi.Past{
			shows(3*day+2*hour, annaPhone, "cake.jpg", "Il nostro nuovo dolce! Lo pubblichiamo?"),
			says(3*day+hour, "", "Che bella! La mettiamo venerdì alle 18, va bene?"),
			says(3*day, annaPhone, "Perfetto, grazie mille 🙏"),
			says(26*hour, "", "Il post della torta è online: 214 mi piace finora."),
			says(25*hour, annaPhone, "Fantastico! Ieri ne abbiamo vendute venti."),
			says(24*hour, "", "Che bello sentirlo, complimenti alla cucina!"),
		}},
		{Place{"marketa", seededGroup}, []whapi.Past{
			says(2*day, annaPhone, "Ragazzi, in questo gruppo mandiamo foto e novità all'agenzia"),
			shows(2*day-hour, lucaPhone, "pasta.jpg", "Gli spaghetti di oggi"),
			speaks(2*day-2*hour, giuliaPhone, "Giovedì facciamo musica dal vivo, magari un post?", 6),
			says(2*day-3*hour, "", "Ottima idea, lo mettiamo in piano per mercoledì. Grazie delle foto!"),
		}},
		{direct(jonasPhone), []whapi.Past{
			says(30*hour, "", "Hallo Jonas, Instagram lässt uns seit gestern nicht mehr posten: die Verbindung ist abgelaufen."),
			says(29*hour, jonasPhone, "Oh, ich habe das Passwort geändert. Was muss ich tun?"),
			says(28*hour, "", "Kein Problem: wir schicken dir einen Link, ein Klick genügt."),
		}},
		{direct(luciaPhone), []whapi.Past{
			says(4*day, "", "Hola Lucía, la factura 2026-014 de 290 € venció la semana pasada. ¿La puedes mirar?"),
			says(4*day-hour, luciaPhone, "Perdona, esta semana la pago"),
			says(4*day-2*hour, "", "Gracias, Lucía."),
		}},
	}
}

func (w *World) restaurants() []Restaurant {
	onboarded := []string{"signed", "agreed", "connected", "content_ready", "approvals_done", "paid"}
	due := w.Clock.Now().AddDate(0, 0, -12).Format("2 January 2006")
	return []Restaurant{
		{"Trattoria Demo", "Europe/Rome", onboarded, [][2]string{{"city", "Bologna"}, {"hours", "Tuesday to Sunday 12:00-15:00 and 19:00-23:00, closed on Monday"},
			{"dishes", "tagliatelle al ragù, spaghetti al pomodoro, torta al limone"}, {"languages", "Italian"}, {"plan", "three posts and two stories a week"}}, []Place{direct(annaPhone), {"marketa", seededGroup}}, CRMTask{}},
		{"Café Beispiel", "Europe/Berlin", append(onboarded[:6:6], "connection_lost"), [][2]string{{"city", "Köln"}, {"hours", "daily 8:00-18:00"}, {"languages", "German"},
			{"connection", "Instagram is disconnected: the password was changed. The owner has to connect again by the link."}}, []Place{direct(jonasPhone)}, CRMTask{}},
		{"Taberna Ejemplo", "Europe/Madrid", append(onboarded[:6:6], "payment_failed"), [][2]string{{"city", "Sevilla"}, {"hours", "Wednesday to Sunday 13:00-16:30 and 20:00-24:00"}, {"languages", "Spanish"},
			{"invoice", "2026-014 over 290 EUR was due on " + due + " and is not paid"}}, []Place{direct(luciaPhone)}, CRMTask{}},
	}
}

// Opening is what happens as the curtain rises: somebody new writes.
func (w *World) Opening() error {
	_, err := w.WhatsApp.Say("marketa", miaPhone, "Hello! What does it cost if you look after our Instagram?")
	return err
}
