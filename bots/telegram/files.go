package telegram

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"marketa/store"
)

// FilesWorker brings photos, voice notes and files to where their card stands, behind the card: a manager decides by the words and may look
// and listen. Each chat is shown a file once, whichever of the cards it came with.
type FilesWorker struct {
	river.WorkerDefaults[store.ShowFiles]
	Bot *Bot
}

func (w *FilesWorker) Timeout(*river.Job[store.ShowFiles]) time.Duration { return 5 * time.Minute }

func (w *FilesWorker) Work(ctx context.Context, job *river.Job[store.ShowFiles]) error {
	err := w.Bot.showFiles(ctx, job.Args.Approval)
	if store.IsLeaseLost(err) {
		return nil // somebody else goes on with it, or nothing is due
	}
	return err
}

// behind is what follows a card: its files, and word of an emoji that may be an answer.
func behind(ctx context.Context, tx *store.Tx, v store.View) error {
	if len(v.Reacted) > 0 {
		if err := nodded(ctx, tx, v); err != nil {
			return err
		}
	}
	return tx.WantFiles(ctx, v.Approval)
}

// nodded tells of a reaction to a question of ours: an edit of the card by itself rings nobody's phone, and 👍 is an answer.
func nodded(ctx context.Context, tx *store.Tx, v store.View) error {
	if !strings.ContainsAny(v.Text, "?？؟") {
		return nil
	}
	cards, err := tx.Cards(ctx, v.Approval)
	if err != nil {
		return err
	}
	for _, r := range v.Reacted {
		if r.Target != v.SentID && r.Target != v.SentEcho {
			continue
		}
		for _, c := range cards {
			text := fmt.Sprintf("%s <b>%s</b> has reacted to our question “%s”. No draft comes for an emoji: if it is the answer you were waiting for, go on.",
				esc(cut(r.Emoji, 16)), line(cmp.Or(r.Who, client(v)), 60), line(v.Text, 200))
			if err := tx.Tell(ctx, store.Notice{TgChatID: &c.TgChatID, Kind: "alert", ReplyTo: &c.MessageID, ThreadID: c.ThreadID, HTML: text},
				fmt.Sprintf("reaction-%s-%d-%s", v.Approval, c.TgChatID, r.Emoji)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Bot) showFiles(ctx context.Context, id store.ApprovalID) error {
	var token store.LeaseToken
	var all []store.Showing
	if err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		if token, err = tx.LeaseFiles(ctx, id); err == nil {
			all, err = tx.FilesToShow(ctx, id)
		}
		return err
	}); err != nil {
		return err
	}
	if b.uploads == nil || b.files == nil {
		return b.filesLater(ctx, id, token, errNoToken)
	}
	ctx, stop := b.db.Hold(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.RenewFiles(ctx, id, token) })
	defer stop()
	closed := map[int64]bool{}
	for _, batch := range batches(all) {
		chat := batch[0].TgChatID
		if closed[chat] {
			continue
		}
		err := b.showBatch(ctx, batch)
		if closed[chat] = errors.Is(err, errClosed) || errors.Is(err, errMoved) || errors.Is(err, errNoThread); err != nil && !closed[chat] {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return b.filesLater(ctx, id, token, err)
		}
	}
	if len(closed) > 0 && slices.ContainsFunc(all, func(s store.Showing) bool { return closed[s.TgChatID] }) {
		return b.filesLater(ctx, id, token, &waitError{after: mendTime}) // the card is on its way to another place
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.FilesShown(ctx, id, token) })
}

func (b *Bot) filesLater(ctx context.Context, id store.ApprovalID, token store.LeaseToken, cause error) error {
	after := retryAfter(cause, 0)
	if after == 0 {
		b.log.Warn("the files of a card could not be shown", "approval", id, "error", cause)
	}
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.ShowFilesLater(ctx, id, token, after) })
}

// mostAlbum is how many photos and videos Telegram puts together. https://core.telegram.org/bots/api#sendmediagroup
const mostAlbum = 10

// batches are what is sent in one call: albums of photos and videos that follow one another, everything else by itself.
func batches(all []store.Showing) (out [][]store.Showing) {
	for _, s := range all {
		n := len(out)
		if n > 0 && len(out[n-1]) < mostAlbum && joins(out[n-1][0], s) {
			out[n-1] = append(out[n-1], s)
			continue
		}
		out = append(out, []store.Showing{s})
	}
	return out
}

// joins: both are shown as pictures, in the same chat.
func joins(a, b store.Showing) bool {
	album := func(s store.Showing) bool {
		k := how(s)
		return k == asPhoto || k == asVideo
	}
	return a.TgChatID == b.TgChatID && album(a) && album(b)
}

// showBatch sends one batch and records it. What Telegram refuses together is tried one by one, and then as a plain file; what it refuses
// even then is left out, for the card names it anyway.
func (b *Bot) showBatch(ctx context.Context, batch []store.Showing) error {
	ids, err := b.sendFiles(ctx, batch)
	if isRefusal(err) && len(batch) > 1 {
		for _, one := range batch {
			if err := b.showBatch(ctx, []store.Showing{one}); err != nil {
				return err
			}
		}
		return nil
	}
	if isRefusal(err) {
		if ids, err = b.sendPlain(ctx, batch[0]); isRefusal(err) {
			b.log.Warn("Telegram does not take a file", "media", batch[0].MediaID, "kind", batch[0].Kind, "error", err)
			ids, err = []int64{0}, nil
		}
	}
	if err != nil {
		return err
	}
	return b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error {
		for i, s := range batch {
			if err := tx.FileShown(ctx, s, ids[min(i, len(ids)-1)]); err != nil {
				return err
			}
		}
		return nil
	})
}

// filePlaces takes places in line for so many messages; cards and notices keep most of a group's allowance.
func (b *Bot) filePlaces(ctx context.Context, chat int64, n int) error {
	allowance := limits(chat, toRedraw)
	for range n {
		wait, err := b.db.TakePlace(ctx, chat, allowance, allLimits(), shortWait)
		switch {
		case err != nil:
			return err
		case wait > shortWait:
			return &waitError{after: wait}
		case wait > 0:
			if err := b.db.Clock.Wait(ctx, b.db.Clock.Now().Add(wait)); err != nil {
				return err
			}
		}
	}
	return nil
}

// open reads a file of ours; one that is gone from the bucket is nothing that Telegram could be asked about again.
func (b *Bot) open(ctx context.Context, key string) (io.ReadCloser, error) {
	r, err := b.files.Get(ctx, key)
	if err != nil {
		return nil, &refusal{"the file is not in the bucket"}
	}
	return r, nil
}
