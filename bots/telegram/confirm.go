package telegram

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/riverqueue/river"

	"marketa/internal/fault"
	"marketa/store"
)

// The buttons under the bot's answers to managers. They carry an id and nothing else; the row says what it stands for.
const (
	tapConfirm = "c"
	tapCancel  = "x"
	tapPick    = "k"
	tapUndo    = "u"
)

func deskTap(code string, id [16]byte) string {
	return code + ":" + base64.RawURLEncoding.EncodeToString(id[:]) + ":"
}

// pressDesk judges a tap under an answer. handled is false when it belongs to a client's card.
func (b *Bot) pressDesk(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, code string, id store.ApprovalID) (handled bool, err error) {
	switch code {
	case tapConfirm, tapCancel:
		return true, b.confirm(ctx, tx, q, m, code, store.ConfirmID(id))
	case tapPick:
		return true, b.pick(ctx, tx, q, m, store.PickID(id))
	case tapUndo:
		return true, b.takeBack(ctx, tx, q, m, store.ReminderID(id))
	}
	if action, known := publicationActions()[code]; known {
		return true, b.pressPublication(ctx, tx, q, m, action, store.PublicationID(id))
	}
	return false, nil
}

const goneAnswer = "!This is not known any more. Please ask again."

// asked reads the turn behind a button and sees to it that the button is pressed where it was shown.
func (b *Bot) asked(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, id store.DeskTurnID) (store.DeskTurn, bool, error) {
	t, err := tx.DeskTurn(ctx, id)
	if err != nil {
		return t, false, err
	}
	chat, _ := placeOf(q)
	return t, chat == t.TgChatID || b.ours(chat, m), nil
}

// confirm carries out what a manager has asked for, or drops it. The first tap counts; the effect and the tap are one
// transaction.
func (b *Bot) confirm(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, code string, id store.ConfirmID) error {
	c, known, err := tx.LockConfirm(ctx, id)
	if err != nil {
		return err
	}
	if !known {
		return answer(ctx, tx, q, goneAnswer)
	}
	_, here, err := b.asked(ctx, tx, q, m, c.Turn)
	switch {
	case err != nil:
		return err
	case !here:
		return answer(ctx, tx, q, notHere)
	case !m.Decides():
		return answer(ctx, tx, q, "!"+deniedWords)
	case c.State != "pending":
		if err := tx.TouchDesk(ctx, c.Turn); err != nil {
			return err
		}
		return answer(ctx, tx, q, "!"+settledWords(c))
	case code == tapCancel:
		_, err := tx.SettleConfirm(ctx, c, m, "cancelled", "")
		return errors.Join(err, answer(ctx, tx, q, "Cancelled. Nothing was changed."))
	}
	return b.carryOut(ctx, tx, q, m, c)
}

func (b *Bot) carryOut(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, c store.Confirm) error {
	effect := b.effects[c.Kind]
	if effect == nil {
		return answer(ctx, tx, q, "!This version of Marketa cannot do that. It stays as it is.")
	}
	c.DecidedName = m.Name
	state, outcome := "done", ""
	err := tx.Within(ctx, c.Restaurant, func(tx *store.Tx) error { return effect(ctx, tx, c) })
	if fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.NotFound {
		state, outcome, err = "refused", fault.Say(err), nil
	}
	if err != nil {
		return err
	}
	settled, err := tx.SettleConfirm(ctx, c, m, state, outcome)
	switch {
	case err != nil:
		return err
	case !settled:
		return errors.New("telegram: a confirm that was held is settled by somebody else") // undoes the effect; the update is tried again
	case state == "refused":
		return answer(ctx, tx, q, "!"+outcome)
	}
	return answer(ctx, tx, q, "Done.")
}

func settledWords(c store.Confirm) string {
	who := c.DecidedName
	if who == "" {
		who = "A colleague"
	}
	switch c.State {
	case "done":
		return cut(who, 60) + " has confirmed this already."
	case "cancelled":
		return cut(who, 60) + " has cancelled this already."
	case "expired":
		return "This is older than a day, so nothing was changed. Please ask again."
	}
	return "This could not be done. " + c.Outcome
}

// pick goes on with what a manager had asked, now that he has said who is meant.
func (b *Bot) pick(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, id store.PickID) error {
	p, known, err := tx.PickOf(ctx, id)
	if err != nil {
		return err
	}
	if !known {
		return answer(ctx, tx, q, goneAnswer)
	}
	t, here, err := b.asked(ctx, tx, q, m, p.Turn)
	switch {
	case err != nil:
		return err
	case !here:
		return answer(ctx, tx, q, notHere)
	case t.Manager != m.ID:
		return answer(ctx, tx, q, "!A colleague was asked this. Ask me yourself and I ask you, too.")
	}
	already, err := tx.PickedAlready(ctx, t.ID, p.Label)
	if err != nil {
		return err
	}
	if already {
		return answer(ctx, tx, q, "!You have chosen already.")
	}
	next := store.DeskTurn{Source: "p" + id.String(), Manager: t.Manager, TgChatID: t.TgChatID, ThreadID: t.ThreadID, MessageID: t.MessageID, Words: t.Words, Bound: t.Bound,
		Picks: append(t.Picks, store.Picked{Name: p.Name, Restaurant: p.Restaurant, Chat: p.Chat})}
	return errors.Join(tx.StartDesk(ctx, next), answer(ctx, tx, q, p.Label))
}

// takeBack takes a reminder back.
func (b *Bot) takeBack(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, id store.ReminderID) error {
	r, known, err := tx.ReminderOf(ctx, id)
	if err != nil {
		return err
	}
	if !known {
		return answer(ctx, tx, q, goneAnswer)
	}
	if _, here, err := b.asked(ctx, tx, q, m, r.Turn); err != nil || !here {
		return errors.Join(err, answer(ctx, tx, q, notHere))
	}
	if r.Manager != m.ID {
		return answer(ctx, tx, q, "!This is a colleague's reminder.")
	}
	_, undone, err := tx.UndoReminder(ctx, id)
	if err != nil {
		return err
	}
	if !undone {
		return answer(ctx, tx, q, "!It is too late for that: the reminder is out already, or taken back.")
	}
	return answer(ctx, tx, q, "Taken back. I do not remind you.")
}

// RemindWorker tells managers what they wanted to be reminded of: once, whatever crashes.
type RemindWorker struct {
	river.WorkerDefaults[store.TellReminder]
	Bot *Bot
}

func (w *RemindWorker) Timeout(*river.Job[store.TellReminder]) time.Duration { return 20 * time.Second }

func (w *RemindWorker) Work(ctx context.Context, job *river.Job[store.TellReminder]) error {
	return w.Bot.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		r, t, due, err := tx.DueReminder(ctx, job.Args.Reminder)
		if err != nil || !due {
			return err
		}
		m, err := tx.Manager(ctx, r.Manager)
		if err != nil || !m.Active {
			return err
		}
		about, err := tx.RestaurantName(ctx, r.Restaurant)
		if err != nil {
			return err
		}
		html := fmt.Sprintf("⏰ %s, you wanted to be reminded: %s", mention(m), line(r.Words, 400))
		if about != "" {
			html += " · " + line(about, 60)
		}
		return tx.Tell(ctx, store.Notice{TgChatID: &t.TgChatID, Kind: "reply", HTML: html, ReplyTo: &t.MessageID, ThreadID: t.ThreadID}, "reminder-"+r.ID.String())
	})
}
