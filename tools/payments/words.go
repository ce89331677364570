package payments

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketa/internal/language"
	"marketa/store"
)

// The texts for clients are written by people, in the languages below; no model has a hand in what stands beside an amount. A
// manager still sends or edits each one.

// Languages are those in which there are texts; the first one is for everybody else.
func Languages() []string { return []string{"en", "de", "it", "es", "ru"} }

// clientLanguage is the one of the client's newest words that tell, then the one on record.
func clientLanguage(ctx context.Context, tx *store.Tx, chat store.ChatID) (string, error) {
	talk, err := tx.Conversation(ctx, chat, 40)
	if err != nil {
		return "", err
	}
	for _, m := range slices.Backward(talk) {
		if m.Author == store.Client {
			if code := language.Of(m.Body); slices.Contains(Languages(), code) {
				return code, nil
			}
		}
	}
	facts, err := tx.Facts(ctx)
	if err != nil {
		return "", err
	}
	for _, f := range facts {
		if f.Field != "languages" && f.Field != "language" {
			continue
		}
		for _, named := range strings.FieldsFunc(f.Value, func(r rune) bool { return r == ',' || r == ';' || r == '/' }) {
			if code, ok := language.Find(named); ok && slices.Contains(Languages(), code) {
				return code, nil
			}
		}
	}
	return Languages()[0], nil
}

// hello begins a message; without a name it is only the greeting.
func hello(lang, title string) string {
	words := map[string]string{"en": "Hi", "de": "Hallo", "it": "Ciao", "es": "Hola", "ru": "Здравствуйте"}[lang]
	if first, _, _ := strings.Cut(strings.TrimSpace(title), " "); first != "" && !strings.ContainsAny(first, "0123456789+") {
		words += " " + first
	}
	return words
}

// per is how often, in the client's language.
func per(lang, interval string, count int64) string {
	type words struct{ one, many string }
	w := map[string]map[string]words{
		"en": {"day": {"a day", "days"}, "week": {"a week", "weeks"}, "month": {"a month", "months"}, "year": {"a year", "years"}},
		"de": {"day": {"am Tag", "Tage"}, "week": {"in der Woche", "Wochen"}, "month": {"im Monat", "Monate"}, "year": {"im Jahr", "Jahre"}},
		"it": {"day": {"al giorno", "giorni"}, "week": {"alla settimana", "settimane"}, "month": {"al mese", "mesi"}, "year": {"all'anno", "anni"}},
		"es": {"day": {"al día", "días"}, "week": {"a la semana", "semanas"}, "month": {"al mes", "meses"}, "year": {"al año", "años"}},
		"ru": {"day": {"в день", "дней"}, "week": {"в неделю", "недель"}, "month": {"в месяц", "мес."}, "year": {"в год", "лет"}},
	}[lang][interval]
	if count <= 1 {
		return w.one
	}
	return fmt.Sprintf(map[string]string{"en": "every %d %s", "de": "alle %d %s", "it": "ogni %d %s", "es": "cada %d %s", "ru": "каждые %d %s"}[lang], count, w.many)
}

// sum is an amount as people of that language write it.
func sum(lang string, amount int64, currency string) string {
	text := Money(amount, currency)
	if lang != "en" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// PriceIn is what an order costs, in the words of its language.
func PriceIn(lang string, o store.Order) string {
	return sum(lang, o.Amount, o.Currency) + " " + per(lang, o.Every, o.EveryCount)
}

// offerWords is the message with the link; the address comes from the platform.
func offerWords(lang, title string, o store.Order, address string) string {
	words := map[string]string{
		"en": "%s, here is the link for your plan “%s” (%s). You pay on Stripe's secure page; it works for seven days:",
		"de": "%s, hier ist der Link für euren Tarif „%s“ (%s). Bezahlt wird auf der sicheren Seite von Stripe; er gilt sieben Tage:",
		"it": "%s, ecco il link per il vostro piano “%s” (%s). Si paga sulla pagina sicura di Stripe; vale sette giorni:",
		"es": "%s, aquí tenéis el enlace para vuestro plan «%s» (%s). Se paga en la página segura de Stripe; vale siete días:",
		"ru": "%s, вот ссылка на оплату тарифа «%s» (%s). Оплата проходит на защищённой странице Stripe; ссылка действует семь дней:",
	}[lang]
	return fmt.Sprintf(words, hello(lang, title), PlanName(o.LookupKey), PriceIn(lang, o)) + "\n" + address
}

// thanksWords is the word of thanks after the first payment.
func thanksWords(lang, title string, o store.Order) string {
	words := map[string]string{
		"en": "%s, your payment for “%s” has arrived. Thank you, and welcome aboard!",
		"de": "%s, eure Zahlung für „%s“ ist angekommen. Vielen Dank und herzlich willkommen!",
		"it": "%s, il pagamento per “%s” è arrivato. Grazie mille e benvenuti!",
		"es": "%s, ha llegado vuestro pago de «%s». ¡Muchas gracias y bienvenidos!",
		"ru": "%s, оплата за «%s» получена. Большое спасибо и добро пожаловать!",
	}[lang]
	return fmt.Sprintf(words, hello(lang, title), PlanName(o.LookupKey))
}
