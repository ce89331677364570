package telegram

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"marketa/store"
)

const (
	barTime    = 6 * time.Hour    // until topics are tried again where they may not be made
	adoptTime  = 10 * time.Second // how long Telegram's own word about a topic is waited for when its answer was lost
	mostDoubts = 2                // topics that may have been made unheard: no further one for a day
	doubtRest  = 24 * time.Hour
	busyTopic  = 2 * time.Second // somebody else is making it
	mostName   = 128             // characters, https://core.telegram.org/bots/api#createforumtopic
)

// topicName is what a restaurant's topic is called.
func topicName(name string) string {
	if name = strings.Join(strings.Fields(clean(name)), " "); name == "" {
		return "New contact"
	}
	return cut(name, mostName)
}

// thread is the topic where a restaurant's cards and notices go in a chat, 0 for none: it is made when it is needed first.
// A wait means that it is being made.
func (b *Bot) thread(ctx context.Context, chat int64, r store.RestaurantID) (int64, error) {
	if chat >= 0 || r.IsZero() || b.tg == nil {
		return 0, nil
	}
	c, t, name, err := b.lookUp(ctx, chat, r)
	if err != nil {
		return 0, err
	}
	if c.LookedAt == nil {
		if c.Forum, err = b.askForum(ctx, chat); err != nil {
			return 0, err
		}
	}
	switch {
	case !c.Forum:
		return 0, nil
	case t.ThreadID != 0:
		b.rename(ctx, t, name)
		return t.ThreadID, nil
	case c.Barred(b.db.Clock.Now()):
		return 0, nil
	}
	return b.makeTopic(ctx, chat, r, name)
}

func (b *Bot) lookUp(ctx context.Context, chat int64, r store.RestaurantID) (c store.TgChat, t store.Topic, name string, err error) {
	err = b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if c, err = tx.TgChat(ctx, chat); err != nil {
			return err
		}
		if t, _, err = tx.TopicOf(ctx, chat, r); err != nil {
			return err
		}
		name, err = tx.RestaurantName(ctx, r)
		return err
	})
	return c, t, topicName(name), err
}

// askForum asks Telegram whether a chat has topics, once; later its messages tell. https://core.telegram.org/bots/api#getchat
func (b *Bot) askForum(ctx context.Context, chat int64) (bool, error) {
	full, err := b.tg.GetChat(ctx, &bot.GetChatParams{ChatID: chat})
	switch err = b.outcome(ctx, chat, err); {
	case errors.Is(err, errMoved):
		return false, &waitError{after: time.Second}
	case errors.Is(err, errClosed), errors.Is(err, errToken), isRefusal(err):
		return false, nil // the sending finds out
	case err != nil:
		return false, err
	}
	return full.IsForum, b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.SawForum(ctx, chat, full.IsForum) })
}

// makeTopic makes a restaurant's topic, whoever comes first; the others wait for it.
func (b *Bot) makeTopic(ctx context.Context, chat int64, r store.RestaurantID, name string) (int64, error) {
	var t store.Topic
	err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { t, err = tx.LeaseTopic(ctx, chat, r, name); return err })
	switch {
	case err != nil:
		return 0, err
	case t.ThreadID != 0, !t.Ours && t.Doubts >= mostDoubts:
		return t.ThreadID, nil
	case !t.Ours:
		return 0, &waitError{after: busyTopic}
	}
	if err := b.place(ctx, chat, toCard); err != nil {
		return 0, b.topicLater(ctx, t, false, retryAfter(err, 0), err)
	}
	made, err := b.tg.CreateForumTopic(ctx, &bot.CreateForumTopicParams{ChatID: chat, Name: name})
	if err = b.outcome(ctx, chat, err); err != nil {
		return b.noTopic(ctx, t, err)
	}
	thread := int64(made.MessageThreadID)
	return thread, b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error { return tx.SaveTopic(ctx, chat, r, thread) })
}

// noTopic decides what follows when a topic was not made, or perhaps was. Telegram tells of every topic that was made, also
// of our own: that is waited for before another one is asked for.
func (b *Bot) noTopic(ctx context.Context, t store.Topic, err error) (int64, error) {
	var w *waitError
	switch {
	case errors.As(err, &w):
		return 0, b.topicLater(ctx, t, false, w.after, err)
	case errors.Is(err, errMoved):
		return 0, b.topicLater(ctx, t, false, 0, &waitError{after: time.Second})
	case errors.Is(err, errNoForum), errors.Is(err, errNoRight), errors.Is(err, errClosed), errors.Is(err, errToken), isRefusal(err):
		return 0, b.bar(ctx, t, err)
	case neverSent(err):
		return 0, b.topicLater(ctx, t, false, 0, err)
	case t.Doubts+1 < mostDoubts:
		return 0, b.topicLater(ctx, t, true, adoptTime, &waitError{after: adoptTime})
	}
	b.log.Error("a topic could not be made: Telegram does not answer; its cards go to the general topic", "chat", t.TgChatID, "error", err)
	return 0, b.topicLater(ctx, t, true, doubtRest, nil)
}

