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

// TellWorker sends one-off messages and toasts.
type TellWorker struct {
	river.WorkerDefaults[store.SendNotice]
	Bot *Bot
}

func (w *TellWorker) Timeout(*river.Job[store.SendNotice]) time.Duration { return 30 * time.Second }

func (w *TellWorker) Work(ctx context.Context, job *river.Job[store.SendNotice]) error {
	err := w.Bot.tell(ctx, job.Args.Notice)
	if store.IsLeaseLost(err) {
		return nil // it is out, or somebody else sends it
	}
	return err
}

func (b *Bot) tell(ctx context.Context, id store.NoticeID) error {
	var n store.Notice
	err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		if n, err = tx.LeaseNotice(ctx, id); err != nil || n.TgChatID != nil || n.CallbackID != nil {
			return err
		}
		chats, _, err := b.targets(ctx, tx)
		if err != nil {
			return err
		}
		return b.spread(ctx, tx, n, chats)
	})
	switch {
	case err != nil:
		return err
	case n.CallbackID != nil:
		return b.tellToast(ctx, n)
	case n.TgChatID != nil:
		return b.tellOne(ctx, n, *n.TgChatID)
	}
	return nil
}

// spread makes one notice for each chat of one that is for all: so that a chat which has to wait is told later, and the
// others not twice.
func (b *Bot) spread(ctx context.Context, tx *store.Tx, n store.Notice, chats []int64) error {
	if len(chats) == 0 {
		b.log.Error("a notice has no reader: there is no manager who may decide; set TELEGRAM_OWNERS")
		return tx.TellLater(ctx, n.ID, tx.Now.Add(mendTime))
	}
	for _, chat := range chats {
		one := store.Notice{TgChatID: &chat, Kind: n.Kind, HTML: n.HTML, About: n.About, Buttons: n.Buttons}
		if err := tx.Tell(ctx, one, fmt.Sprintf("%s@%d", n.ID, chat)); err != nil {
			return err
		}
	}
	return tx.Told(ctx, n, 0, 0)
}

func (b *Bot) tellToast(ctx context.Context, n store.Notice) error {
	text, alert := strings.CutPrefix(n.HTML, "!")
	err := b.toast(ctx, *n.CallbackID, cut(text, 190), alert)
	switch {
	case errors.Is(err, errOldTap) && alert && n.TgChatID != nil:
		return b.tellInWords(ctx, n, text)
	case err != nil && !errors.Is(err, errOldTap):
		return b.tellLater(ctx, n, err)
	}
	return b.told(ctx, n, 0, 0)
}

// tellInWords: the press is too old for a toast, yet what it should have said matters: nothing has happened.
func (b *Bot) tellInWords(ctx context.Context, n store.Notice, text string) error {
	return b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error {
		late := store.Notice{TgChatID: n.TgChatID, Kind: "reply", ReplyTo: n.ReplyTo, ThreadID: n.ThreadID, HTML: "⌛ About a button that was pressed a while ago: " + esc(text)}
		if err := tx.Tell(ctx, late, "late-"+n.ID.String()); err != nil {
			return err
		}
		return tx.Told(ctx, n, 0, 0)
	})
}

func (b *Bot) tellOne(ctx context.Context, n store.Notice, to int64) error {
	id, err := b.sayTo(ctx, n, to)
	if errors.Is(err, errMoved) {
		to = b.approvals.Load()
		id, err = b.sayTo(ctx, n, to)
	}
	switch {
	case errors.Is(err, errClosed):
		return b.nobody(ctx, n, to)
	case err != nil:
		return b.tellLater(ctx, n, err)
	}
	return b.told(ctx, n, to, id)
}

func (b *Bot) sayTo(ctx context.Context, n store.Notice, to int64) (int64, error) {
	p := Post{HTML: b.wayIn(n), Thread: n.ThreadID, Keyboard: buttonsOf(n)}
	if n.ReplyTo != nil {
		p.ReplyTo = *n.ReplyTo
	}
	if n.Kind == "ask" {
		p.Ask = "Write here"
	}
	if p.Thread == 0 && p.ReplyTo == 0 && to == b.approvals.Load() {
		var err error
		if p.Thread, err = b.thread(ctx, to, n.About); err != nil {
			return 0, err
		}
	}
	if err := b.place(ctx, to, toTell); err != nil {
		return 0, err
	}
	if n.Edits != nil {
		if err := b.edit(ctx, to, *n.Edits, p); !errors.Is(err, errLost) {
			if errors.Is(err, errSame) {
				err = nil
			}
			return *n.Edits, err
		}
	}
	id, err := b.post(ctx, to, p)
	if !errors.Is(err, errNoThread) {
		return id, err
	}
	if err := b.lose(ctx, to, p.Thread); err != nil {
		return 0, err
	}
	p.Thread, p.ReplyTo = 0, 0 // the topic is gone, with what this answers
	return b.post(ctx, to, p)
}

func buttonsOf(n store.Notice) (rows [][]Button) {
	for _, row := range n.Buttons {
		var line []Button
		for _, x := range row {
			line = append(line, Button(x))
		}
		rows = append(rows, line)
	}
	return rows
}

// nobody: the chat is closed to us. What was for the approvals chat goes to the managers' own chats; for one person there is
// no other way.
func (b *Bot) nobody(ctx context.Context, n store.Notice, to int64) error {
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		_, people, err := b.targets(ctx, tx)
		if err != nil {
			return err
		}
		if n.Kind == "alert" && to == b.approvals.Load() && len(people) > 0 {
			b.log.Error("the approvals chat cannot be reached, notices go to the managers' own chats: add the bot to it and let it write, or change TELEGRAM_APPROVALS_CHAT", "chat", to)
			return b.spread(ctx, tx, n, people)
		}
		b.log.Warn("a notice has no reader: the bot is blocked there, or nobody has pressed Start", "kind", n.Kind)
		return tx.GiveUpNotice(ctx, n.ID)
	})
}

func (b *Bot) told(ctx context.Context, n store.Notice, chat, message int64) error {
	return b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error { return tx.Told(ctx, n, chat, message) })
}

const (
	mostTries = 3                // of a notice that Telegram refuses
	mostWait  = 30 * time.Second // between two tries while nobody answers
)

// tellLater puts a notice back in line. Only what Telegram refuses again and again is given up: what nobody has answered comes
// when Telegram is back.
func (b *Bot) tellLater(ctx context.Context, n store.Notice, cause error) error {
	after := retryAfter(cause, min(time.Duration(n.Attempts)*2*time.Second, mostWait))
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if isRefusal(cause) && n.Attempts >= mostTries {
			b.log.Error("a notice is given up", "kind", n.Kind, "error", cause)
			return tx.GiveUpNotice(ctx, n.ID)
		}
		b.log.Warn("a notice could not be sent", "kind", n.Kind, "error", cause, "again_in", after)
		return tx.TellLater(ctx, n.ID, tx.Now.Add(after))
	})
}
