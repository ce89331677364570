package actor

import (
	"fmt"
	"regexp"
	"strings"
)

func (a *assistant) say(key string) Reply { return Reply{Text: a.text(key)} }

func (a *assistant) text(key string, args ...any) string {
	t := deskTexts[key]
	n := map[language]int{english: 0, german: 1, italian: 2, spanish: 3}[a.in]
	if len(args) == 0 {
		return t[n]
	}
	return fmt.Sprintf(t[n], args...)
}

// deskTexts are in English, German, Italian and Spanish.
var deskTexts = map[string][4]string{
	"help": {
		"You can ask me who waits and for how long, what somebody wrote last, what we know about a restaurant, which restaurants are paused, when we last wrote to somebody, and how many cards are open.\nI can also prepare: a message to a client, a move to another stage, a note about a restaurant. And I remind you of things. Nothing leaves or changes before somebody taps.",
		"Du kannst mich fragen, wer wartet und wie lange, was jemand zuletzt geschrieben hat, was wir über ein Restaurant wissen, welche pausiert sind, wann wir zuletzt geschrieben haben und wie viele Karten offen sind.\nAußerdem bereite ich vor: eine Nachricht an einen Kunden, einen Wechsel der Phase, eine Notiz zu einem Restaurant. Und ich erinnere dich. Nichts geht hinaus oder ändert sich, bevor jemand tippt.",
		"Puoi chiedermi chi aspetta e da quanto, cosa ha scritto qualcuno, cosa sappiamo di un ristorante, quali sono in pausa, quando abbiamo scritto l'ultima volta e quante card sono aperte.\nPreparo anche: un messaggio a un cliente, il passaggio a un'altra fase, una nota su un ristorante. E ti ricordo le cose. Niente parte o cambia prima che qualcuno tocchi.",
		"Puedes preguntarme quién espera y desde cuándo, qué ha escrito alguien, qué sabemos de un restaurante, cuáles están en pausa, cuándo escribimos por última vez y cuántas fichas hay abiertas.\nTambién preparo: un mensaje a un cliente, el paso a otra fase, una nota sobre un restaurante. Y te recuerdo cosas. Nada sale ni cambia antes de que alguien toque."},
	"hello":              {"Hello! Ask me who waits, or tell me what to prepare.", "Hallo! Frag mich, wer wartet, oder sag mir, was ich vorbereiten soll.", "Ciao! Chiedimi chi aspetta, o dimmi cosa preparare.", "¡Hola! Pregúntame quién espera o dime qué preparo."},
	"unclear":            {"I did not understand that. Ask for example “who waits?”, “what did Anna write?” or “write Anna that …”.", "Das habe ich nicht verstanden. Frag zum Beispiel „wer wartet?“, „was hat Anna geschrieben?“ oder „schreib Anna, dass …“.", "Non ho capito. Chiedi per esempio «chi aspetta?», «cosa ha scritto Anna?» o «scrivi ad Anna che …».", "No lo he entendido. Pregunta por ejemplo «¿quién espera?», «¿qué ha escrito Anna?» o «escribe a Anna que …»."},
	"not_yet":            {"Payments, invoices, amounts and publishing are not available here yet.", "Zahlungen, Rechnungen, Beträge und Veröffentlichen gibt es hier noch nicht.", "Pagamenti, fatture, importi e pubblicazione qui non ci sono ancora.", "Pagos, facturas, importes y publicar todavía no están disponibles aquí."},
	"post_what":          {"What shall the post be about?", "Worum soll es in dem Beitrag gehen?", "Di cosa deve parlare il post?", "¿De qué debe hablar la publicación?"},
	"post_begun":         {"I am writing it.", "Ich schreibe ihn.", "Lo scrivo.", "La escribo."},
	"may_not":            {"Your role may ask, but not have things done. An owner can change it.", "Deine Rolle darf fragen, aber nichts veranlassen. Ein Owner kann das ändern.", "Il tuo ruolo può chiedere, ma non far fare. Un owner può cambiarlo.", "Tu rol puede preguntar, pero no encargar nada. Un owner puede cambiarlo."},
	"who":                {"Who is meant?", "Wer ist gemeint?", "Chi intendi?", "¿A quién te refieres?"},
	"what":               {"What shall I write to %s?", "Was soll ich %s schreiben?", "Cosa scrivo a %s?", "¿Qué le escribo a %s?"},
	"when":               {"When shall I remind you? For example “tomorrow at 10”.", "Wann soll ich dich erinnern? Zum Beispiel „morgen um 10“.", "Quando te lo ricordo? Per esempio «domani alle 10».", "¿Cuándo te lo recuerdo? Por ejemplo «mañana a las 10»."},
	"proposed":           {"It waits for a tap.", "Es wartet auf einen Tipp.", "Aspetta un tocco.", "Espera a que alguien toque."},
	"reminded":           {"I remind you.", "Ich erinnere dich.", "Te lo ricordo.", "Te lo recuerdo."},
	"wrote_untranslated": {"I could not put your words into the client's language; they stand on the card as you wrote them.\nUse Edit there before it leaves.", "Deine Worte konnte ich nicht in die Sprache des Kunden bringen; sie stehen so auf der Karte.\nBitte dort mit Edit ändern.", "Non ho saputo tradurre le tue parole; sulla card sono come le hai scritte.\nUsa Edit prima che parta.", "No he sabido traducir tus palabras; en la ficha están como las escribiste.\nUsa Edit antes de que salga."},
	"nobody_waits":       {"Nobody waits. Every client has an answer.", "Niemand wartet. Jeder Kunde hat eine Antwort.", "Nessuno aspetta. Ogni cliente ha una risposta.", "Nadie espera. Todos los clientes tienen respuesta."},
	"waiting":            {"Waiting: %d", "Es warten: %d", "In attesa: %d", "Esperan: %d"},
	"cards":              {"Open cards: %d.", "Offene Karten: %d.", "Card aperte: %d.", "Fichas abiertas: %d."},
	"no_cards":           {"No card is open.", "Keine Karte ist offen.", "Nessuna card è aperta.", "No hay fichas abiertas."},
	"oldest":             {"The oldest waits for %s.", "Die älteste wartet seit %s.", "La più vecchia aspetta da %s.", "La más antigua espera desde hace %s."},
	"pace":               {"In the last %d days: %d decided, half of them within %s, the slowest after %s.", "In den letzten %d Tagen: %d entschieden, die Hälfte binnen %s, die langsamste nach %s.", "Negli ultimi %d giorni: %d decise, metà entro %s, la più lenta dopo %s.", "En los últimos %d días: %d decididas, la mitad en %s, la más lenta tras %s."},
	"no_pace":            {"Nothing was decided in the last %d days.", "In den letzten %d Tagen wurde nichts entschieden.", "Negli ultimi %d giorni non è stato deciso nulla.", "En los últimos %d días no se ha decidido nada."},
	"wrote_at":           {"wrote last %s", "schrieb zuletzt %s", "ha scritto l'ultima volta %s", "escribió por última vez %s"},
	"no_chats":           {"There is no chat yet.", "Es gibt noch keinen Chat.", "Non c'è ancora nessuna chat.", "Todavía no hay ningún chat."},
	"none_found":         {"None is %s.", "Keines ist %s.", "Nessuno è %s.", "Ninguno está %s."},
	"stands":             {"%s is %s.", "%s ist %s.", "%s è %s.", "%s está %s."},
	"no_facts":           {"Nothing else is recorded.", "Mehr ist nicht notiert.", "Non è annotato altro.", "No hay nada más anotado."},
	"chat":               {"Chat with %s: wrote last %s, we %s", "Chat mit %s: schrieb zuletzt %s, wir %s", "Chat con %s: ha scritto l'ultima volta %s, noi %s", "Chat con %s: escribió por última vez %s, nosotros %s"},
	"last":               {"We last wrote to %s: %s. Their last message: %s.", "Wir haben %s zuletzt geschrieben: %s. Letzte Nachricht von dort: %s.", "A %s abbiamo scritto l'ultima volta: %s. Il loro ultimo messaggio: %s.", "A %s le escribimos por última vez: %s. Su último mensaje: %s."},
	"silent":             {"%s has not written yet.", "%s hat noch nichts geschrieben.", "%s non ha ancora scritto.", "%s todavía no ha escrito."},
	"wrote":              {"%s wrote:", "%s schrieb:", "%s ha scritto:", "%s escribió:"},
	"answered":           {"We have answered: %s.", "Wir haben geantwortet: %s.", "Abbiamo risposto: %s.", "Hemos respondido: %s."},
	"never":              {"never", "nie", "mai", "nunca"},
	"nobody_called":      {"I know nobody called “%s”.", "Ich kenne niemanden namens „%s“.", "Non conosco nessuno di nome «%s».", "No conozco a nadie llamado «%s»."},
	"crm_none":           {"There is no such task in Planfix. Shall I create one, or which number has it?", "So eine Aufgabe gibt es in Planfix nicht. Soll ich eine anlegen, oder welche Nummer hat sie?", "In Planfix non c'è un'attività così. Ne creo una, o che numero ha?", "En Planfix no hay ninguna tarea así. ¿Creo una, o qué número tiene?"},
	"crm_found":          {"In Planfix:", "In Planfix:", "In Planfix:", "En Planfix:"},
	"crm_stands":         {"Planfix task %d “%s” is %s.", "Planfix-Aufgabe %d „%s“ ist %s.", "L'attività %d «%s» in Planfix è %s.", "La tarea %d «%s» de Planfix está en %s."},
	"failed":             {"That did not work: %s", "Das ging nicht: %s", "Non ha funzionato: %s", "No ha funcionado: %s"},
}