// neverSent says that nobody can have heard the call.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func (b *Bot) topicLater(ctx context.Context, t store.Topic, doubt bool, after time.Duration, cause error) error {
	ctx = context.WithoutCancel(ctx)
	return errors.Join(cause, b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.TopicLater(ctx, t, doubt, tx.Now.Add(after)) }))
}

// bar: no topics here for now, so everything goes to the general one; where a person can mend it, one notice says how.
func (b *Bot) bar(ctx context.Context, t store.Topic, cause error) error {
	b.log.Warn("no topic can be made", "chat", t.TgChatID, "error", cause)
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if err := tx.TopicLater(ctx, t, false, tx.Now); err != nil {
			return err
		}
		if errors.Is(cause, errNoForum) {
			return tx.SawForum(ctx, t.TgChatID, false)
		}
		if err := tx.BarTopics(ctx, t.TgChatID, tx.Now.Add(barTime)); err != nil || !errors.Is(cause, errNoRight) {
			return err
		}
		return tx.Tell(ctx, store.Notice{TgChatID: &t.TgChatID, Kind: "alert", HTML: "📌 This group has topics, but I may not make any, so all cards come here. To give every restaurant a topic of its own: group settings → Administrators → this bot → switch on <b>Manage topics</b>."},
			"no-topics-"+tx.Now.UTC().Format("2006-01"))
	})
}

// rename gives a topic its restaurant's new name. A failure harms nothing, so it is tried once.
// https://core.telegram.org/bots/api#editforumtopic
func (b *Bot) rename(ctx context.Context, t store.Topic, name string) {
	if t.Name == name || b.place(ctx, t.TgChatID, toRedraw) != nil {
		return
	}
	if err := b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.RenamedTopic(ctx, t, name) }); err != nil {
		return
	}
	_, err := b.tg.EditForumTopic(ctx, &bot.EditForumTopicParams{ChatID: t.TgChatID, MessageThreadID: int(t.ThreadID), Name: name})
	if err != nil {
		b.log.Warn("a topic could not be renamed", "error", b.outcome(ctx, t.TgChatID, err))
	}
}

// lose: people have deleted a topic. What waits of it is posted again.
func (b *Bot) lose(ctx context.Context, chat, thread int64) error {
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.LoseTopic(ctx, chat, thread) })
}

// observe learns from a message of the approvals chat what has become of the chat.
func (b *Bot) observe(ctx context.Context, tx *store.Tx, m *models.Message) error {
	chat := m.Chat.ID
	switch approvals := b.approvals.Load(); {
	case m.MigrateToChatID != 0 && chat == approvals:
		return b.follow(ctx, tx, chat, int64(m.MigrateToChatID))
	case m.MigrateFromChatID != 0 && int64(m.MigrateFromChatID) == approvals:
		return b.follow(ctx, tx, int64(m.MigrateFromChatID), chat)
	case chat != approvals || chat >= 0:
		return nil
	}
	if err := tx.SawForum(ctx, chat, m.Chat.IsForum); err != nil {
		return err
	}
	if made := m.ForumTopicCreated; made != nil && b.mine(m.From) {
		return tx.AdoptTopic(ctx, chat, int64(m.MessageThreadID), made.Name)
	}
	if r := m.ReplyToMessage; r != nil && r.ForumTopicCreated != nil && b.mine(r.From) {
		return tx.AdoptTopic(ctx, chat, int64(m.MessageThreadID), r.ForumTopicCreated.Name)
	}
	return nil
}

func (b *Bot) mine(u *models.User) bool { return u != nil && b.tg != nil && u.ID == b.tg.ID() }

// threadOf is the topic that a message stands in. In a group without topics replies have a thread, too: that is none.
func threadOf(m *models.Message) int64 {
	if m == nil || !m.IsTopicMessage {
		return 0
	}
	return int64(m.MessageThreadID)
}

// follow goes after the approvals chat when it becomes a supergroup and its id changes, also after the next start.
func (b *Bot) follow(ctx context.Context, tx *store.Tx, from, to int64) error {
	fresh, err := tx.MoveTgChat(ctx, from, to)
	if err == nil && fresh {
		b.log.Warn("the approvals chat has become a supergroup and has a new id; it is followed. Set TELEGRAM_APPROVALS_CHAT to it when convenient", "chat", to)
	}
	return err
}

// current reads which chat the configured one has become.
func (b *Bot) current(ctx context.Context, tx *store.Tx) error {
	if b.configured == 0 {
		return nil
	}
	now, err := tx.TgChatNow(ctx, b.configured)
	if err == nil {
		b.approvals.Store(now)
	}
	return err
}
