package telegram

import (
	"context"
	"errors"
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
	if w.Bot.tg == nil {
		return nil
	}
	return w.Bot.tell(ctx, job.Args.Notice)
}

func (b *Bot) tell(ctx context.Context, id store.NoticeID) error {
	var n store.Notice
	var targets []int64
	err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		if n, err = tx.LeaseNotice(ctx, id); err != nil {
			return err
		}
		targets, err = b.targets(ctx, tx)
		return err
	})
	if store.IsLeaseLost(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if n.CallbackID != nil {
		return b.tellToast(ctx, n)
	}
	if n.TgChatID != nil {
		targets = []int64{*n.TgChatID}
	}
	return b.tellAll(ctx, n, targets)
}

func (b *Bot) tellToast(ctx context.Context, n store.Notice) error {
	text, alert := strings.CutPrefix(n.HTML, "!")
	err := b.toast(ctx, *n.CallbackID, cut(text, 190), alert)
	if err != nil && !errors.Is(err, errOldTap) {
		return b.tellLater(ctx, n, err)
	}
	return b.told(ctx, n, 0, 0)
}

// tellAll sends to every target; the first one's message id is what a reply will refer to.
func (b *Bot) tellAll(ctx context.Context, n store.Notice, targets []int64) error {
	var chat, message int64
	for _, to := range targets {
		id, err := b.tellOne(ctx, n, to)
		if errors.Is(err, errClosed) {
			continue
		}
		if err != nil {
			return b.tellLater(ctx, n, err)
		}
		if message == 0 {
			chat, message = to, id
		}
	}
	return b.told(ctx, n, chat, message)
}

func (b *Bot) tellOne(ctx context.Context, n store.Notice, to int64) (int64, error) {
	if err := b.wait(ctx, to); err != nil {
		return 0, err
	}
	p := Post{HTML: n.HTML}
	if n.ReplyTo != nil {
		p.ReplyTo = *n.ReplyTo
	}
	if n.Kind == "ask" {
		p.Ask = "Write here"
	}
	return b.post(ctx, to, p)
}

func (b *Bot) told(ctx context.Context, n store.Notice, chat, message int64) error {
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.Told(ctx, n, chat, message) })
}

// mostTries keeps a notice that Telegram refuses from going round for ever.
const mostTries = 12

func (b *Bot) tellLater(ctx context.Context, n store.Notice, cause error) error {
	after := retryAfter(cause, time.Duration(n.Attempts)*2*time.Second)
	b.log.Warn("a notice could not be sent", "error", cause, "again_in", after)
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if n.Attempts >= mostTries {
			return tx.GiveUpNotice(ctx, n.ID)
		}
		return tx.TellLater(ctx, n.ID, tx.Now.Add(after))
	})
}