func (a *assistant) never(when string) string {
	if when == "never" {
		return a.text("never")
	}
	return when
}

var quotedName = regexp.MustCompile(`of the name “([^”]*)”`)

// refusal puts a tool's no into words for a person.
func (a *assistant) refusal(bad string) Reply {
	if m := quotedName.FindStringSubmatch(bad); m != nil {
		return Reply{Text: a.text("nobody_called", m[1])}
	}
	if strings.Contains(bad, "Planfix") {
		return Reply{Text: bad}
	}
	if strings.Contains(bad, "has not asked") {
		return a.say("who")
	}
	if strings.Contains(bad, "no such tool") {
		return a.say("may_not")
	}
	return Reply{Text: a.text("failed", bad)}
}

var spans = map[string][4]string{
	"less than a minute": {"less than a minute", "weniger als einer Minute", "meno di un minuto", "menos de un minuto"},
	"minute":             {"minute", "Minute", "minuto", "minuto"}, "minutes": {"minutes", "Minuten", "minuti", "minutos"},
	"hour": {"hour", "Stunde", "ora", "hora"}, "hours": {"hours", "Stunden", "ore", "horas"},
	"day": {"day", "Tag", "giorno", "día"}, "days": {"days", "Tagen", "giorni", "días"},
}

// span says a tool's "5 minutes" in the manager's language.
func (a *assistant) span(s string) string {
	n := map[language]int{english: 0, german: 1, italian: 2, spanish: 3}[a.in]
	if t, ok := spans[s]; ok {
		return t[n]
	}
	number, unit, _ := strings.Cut(s, " ")
	if t, ok := spans[unit]; ok {
		return number + " " + t[n]
	}
	return s
}

var states = map[string][4]string{
	"a card waits for a decision": {"a card waits for a decision", "eine Karte wartet auf Entscheidung", "una card aspetta una decisione", "una ficha espera decisión"},
	"the bot is writing a draft":  {"the bot is writing a draft", "der Bot schreibt gerade", "il bot sta scrivendo", "el bot está escribiendo"},
	"nobody is at it":             {"nobody is at it", "niemand ist dran", "nessuno se ne occupa", "nadie está en ello"},
}

func (a *assistant) state(s string) string {
	if t, ok := states[s]; ok {
		return t[map[language]int{english: 0, german: 1, italian: 2, spanish: 3}[a.in]]
	}
	return s
}
