package telegram

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"marketa/store"
)

// AnswerWorker brings the message in which a manager sees an answer to what its row says: first, if it takes long, what is
// being done, then the answer, then what became of its buttons. It is one message, edited.
type AnswerWorker struct {
	river.WorkerDefaults[store.ShowDesk]
	Bot *Bot
}

func (w *AnswerWorker) Timeout(*river.Job[store.ShowDesk]) time.Duration { return time.Minute }

func (w *AnswerWorker) Work(ctx context.Context, job *river.Job[store.ShowDesk]) error {
	err := w.Bot.drawAnswer(ctx, job.Args.Turn)
	if store.IsLeaseLost(err) {
		return nil // somebody else goes on with it, or nothing is due
	}
	return err
}

const mostDrawings = 12 // failures in a row until an answer is given up

func (b *Bot) drawAnswer(ctx context.Context, id store.DeskTurnID) error {
	var v store.DeskView
	var token store.LeaseToken
	err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { v, token, err = tx.LeaseDeskView(ctx, id); return err })
	if err != nil {
		return err
	}
	message := int64(0)
	if v.PostID != nil {
		message = *v.PostID
	}
	p := RenderAnswer(v)
	if p.HTML != "" {
		if message, err = b.putAnswer(ctx, v, p, message); err != nil {
			return b.answerLater(ctx, id, token, err)
		}
	}
	return b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error { return tx.DeskShown(ctx, id, token, v.Rev, message) })
}

// putAnswer posts or edits. A message that a person has deleted is posted anew, if there is something to press or to read.
func (b *Bot) putAnswer(ctx context.Context, v store.DeskView, p Post, message int64) (int64, error) {
	chat := v.Turn.TgChatID
	if err := b.place(ctx, chat, toTell); err != nil {
		return 0, err
	}
	if message != 0 {
		switch err := b.edit(ctx, chat, message, p); {
		case err == nil || errors.Is(err, errSame):
			return message, nil
		case !errors.Is(err, errLost):
			return 0, err
		}
	}
	id, err := b.post(ctx, chat, p)
	if errors.Is(err, errMoved) {
		id, err = b.post(ctx, b.approvals.Load(), p)
	}
	return id, err
}

func (b *Bot) answerLater(ctx context.Context, id store.DeskTurnID, token store.LeaseToken, cause error) error {
	most := mostDrawings
	if isRefusal(cause) {
		most = mostTries
	}
	if errors.Is(cause, errClosed) {
		most = 1
	}
	ctx = context.WithoutCancel(ctx)
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		givenUp, err := tx.DeskShowLater(ctx, id, token, retryAfter(cause, 0), most)
		b.log.Warn("an answer could not be shown", "turn", id, "given_up", givenUp, "error", cause)
		return err
	})
}

// RenderAnswer draws an answer. It is pure; without anything to show its text is empty.
func RenderAnswer(v store.DeskView) Post {
	p := Post{ReplyTo: v.Turn.MessageID, Thread: v.Turn.ThreadID}
	if v.Turn.Status == "running" {
		p.HTML = line(v.Turn.Progress, 200)
		return p
	}
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	var below []string
	for _, r := range v.Turn.Remarks {
		below = append(below, line(r, 400))
	}
	below = append(below, confirmLines(v)...)
	for _, r := range v.Reminders {
		below = append(below, reminderLine(r, v))
	}
	rest := strings.Join(below, "\n")
	add(short(v.Turn.Answer, max(maxUnits-200-units(rest), 400)))
	add(rest)
	p.HTML = strings.Join(parts, "\n\n")
	if p.HTML == "" {
		p.HTML = "✅"
	}
	p.Keyboard = answerButtons(v)
	return p
}

func confirmLines(v store.DeskView) (out []string) {
	waiting := pendingOf(v.Confirms)
	for _, c := range v.Confirms {
		mark := "📌 "
		if i := indexOf(waiting, c.ID); len(waiting) > 1 && i > 0 {
			mark = fmt.Sprintf("📌 %d. ", i)
		}
		switch c.State {
		case "pending":
			out = append(out, mark+line(c.Show, 700))
			for _, n := range c.Notes {
				out = append(out, "👁 "+line(n, 300))
			}
		case "done":
			out = append(out, "✅ Done by "+line(c.DecidedName, 60)+stampOf(c.DecidedAt, v)+": "+line(c.Show, 700))
		case "cancelled":
			out = append(out, "✖️ Cancelled by "+line(c.DecidedName, 60)+stampOf(c.DecidedAt, v)+": "+line(c.Show, 700))
		case "refused":
			out = append(out, "⚠️ Not done: "+line(c.Show, 700)+". "+line(c.Outcome, 300))
		case "expired":
			out = append(out, "⌛ Nobody has confirmed it within a day, so nothing was changed: "+line(c.Show, 700))
		}
	}
	if len(waiting) > 0 {
		out = append(out, "Nothing is changed before you tap.")
	}
	return out
}

func stampOf(t *time.Time, v store.DeskView) string {
	if t == nil {
		return ""
	}
	return ", " + stamp(*t, v.Turn.StartedAt, v.Zone)
}

func pendingOf(all []store.Confirm) (out []store.ConfirmID) {
	for _, c := range all {
		if c.State == "pending" {
			out = append(out, c.ID)
		}
	}
	return out
}

// indexOf counts from 1; 0: not among them.
func indexOf(all []store.ConfirmID, id store.ConfirmID) int {
	for i, x := range all {
		if x == id {
			return i + 1
		}
	}
	return 0
}

func reminderLine(r store.Reminder, v store.DeskView) string {
	when := in(r.DueAt, r.Zone).Format("Mon 2 Jan at 15:04")
	switch r.State {
	case "undone":
		return "↩️ Taken back: " + line(r.Words, 300)
	case "told":
		return "⏰ Reminded: " + line(r.Words, 300)
	}
	return "⏰ I remind you on " + when + " (" + line(r.Zone, 40) + "): " + line(r.Words, 300)
}

func answerButtons(v store.DeskView) (rows [][]Button) {
	if v.Turn.Status == "asked" {
		for _, p := range v.Picks {
			rows = append(rows, []Button{{Text: cut(p.Label, 60), Data: deskTap(tapPick, p.ID)}})
		}
	}
	waiting := pendingOf(v.Confirms)
	for i, id := range waiting {
		number := ""
		if len(waiting) > 1 {
			number = fmt.Sprintf(" %d", i+1)
		}
		rows = append(rows, []Button{{Text: "✅ Confirm" + number, Data: deskTap(tapConfirm, id)}, {Text: "✖️ Cancel" + number, Data: deskTap(tapCancel, id)}})
	}
	for _, r := range v.Reminders {
		if r.State == "set" {
			rows = append(rows, []Button{{Text: "↩️ Undo", Data: deskTap(tapUndo, r.ID)}})
		}
	}
	return rows
}
