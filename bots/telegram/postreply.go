package telegram

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/internal/fault"
	"marketa/store"
)

// replyToPost takes a manager's words about a post: the answer to our question, or a reply to the card itself. handled is false when
// they are about something else.
func (b *Bot) replyToPost(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) (handled bool, err error) {
	card, found, err := tx.PostCardAt(ctx, msg.Chat.ID, repliesTo(msg))
	if err != nil || !found {
		return false, err
	}
	return true, b.aboutPost(ctx, tx, msg, m, card.ApprovalID)
}

// aboutPost makes a new version of what a manager has said: in his own words behind "text:", else as the model understands them.
func (b *Bot) aboutPost(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, id store.PostApprovalID) error {
	words := strings.TrimSpace(clean(spoken(msg)))
	v, err := tx.PostView(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case !m.Decides():
		return say(ctx, tx, msg, esc(deniedWords))
	case words == "":
		return say(ctx, tx, msg, "I can read text only here. Please write what should be different.")
	}
	kind, own := store.TaskWords, false
	if words, own = ownWords(words); own {
		kind = store.TaskOwn
	}
	if kind == store.TaskOwn && (words == "" || len([]rune(words)) > 2000) {
		return say(ctx, tx, msg, "The caption must have 1 to 2000 characters. Nothing was changed.")
	}
	d, err := tx.DecidePost(ctx, store.PostPress{Approval: id, Action: store.RedoIt, TelegramID: m.TelegramID, Hash: v.Approval.ContentHash, Hint: hintOf(kind, words)})
	if err != nil {
		return err
	}
	if d.Outcome != "ok" {
		if err := tx.TouchPost(ctx, id); err != nil {
			return err
		}
		return say(ctx, tx, msg, "⚠️ "+esc(postWhy(d, v))+" Your words changed nothing:\n<blockquote>"+short(words, 2000)+"</blockquote>")
	}
	return openTask(ctx, tx, v, m, kind, words)
}

// hintOf is what the card of the version before says about it.
func hintOf(kind, words string) string {
	if kind == store.TaskOwn {
		return "own words"
	}
	return words
}

// ownWords takes "text:" off the beginning.
func ownWords(s string) (string, bool) {
	if len(s) >= 5 && strings.EqualFold(s[:5], "text:") {
		return strings.TrimSpace(s[5:]), true
	}
	return s, false
}

// answeredPost takes the answer to "what should be different?".
func (b *Bot) answeredPost(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	if err := tx.CloseAsk(ctx, a.ID); err != nil {
		return err
	}
	return b.aboutPost(ctx, tx, msg, m, a.Subject.Post)
}

// photoFaults are the plain reasons why a post's photo may not be shown when it is to be.
func (b *Bot) photoFaults(ctx context.Context, tx *store.Tx, v store.PostView) (faults []string, err error) {
	at := tx.Now
	if v.Version.PublishAt != nil {
		at = *v.Version.PublishAt
	}
	err = tx.Within(ctx, v.Approval.Restaurant, func(tx *store.Tx) error {
		faults, err = tx.PhotoFaults(ctx, v.Version.PhotoID, at, v.Post.ID)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil // the gate says so, in its words
	}
	if err != nil {
		return nil, fmt.Errorf("telegram: photo faults: %w", err)
	}
	return faults, nil
}
