package agent

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"marketa/internal/language"
	"marketa/store"
)

// A private matter that somebody brings up in a group is not answered there. The model never reads those words in the group's
// prompt; what the group gets is a fixed short line, and the card offers to answer in the person's own chat.

// privateWords begin words of matters that are nobody else's business.
var privateWords = []string{
	"invoice", "payment", "paid", "billing", "overdue", "salary", "wages", "contract", "iban", "debt", "password",
	"fattur", "pagament", "bonific", "stipend", "contratt", "insolut",
	"rechnung", "zahlung", "überweis", "gehalt", "vertrag", "mahnung", "passwort",
	"factura", "transferencia", "sueldo", "salario", "contrato", "nómina", "contraseña",
	"facture", "paiement", "virement", "salaire", "contrat",
	"оплат", "платеж", "платёж", "зарплат", "договор", "счёт", "счет-фактур",
}

func soundsPrivate(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })
	return slices.ContainsFunc(words, func(word string) bool {
		return slices.ContainsFunc(privateWords, func(p string) bool { return strings.HasPrefix(word, p) })
	})
}

// private are the messages that wait and ask for what the others in the group must not read: by their words, else, where one
// person alone has spoken, by what triage said.
func (w *walk) private() (out []store.Message) {
	if !w.chat.Group() {
		return nil
	}
	for _, m := range w.unhandled {
		if soundsPrivate(m.Body) {
			out = append(out, m)
		}
	}
	if len(out) == 0 && w.delicate && len(speakers(w.unhandled)) == 1 {
		return w.unhandled
	}
	return out
}

// onlyPrivate says that everybody who waits has asked for something private: no model has to write that.
func (w *walk) onlyPrivate() bool {
	private := w.private()
	return len(private) > 0 && len(speakers(private)) == len(speakers(w.unhandled))
}

// masked says that a message's words must not be read in this prompt. After a redo a manager has seen them and says what to do.
func (w *walk) masked(m store.Message) bool {
	return w.chat.Group() && (soundsPrivate(m.Body) && m.Author == store.Client || slices.ContainsFunc(w.private(), func(p store.Message) bool { return p.ID == m.ID }))
}

const maskedWords = "(private: say only that we write to them directly)"

// afresh is where a turn that must write anew goes on.
func (w *walk) afresh() string {
	if w.onlyPrivate() && w.redo.Approval.IsZero() {
		return nodePrivate
	}
	return nodeReason
}

// answerApart is the group's line: that we write to the person directly, in their language, and nothing else.
func answerApart(_ context.Context, w *walk) (delta, error) {
	text := apart(w.tongue(), speakers(w.private()))
	return delta{Next: nodeGuard, Text: &text, Why: "A private matter: the answer belongs into the person's own chat."}, nil
}

// tongue is the language of those who wait; where it cannot be told, the restaurant's first one.
func (w *walk) tongue() string {
	var words []string
	for _, m := range w.private() {
		words = append(words, m.Body)
	}
	if code := language.Of(strings.Join(words, "\n")); code != "" {
		return code
	}
	for _, code := range w.languages() {
		return language.Base(code)
	}
	return ""
}

// apart says to named people that we write to them. A number is no name to be called by.
func apart(code string, names []string) string {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.Trim(n, "0123456789") == "" })
	say, and := "I will write to you directly.", " and "
	switch code {
	case "it":
		say, and = "ti rispondo in privato.", " e "
		if len(names) != 1 {
			say = "vi rispondo in privato."
		}
	case "de":
		say, and = "dazu melden wir uns direkt.", " und "
	case "es":
		say, and = "respondemos en privado.", " y "
	case "fr":
		say, and = "nous répondons en privé.", " et "
	case "ru":
		say, and = "ответим в личных сообщениях.", " и "
	}
	if len(names) == 0 {
		first := []rune(say)
		first[0] = unicode.ToUpper(first[0])
		return string(first)
	}
	return strings.Join(names, and) + ", " + say
}

// privateIDs are what the card offers to answer apart, and who asked, for a sentence.
func (w *walk) privateIDs() (ids []store.MessageID, asker string) {
	private := w.private()
	for _, m := range private {
		ids = append(ids, m.ID)
	}
	return ids, strings.Join(speakers(private), ", ")
}
