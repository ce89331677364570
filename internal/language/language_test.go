package language

import "testing"

func TestChatsAreToldApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ want, text string }{
		{"it", "Ciao, mi mandate la fattura?"}, {"it", "Sì Anna, domenica 12:00-15:30."}, {"it", "va bene, grazie"}, {"it", "grazie mille!"}, {"it", "ciao"},
		{"it", "ci siete?"}, {"it", "Domenica chiusi"}, {"it", "Certo Anna, mandaci la foto."}, {"it", "A dopo!"}, {"it", "Potete cambiare il menu online? No, lasciate, lo faccio io"},
		{"it", "Da domenica apriamo 12:00-15:30"}, {"it", "Mettete la pizza in offerta?"}, {"it", "Ciao! Potete pubblicare la torta al limone venerdì?"}, {"it", "Va bene Anna, niente offerta per ora."},
		{"de", "Hallo, was kostet ein zusätzlicher Post pro Woche?"}, {"de", "Danke"}, {"de", "ja gern"}, {"de", "Hallo Jonas, das frage ich beim Team nach und melde mich."},
		{"es", "Hola, las fotos de la terraza no me gustan nada"}, {"es", "¿Podéis publicar la paella el viernes?"},
		{"en", "Hi! Could you post our new lemon cake this week?"}, {"en", "Sure, we will do that tomorrow."}, {"en", "Yes, we open at 12 on Sunday."}, {"en", "We are closed on Sunday"}, {"en", "I will ask"}, {"en", "see you tomorrow"},
		{"fr", "bonjour, pouvez-vous nous envoyer la facture ?"}, {"pt", "Olá, vocês podem publicar a foto hoje?"}, {"nl", "Hallo, kunnen jullie de foto vandaag plaatsen?"},
		{"ru", "Здравствуйте, когда выйдет пост?"}, {"uk", "Доброго дня, коли вийде допис?"}, {"el", "Καλημέρα, πότε ανεβαίνει;"}, {"ar", "مرحبا كيف حالك"},
		// What nobody can tell from these alone.
		{"", ""}, {"", "ok"}, {"", "Ok 👍"}, {"", "12:30"}, {"", "👍👍"}, {"", "Anna"}, {"", "Marco Rossi"}, {"", "Spaghetti carbonara"}, {"", "no"}, {"", "https://example.com/ciao-come-va"}, {"", "anna@ciao.it"}, {"", "hmm"}, {"", "+39 333 1234567"}, {"", "Jonas Weber, Café Nord"},
	} {
		if got := Of(c.text); got != c.want {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
}

func TestTagsAndNames(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"en": "en", "pt-BR": "pt", "zh_Hans": "zh", " DE ": "de", "": "", "english": "", "1a": "", "<b": ""} {
		if got := Base(tag); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
	for said, want := range map[string]string{"de": "de", "German": "de", "deutsch": "de", "ITALIANO": "it", "klingon": ""} {
		if got, ok := Find(said); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", said, got, ok)
		}
	}
	if Name("it") != "Italian" || Name("xx") != "xx" {
		t.Error("names")
	}
}

func FuzzAnyText(f *testing.F) {
	f.Add("Ciao Anna")
	f.Fuzz(func(t *testing.T, s string) {
		if code := Of(s); code != "" && Base(code) != code {
			t.Errorf("%q: %q is no code", s, code)
		}
	})
}
