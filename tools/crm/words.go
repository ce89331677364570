package crm

import (
	"context"
	"fmt"
	"html"
	"strings"

	"marketa/store"
)

// tell says something in the restaurant's topic; no words, no message.
func (w *errand) tell(ctx context.Context, tx *store.Tx, words string) error {
	return tell(ctx, tx, w.restaurant.Name, words)
}

func tell(ctx context.Context, tx *store.Tx, restaurant, words string) error {
	if words == "" {
		return nil
	}
	return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: "📋 <b>" + esc(restaurant) + "</b> · " + capital(words)}, "")
}

// esc is a text from anywhere, short, in a message.
func esc(s string) string { return html.EscapeString(name(s)) }

// said is a longer one.
func said(s string) string { return "“" + html.EscapeString(short(oneLine(s), 300)) + "”" }

// number is a task, as a link where we know its address.
func (c *CRM) number(task int64) string {
	if at := c.link(task); at != "" {
		return fmt.Sprintf(`<a href="%s">task %d</a>`, html.EscapeString(at), task)
	}
	return fmt.Sprintf("task %d", task)
}

// doneWords are empty for what nobody has asked for.
func (w *errand) doneWords() string {
	task := w.crm.number(w.item.Task)
	switch w.item.Kind {
	case store.CRMCreate:
		words := fmt.Sprintf("%s %s was there already, with our reference. It is linked, and no second one was made.", task, said(w.task.Name))
		if w.made {
			words = fmt.Sprintf("%s %s is made in Planfix and linked.", task, said(w.task.Name))
		}
		return words + w.otherWords()
	case store.CRMLink:
		return fmt.Sprintf("linked to %s of Planfix, %s (%s).", task, said(w.task.Name), esc(w.task.Status))
	case store.CRMMove:
		return fmt.Sprintf("%s in Planfix is “%s” now.", task, esc(w.item.Words))
	}
	if w.item.Author == "" {
		return ""
	}
	return fmt.Sprintf("the comment stands under %s in Planfix.", task)
}

func (w *errand) otherWords() string {
	if len(w.others) == 0 {
		return ""
	}
	list := make([]string, len(w.others))
	for i, t := range w.others {
		list[i] = w.crm.number(t)
	}
	return "\n⚠️ Others have our reference, too: " + strings.Join(list, ", ") + ". Look into Planfix which one counts."
}

// capital begins a sentence; what begins with a sign or a link stays.
func capital(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// what is the thing that leaves, in a sentence.
func (w *errand) what() string {
	switch w.item.Kind {
	case store.CRMCreate:
		return "the task"
	case store.CRMLink:
		return fmt.Sprintf("the link to task %d", w.item.Task)
	case store.CRMMove:
		return "the move to “" + esc(w.item.Words) + "”"
	}
	return "the comment " + said(w.item.Words)
}

func (w *errand) failedWords(why string) string {
	return fmt.Sprintf("⚠️ Planfix: %s could not be done. %s", w.what(), html.EscapeString(why))
}

func (w *errand) laterWords() string {
	if w.item.State == "trying" {
		return fmt.Sprintf("⏳ Planfix gave no clear answer about %s. I look whether it is there before I try again; nothing is done twice.", w.what())
	}
	return fmt.Sprintf("⏳ Planfix does not take %s at the moment. It is kept and goes by itself as soon as Planfix answers.", w.what())
}
