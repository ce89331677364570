package agent

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// heard makes a walk of what was said: by the client, by us, in the profile, by tools, in a hint.
type heard struct{ client, us, fact, read, refused, proposed, hint, name string }

func (h heard) walk(t *testing.T) *walk {
	t.Helper()
	nothing := func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }
	w := &walk{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), restaurant: store.Restaurant{Name: h.name, Zone: "Europe/Rome"}}
	w.tools = []tools.Tool{tools.DefineRead("profile_read", "Reads.", nothing),
		tools.DefinePropose("profile_propose", "Proposes.", func(context.Context, struct{}) (tools.Proposal, error) { return tools.Proposal{}, nil })}
	say := func(author store.Author, body string) {
		if body != "" {
			w.talk = append(w.talk, store.Message{ID: store.MessageID(store.NewID[struct{}]()), Author: author, Body: body})
		}
	}
	say(store.Client, h.client)
	say(store.Marketa, h.us)
	if h.client != "" {
		w.unhandled = w.talk[:1]
	}
	if h.fact != "" {
		w.facts = []store.Fact{{Field: "hours", Value: h.fact}}
	}
	result := func(tool, content string) {
		if content != "" {
			w.said = append(w.said, llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{Name: tool, Content: content}}})
		}
	}
	result("profile_read", h.read)
	result("profile_read", h.refused)
	result("profile_propose", h.proposed)
	w.redo.Hint = h.hint
	return w
}

