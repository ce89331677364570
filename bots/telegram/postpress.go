package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"marketa/internal/fault"
	"marketa/store"
)

// pressPost judges a tap on a post's card by the row. handled is false when it belongs to another kind of card.
func (b *Bot) pressPost(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, code string, id store.PostApprovalID, hash []byte) (handled bool, err error) {
	switch code {
	case tapPostSend, tapPostEdit, tapPostRedo, tapPostDiscard, tapPostLater, tapPostPhoto, tapPostNow, tapPostToday, tapPostNoon:
	default:
		return false, nil
	}
	view, err := tx.PostView(ctx, id)
	if errors.Is(err, fault.NotFound) {
		return true, answer(ctx, tx, q, goneAnswer)
	}
	if err != nil {
		return true, err
	}
	t := tappedPost{query: q, manager: m, code: code, view: view, fresh: len(hash) == hashBytes && bytes.HasPrefix(view.Approval.ContentHash, hash)}
	t.chat, t.message = placeOf(q)
	if here, err := b.postIsHere(ctx, tx, t); err != nil {
		return true, err
	} else if !here {
		return true, answer(ctx, tx, q, notHere)
	}
	return true, b.judgePost(ctx, tx, t)
}

// tappedPost is a press with everything that judging it needs.
type tappedPost struct {
	query   *models.CallbackQuery
	manager store.Manager
	chat    int64
	message int64
	code    string
	view    store.PostView
	fresh   bool // the card showed the content that the row has now
}

// postIsHere: a button works on a copy of its card, and in the managers' own chats under the question for a time or on a copy
// that we do not know of (its sending was answered by silence).
func (b *Bot) postIsHere(ctx context.Context, tx *store.Tx, t tappedPost) (bool, error) {
	_, known, err := tx.PostCardAt(ctx, t.chat, t.message)
	if err != nil || known {
		return known, err
	}
	if !b.ours(t.chat, t.manager) || t.message == 0 {
		return false, nil
	}
	if isTime(t.code) {
		return true, nil
	}
	return true, tx.SavePostCard(ctx, store.PostCard{ApprovalID: t.view.Approval.ID, TgChatID: t.chat, MessageID: t.message, ThreadID: threadOf(t.query.Message.Message), ShownHash: []byte{}})
}

func isTime(code string) bool {
	return code == tapPostNow || code == tapPostToday || code == tapPostNoon
}

func (b *Bot) judgePost(ctx context.Context, tx *store.Tx, t tappedPost) error {
	switch {
	case !t.manager.Decides():
		return answer(ctx, tx, t.query, "!"+deniedWords)
	case t.view.Approval.State != "pending":
		return b.postTooLate(ctx, tx, t, postAlready(t.view))
	case !t.fresh:
		return b.postTooLate(ctx, tx, t, "The card showed something older. I draw it again; please look once more. Nothing was done.")
	}
	switch t.code {
	case tapPostEdit:
		return b.askAboutPost(ctx, tx, t)
	case tapPostLater:
		return b.askForTime(ctx, tx, t)
	case tapPostNow, tapPostToday, tapPostNoon:
		return b.retime(ctx, tx, t)
	case tapPostSend:
		return b.sendPost(ctx, tx, t)
	case tapPostDiscard:
		return b.decidePost(ctx, tx, t, store.Discard, "", "Discarded. Nothing is published.")
	case tapPostRedo:
		return b.rewrite(ctx, tx, t, store.TaskRedo, "I write another version.")
	}
	return b.rewrite(ctx, tx, t, store.TaskPhoto, "I look for another photo.")
}

// sendPost looks once more whether the photo may be shown, then puts the press before the gate.
func (b *Bot) sendPost(ctx context.Context, tx *store.Tx, t tappedPost) error {
	faults, err := b.photoFaults(ctx, tx, t.view)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return answer(ctx, tx, t.query, "!"+photoWords(faults)+" Nothing was sent.")
	}
	done := "It is published now; the card tells."
	if t.view.Version.PublishAt != nil {
		done = "It is published on " + postTime(t.view) + "."
	}
	return b.decidePost(ctx, tx, t, store.Send, "", done)
}

func photoWords(faults []string) string {
	return "This photo may not be used: " + strings.TrimRight(faults[0], ". ") + ". Tap Other photo."
}

func (b *Bot) decidePost(ctx context.Context, tx *store.Tx, t tappedPost, action store.Action, hint, done string) error {
	d, err := tx.DecidePost(ctx, store.PostPress{Approval: t.view.Approval.ID, Action: action, TelegramID: t.manager.TelegramID, Hash: t.view.Approval.ContentHash, Hint: hint})
	if err != nil {
		return err
	}
	if d.Outcome != "ok" {
		return b.postTooLate(ctx, tx, t, postWhy(d, t.view))
	}
	return answer(ctx, tx, t.query, done)
}

// rewrite sends a version back and has the next one written.
func (b *Bot) rewrite(ctx context.Context, tx *store.Tx, t tappedPost, kind, done string) error {
	if err := b.decidePost(ctx, tx, t, store.RedoIt, "", done); err != nil {
		return err
	}
	return openTask(ctx, tx, t.view, t.manager, kind, "")
}