func TestFiguresThatNobodyHasSaidAreShown(t *testing.T) {
	tests := []struct {
		name  string
		heard heard
		draft string
		want  string // what is shown, joined; empty: nothing
	}{
		// Prices.
		{"APrice", heard{client: "quanto costa?"}, "Costa 150 € al mese.", "150 €"},
		{"APriceInWords", heard{client: "how much?"}, "That is 150 euros.", "150 euros"},
		{"APriceWithItsSignInFront", heard{client: "how much?"}, "It is $99.50 a month", "$99.50"},
		{"RussianPrice", heard{client: "сколько?"}, "Это 1500 рублей.", "1500 рублей"},
		{"TheClientsPrice", heard{client: "avete detto 150 euro?"}, "Sì, 150 €.", ""},
		{"TheClientsBarePrice", heard{client: "150?"}, "Sì, 150 €.", ""},
		{"AnotherSpelling", heard{client: "da 1.250,50 euro"}, "1,250.50 € e 1250.5 €", ""},
		{"AHundredTimesAsMuch", heard{client: "il menu costa 12,50 euro"}, "Costa 1250 €", "1250 €"},
		{"ATenthAsMuch", heard{client: "il menu costa 12,50 euro"}, "Costa 1,25 €", "1,25 €"},
		{"ThePriceIsNotTheTime", heard{client: "alle 20:00"}, "Costa 2000 €", "2000 €"},
		{"ThePriceOnAFact", heard{client: "prezzo?", fact: "menu 35 €"}, "Il menu: 35 €", ""},
		{"ThePriceOfATool", heard{client: "prezzo?", read: `{"facts":{"menu":"35 €"}}`}, "Il menu: 35 €", ""},
		{"TheManagersPrice", heard{client: "prezzo?", hint: "sag ihm 149 Euro"}, "Sono 149 €.", ""},
		{"OurOwnPrice", heard{client: "ok?", us: "Sono 149 € al mese"}, "Come detto, 149 €.", ""},

		// Percentages.
		{"APercentage", heard{client: "sconto?"}, "Ti facciamo il 20%!", "20%"},
		{"APercentageInWords", heard{client: "Rabatt?"}, "Wir geben 20 Prozent.", "20 Prozent"},
		{"TheClientsPercentage", heard{client: "il 20 per cento?"}, "Il 20% lo decide un collega.", ""},
		{"APercentageIsNotACount", heard{client: "abbiamo 50 coperti"}, "Allora 50% di sconto", "50%"},

		// Times and days.
		{"ATime", heard{client: "quando?"}, "Alle 15:30 va bene.", "15:30"},
		{"AFullHour", heard{client: "Wann?"}, "Um 15 Uhr.", "15 Uhr"},
		{"EnglishHour", heard{client: "when?"}, "At 7 pm.", "7 pm"},
		{"TheClientsHours", heard{client: "domenica dalle 12 alle 15"}, "Domenica 12:00–15:00, giusto?", ""},
		{"TheClientsDottedTime", heard{client: "apriamo 12.30"}, "Apertura 12:30.", ""},
		{"TheOtherHalfOfTheDay", heard{client: "vengo alle 7:30 di sera"}, "Alle 19:30, perfetto.", ""},
		{"AnotherTime", heard{client: "domenica 12:00-15:00"}, "Domenica 12:00-15:30.", "15:30"},
		{"MinutesFromElsewhere", heard{client: "siamo in 15, da 30 anni"}, "Alle 15:30", "15:30"},
		{"AnEndOfSentence", heard{client: "apriamo 12:30"}, "Alle 12.30.", ""},
		{"ADate", heard{client: "quando?"}, "Il 24/12 pubblichiamo.", "24/12"},
		{"ADateInWords", heard{client: "quando?"}, "Il 24 dicembre pubblichiamo.", "24 dicembre"},
		{"AnEnglishDate", heard{client: "when?"}, "On December 24th.", "December 24th"},
		{"TheClientsDate", heard{client: "siamo chiusi il 24.12.2026"}, "Chiusi il 24 dicembre, ok.", ""},
		{"TheClientsDateTheOtherWay", heard{client: "closed on December 24"}, "Chiusi il 24/12, ok.", ""},
		{"TheDayOfTheClientsDate", heard{client: "chiusi il 24/12"}, "Il 24 quindi.", ""},
		{"TheNextDay", heard{client: "chiusi il 24/12"}, "Chiusi il 25/12.", "25/12"},
		{"Today", heard{client: "oggi?"}, "Oggi, 22 novembre 2026.", ""},
		{"AnotherYear", heard{client: "quando?"}, "Nel 2027.", "2027"},

		// Spans of time.
		{"ASpan", heard{client: "quando?"}, "Entro 24 ore.", "24 ore"},
		{"ASmallSpan", heard{client: "quando?"}, "In 3 giorni.", "3 giorni"},
		{"ASpanFromTo", heard{client: "wann?"}, "In 2-3 Tagen.", "2-3 Tagen"},
		{"TheClientsSpan", heard{client: "entro 3 giorni?"}, "Entro 3 giorni, chiedo.", ""},

		// Numbers.
		{"ANumber", heard{client: "foto?"}, "Ne servono 40.", "40"},
		{"ASmallNumber", heard{client: "foto?"}, "Mandane 2 o 3.", ""},
		{"TheClientsNumber", heard{client: "ho 40 foto"}, "Grazie per le 40 foto!", ""},
		{"TheRestaurantsName", heard{client: "ciao", name: "Bar 51"}, "Ciao Bar 51!", ""},
		{"AList", heard{client: "cosa serve?"}, "Servono:\n1. foto\n2. menu\n12) orari", ""},
		{"AllDay", heard{client: "ci siete?"}, "Siamo qui 24/7!", ""},
		{"APartOfAName", heard{client: "formato?"}, "In B12 va bene.", ""},
		{"DigitsOfOtherScripts", heard{client: "؟"}, "السعر ١٥٠ € و １５０ €", "150 €"},
		{"WideSigns", heard{client: "abbiamo 20 coperti"}, "Sconto del ２０％", "20%"},
		{"TheSameInBothScripts", heard{client: "150 €?"}, "السعر ١٥٠ €", ""},

		// Addresses.
		{"ALink", heard{client: "link?"}, "Paga qui: https://pay.example/abc", "https://pay.example/abc"},
		{"ALinkWithoutItsScheme", heard{client: "link?"}, "Vai su trattoria-bella.it/menu", "trattoria-bella.it/menu"},
		{"TheClientsLink", heard{client: "il sito è www.bella.it"}, "Ho visto https://bella.it/", ""},
		{"AnAddress", heard{client: "mail?"}, "Scrivi a info@agenzia.example", "info@agenzia.example"},
		{"APhone", heard{client: "telefono?"}, "Chiama +39 06 1234 5678", "+39 06 1234 5678"},
		{"ThePhoneOfAFact", heard{client: "telefono?", fact: "0612345678"}, "Chiama +39 06 1234 5678", ""},

		// What vouches for nothing.
		{"TheModelsOwnProposal", heard{client: "orari?", proposed: `{"proposed":"note in the profile: hours = 12:45"}`}, "Apriamo alle 12:45.", "12:45"},
		{"ARefusal", heard{client: "prezzo?", refused: `{"error":"unknown argument \"99 €\""}`}, "Sono 99 €.", "99 €"},

		// No more than four, each once is enough.
		{"TooMany", heard{client: "?"}, "10 €, 11 €, 12 €, 13 €, 14 €", "10 €|11 €|12 €|13 €"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(backed(tt.heard.walk(t), tt.draft), "\n")
			var shown []string
			for _, part := range strings.Split(got, "“")[1:] {
				shown = append(shown, strings.SplitN(part, "”", 2)[0])
			}
			if s := strings.Join(shown, "|"); s != tt.want {
				t.Errorf("shown %q, want %q", s, tt.want)
			}
		})
	}
}

func TestAClaimThatSomethingIsDoneIsShown(t *testing.T) {
	tests := []struct {
		draft string
		heard heard
		want  string
	}{
		{"I've published the post.", heard{}, "i've published"},
		{"We have just updated your hours!", heard{}, "we have just updated"},
		{"The post has been published.", heard{}, "has been published"},
		{"It is now live.", heard{}, "is now live"},
		{"Ich habe das Foto gerade veröffentlicht.", heard{}, "habe das foto gerade veröffentlicht"},
		{"Die Zeiten sind geändert.", heard{}, "sind geändert"},
		{"Ho inviato tutto.", heard{}, "ho inviato"},
		{"Abbiamo già pubblicato il menu.", heard{}, "abbiamo già pubblicato"},
		{"Il post è stato pubblicato.", heard{}, "è stato pubblicato"},
		{"Hemos publicado el menú.", heard{}, "hemos publicado"},
		{"Ya está hecho.", heard{}, "ya está hecho"},
		{"Мы уже опубликовали пост.", heard{}, "мы уже опубликовали"},
		{"Пост опубликован!", heard{}, "опубликован"},

		{"Shall we publish the post?", heard{}, ""},
		{"Have you changed the hours? I've changed nothing?", heard{}, ""},
		{"Haben Sie die Fotos geschickt?", heard{}, ""},
		{"I've passed it to the team.", heard{}, ""},
		{"I've sent your question to my colleagues.", heard{}, ""},
		{"L'ho annotato, lo controlla una persona.", heard{}, ""},
		{"Pubblichiamo domani?", heard{}, ""},
		{"Grazie, ho visto le foto.", heard{}, ""},
		{"Ho pubblicato il post, come detto.", heard{us: "Il post è stato pubblicato ieri"}, ""},
		{"Ho pubblicato il post.", heard{hint: "digli: pubblicato!"}, ""},
		{"Ho pubblicato il post.", heard{client: "avete pubblicato?"}, "ho pubblicato"},
		{"Ho pubblicato il post.", heard{proposed: `{"proposed":"pubblicato"}`}, "ho pubblicato"},
	}
	for _, tt := range tests {
		t.Run(tt.draft, func(t *testing.T) {
			got := strings.Join(backed(tt.heard.walk(t), tt.draft), "\n")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTheSameAmountInEverySpelling(t *testing.T) {
	for spelling, want := range map[string]string{
		"12": "12", "12,00": "12", "12.50": "12.5", "12,5": "12.5", "1.250": "1250", "1,250": "1250", "1'250": "1250", "1.250,50": "1250.5", "1,250.50": "1250.5",
		"1.250.000": "1250000", "0,125": "0.125", "007": "7", "0": "0", "0.0": "0", "12.345": "12345", "1234.567": "1234.567", "": "",
	} {
		if got := value(spelling); got != want {
			t.Errorf("%q is %q, want %q", spelling, got, want)
		}
	}
}

func TestAnAnswerInOtherLettersIsShown(t *testing.T) {
	tests := []struct {
		name, client, draft string
		redo                bool
		want                string
	}{
		{"TheSame", "Ciao, siete aperti?", "Sì, certo!", false, ""},
		{"OtherLanguageOfTheSameLetters", "Ciao, siete aperti?", "Yes, of course!", false, ""},
		{"LatinForCyrillic", "Здравствуйте, вы открыты?", "Yes, of course!", false, "Cyrillic letters, the draft in Latin"},
		{"CyrillicForLatin", "Are you open?", "Да, конечно!", false, "Latin letters, the draft in Cyrillic"},
		{"Arabic", "هل أنتم مفتوحون؟", "Yes, we are.", false, "Arabic letters, the draft in Latin"},
		{"Chinese", "你们星期天开门吗", "Yes, we are.", false, "Chinese letters, the draft in Latin"},
		{"ALinkIsNoLanguage", "вот https://instagram.com/trattoria_bella_di_napoli", "Спасибо большое!", false, ""},
		{"TooFewLetters", "ok?", "Да, конечно!", false, ""},
		{"OnlyEmoji", "👍👍👍", "Да, конечно!", false, ""},
		{"AsTheManagerWished", "Are you open?", "Да, конечно!", true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := heard{client: tt.client}.walk(t)
			if tt.redo {
				w.redo.Approval = store.ApprovalID(store.NewID[struct{}]())
			}
			got := strings.Join(sameScript(w, tt.draft), "\n")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOurOwnWorkingsAreShown(t *testing.T) {
	w := heard{client: "?"}.walk(t)
	for _, draft := range []string{
		"I used profile_read.", "See <unanswered>.", "‹conversation› says", "Your manager_hint said so.", "We are in first_approvals.", "That is in my system prompt.",
		"As an AI I cannot.", "Als KI kann ich das nicht.", "Come IA, non posso.", "Como IA, no puedo.", "Как ИИ, я не могу.", "Я всего лишь языковая модель.",
		"Sono un modello linguistico.", "Ich bin ein Sprachmodell.", "Soy un modelo de lenguaje.", "id 0198f1c2-1111-7aaa-8bbb-000000000001",
	} {
		if got := internals(w, draft); len(got) != 1 {
			t.Errorf("%q: %q", draft, got)
		}
	}
	for _, draft := range []string{
		"Als Kind war ich oft dort.", "Wir sind aktiv, as an aid.", "Il profilo è aggiornato?", "This is still unanswered.", "The conversation was nice.", "2 < 3 > 1", "come iaia",
	} {
		if got := internals(w, draft); len(got) != 0 {
			t.Errorf("%q: %q", draft, got)
		}
	}
}

func TestALongOrForeignTextIsShown(t *testing.T) {
	tests := []struct{ draft, want string }{
		{"Ciao!", ""},
		{strings.Repeat("x", wordyReply), ""},
		{strings.Repeat("x", wordyReply+1), "Long for a chat: 901 characters."},
		{"| a | b |\n|---|---|", "a table or marks"},
		{"<b>Ciao</b>", "a table or marks"},
		{"2 < 3 e 4 > 3 | ok", ""},
	}
	for _, tt := range tests {
		got := strings.Join(plainText(nil, tt.draft), "\n")
		if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%.20q: got %q, want %q", tt.draft, got, tt.want)
		}
	}
}

func TestTheGuardNeverDropsADraft(t *testing.T) {
	w := heard{client: "Здравствуйте"}.walk(t)
	w.agent = &Agent{guards: guards()}
	w.policy.Guards = []stages.Guard{stages.GuardPlainText, stages.GuardLanguage, stages.GuardBacked, stages.GuardInternals}
	w.text = "As an AI I have published it for 99 € <b>now</b>. " + strings.Repeat("x ", 2000)
	d, err := guard(t.Context(), w)
	if err != nil || d.Status != "drafted" || d.Text == nil || !strings.HasPrefix(*d.Text, "As an AI") || len(d.Warn) != 7 {
		t.Errorf("got %d warnings: %q, %v", len(d.Warn), d.Warn, err)
	}
}