// openTask has the next version written, if the version before was sent back in this transaction.
func openTask(ctx context.Context, tx *store.Tx, v store.PostView, m store.Manager, kind, words string) error {
	a, err := tx.PostApproval(ctx, v.Approval.ID)
	if err != nil || a.State != "redone" {
		return err
	}
	return tx.Within(ctx, a.Restaurant, func(tx *store.Tx) error {
		_, err := tx.OpenPostTask(ctx, store.PostTask{PostID: a.PostID, Kind: kind, Hint: words, AskedBy: m.ID})
		return err
	})
}

// postTooLate: what the card shows is behind the row, so it is drawn again.
func (b *Bot) postTooLate(ctx context.Context, tx *store.Tx, t tappedPost, words string) error {
	if err := tx.TouchPost(ctx, t.view.Approval.ID); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "!"+words)
}

// postWhy says why a press did not count.
func postWhy(d store.PostDecision, v store.PostView) string {
	switch d.Outcome {
	case "already":
		v.Approval.State, v.Approval.DecidedName, v.Approval.DecidedAt = d.State, d.DecidedName, d.DecidedAt
		return postAlready(v)
	case "stale":
		return "The card showed something older. I draw it again; please look once more. Nothing was done."
	case "denied":
		return deniedWords
	case "photo":
		return "The client has taken this photo back. Tap Other photo. Nothing was sent."
	case "late":
		return "The time for this post has passed. Tap Later and choose another one. Nothing was sent."
	case "unconnected":
		return notConnected(v.Version.Networks) + " yet, so nothing was sent. Ask me to send the client the connection link; the post waits here."
	}
	return goneAnswer[1:]
}

func postAlready(v store.PostView) string {
	a := v.Approval
	who := cut(a.DecidedName, 60)
	if who == "" {
		who = "A colleague"
	}
	done := map[string]string{"sent": "sent this post", "redone": "asked for another version", "discarded": "discarded this post", "superseded": "chose another time"}[a.State]
	if done == "" || a.DecidedAt == nil {
		return "This card is out of date. See the newest one."
	}
	s := fmt.Sprintf("%s already %s at %s.", who, done, clockTime(*a.DecidedAt, v.Zone))
	if a.State == "redone" {
		s += " It comes below."
	}
	return s
}

const postMark = "📝 "

// askAboutPost asks what should be different; the answer comes as a reply.
func (b *Bot) askAboutPost(ctx context.Context, tx *store.Tx, t tappedPost) error {
	ask, err := tx.OpenAsk(ctx, store.Ask{ManagerID: t.manager.ID, TgChatID: t.chat, Kind: "post", Subject: store.Subject{Post: t.view.Approval.ID}})
	if err != nil {
		return err
	}
	question := fmt.Sprintf(postMark+"%s, reply to this message: what should be different? For example: shorter, no emojis, say that we open at 12, another photo.\nOr begin with <code>text:</code> and write the whole caption yourself.", mention(t.manager))
	if err := tx.Tell(ctx, store.Notice{TgChatID: &t.chat, Kind: "ask", HTML: question, ReplyTo: &t.message, ThreadID: threadOf(t.query.Message.Message), AskID: ask}, ""); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "")
}

// postTimes are what Later offers, where the restaurant is.
func postTimes(now time.Time, zone string) []struct {
	code, label string
	at          *time.Time
} {
	there := in(now, zone)
	evening := time.Date(there.Year(), there.Month(), there.Day(), 18, 0, 0, 0, there.Location())
	noon := tomorrow(now, zone, 12, 0)
	all := []struct {
		code, label string
		at          *time.Time
	}{{tapPostNow, "⚡ As soon as it is sent", nil}}
	if evening.After(now.Add(5 * time.Minute)) {
		all = append(all, struct {
			code, label string
			at          *time.Time
		}{tapPostToday, "🌆 Today 18:00", &evening})
	}
	return append(all, struct {
		code, label string
		at          *time.Time
	}{tapPostNoon, "🌞 Tomorrow 12:00", &noon})
}

func (b *Bot) askForTime(ctx context.Context, tx *store.Tx, t tappedPost) error {
	n := store.Notice{TgChatID: &t.chat, Kind: "reply", ReplyTo: &t.message, ThreadID: threadOf(t.query.Message.Message),
		HTML: "⏰ When shall the post of <b>" + line(t.view.Restaurant, 60) + "</b> be published? (" + esc(t.view.Zone) + ") It still waits for Send."}
	for _, one := range postTimes(tx.Now, t.view.Zone) {
		n.Buttons = append(n.Buttons, []store.NoticeButton{{Text: one.label, Data: postTap(one.code, t.view.Approval)}})
	}
	if err := tx.Tell(ctx, n, ""); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "")
}

func (b *Bot) retime(ctx context.Context, tx *store.Tx, t tappedPost) error {
	for _, one := range postTimes(tx.Now, t.view.Zone) {
		if one.code != t.code {
			continue
		}
		d, err := tx.DecidePost(ctx, store.PostPress{Approval: t.view.Approval.ID, Action: store.Retime, TelegramID: t.manager.TelegramID, Hash: t.view.Approval.ContentHash, PublishAt: one.at})
		if err != nil {
			return err
		}
		if d.Outcome != "ok" {
			return b.postTooLate(ctx, tx, t, postWhy(d, t.view))
		}
		t.view.Version.PublishAt = one.at
		return answer(ctx, tx, t.query, "Noted: "+postTime(t.view)+". It still waits for Send.")
	}
	return b.postTooLate(ctx, tx, t, "That time has passed. Tap Later again.")
}
