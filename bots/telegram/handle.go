package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/riverqueue/river"

	"marketa/store"
)

// HandleWorker handles what Telegram sent. The update, what it changes and the answers to it are one transaction: after a
// crash it is handled again or was handled, never half.
type HandleWorker struct {
	river.WorkerDefaults[store.HandleUpdate]
	Bot *Bot
}

func (w *HandleWorker) Timeout(*river.Job[store.HandleUpdate]) time.Duration { return 20 * time.Second }

func (w *HandleWorker) Work(ctx context.Context, job *river.Job[store.HandleUpdate]) error {
	err := w.Bot.handle(ctx, job.Args.Update)
	if err == nil {
		return nil
	}
	w.Bot.log.Error("telegram update failed", "update", job.Args.Update, "error", err)
	givenUp, err := w.Bot.db.UpdateFailed(ctx, job.Args.Update, 5*time.Second)
	if err != nil || !givenUp {
		return nil // the sweeper brings it back
	}
	return w.Bot.db.Unhealthy(ctx, store.Alert{Cause: "telegram-update-failed",
		Text: "Something that a manager did in Telegram could not be handled after five tries. Please do it again; if it fails again, look into the log."})
}

func (b *Bot) handle(ctx context.Context, id int64) (err error) {
	defer func() {
		if r := recover(); r != nil { // counted like any other failure, else it would come back for ever
			err = fmt.Errorf("telegram: update %d: panic: %v\n%s", id, r, debug.Stack())
		}
	}()
	if err = b.handleOnce(ctx, id); !errors.Is(err, errDoubtName) {
		return err
	}
	if err := b.learnName(ctx); err != nil {
		b.log.Warn("the bot's own name could not be looked up", "error", err)
	}
	return b.handleOnce(ctx, id)
}

func (b *Bot) handleOnce(ctx context.Context, id int64) error {
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		body, ok, err := tx.TakeUpdate(ctx, id)
		if err != nil || !ok {
			return err
		}
		var u models.Update
		if err := json.Unmarshal(body, &u); err != nil {
			// Telegram has grown a shape that the library does not read: kept, and not tried again.
			b.log.Warn("telegram update not understood", "update", id)
			if err := tx.Raise(ctx, store.Alert{Cause: "telegram-not-understood", Text: "Telegram sent something that this version does not understand; it is kept. If you have just pressed a button or written and nothing happened, please do it again."}); err != nil {
				return err
			}
			return tx.UpdateHandled(ctx, id)
		}
		if err := b.dispatch(ctx, tx, &u); err != nil {
			return fmt.Errorf("telegram: update %d: %w", id, err)
		}
		return tx.UpdateHandled(ctx, id)
	})
}

func (b *Bot) dispatch(ctx context.Context, tx *store.Tx, u *models.Update) error {
	if err := heardLanguage(ctx, tx, u); err != nil {
		return err
	}
	if err := b.current(ctx, tx); err != nil {
		return err
	}
	if b.doubtsName(u.Message) {
		return errDoubtName
	}
	if u.Message != nil {
		if err := b.observe(ctx, tx, u.Message); err != nil {
			return err
		}
	}
	switch {
	case u.CallbackQuery != nil:
		return b.press(ctx, tx, u.CallbackQuery)
	case fromPerson(u.Message):
		return b.words(ctx, tx, u.Message)
	case u.Message != nil && u.Message.SenderChat != nil:
		return b.masked(ctx, tx, u.Message)
	case fromPerson(u.EditedMessage):
		return b.edited(ctx, tx, u.EditedMessage)
	case u.MyChatMember != nil:
		return b.admitted(ctx, tx, u.MyChatMember)
	}
	return nil
}

func fromPerson(m *models.Message) bool { return m != nil && m.From != nil && !m.From.IsBot }

// masked is an administrator of the group who writes under the group's name.
func (b *Bot) masked(ctx context.Context, tx *store.Tx, msg *models.Message) error {
	if msg.Chat.ID != b.approvals.Load() {
		return nil
	}
	if _, _, found, err := b.target(ctx, tx, msg); err != nil || !found {
		return err
	}
	return say(ctx, tx, msg, "I cannot see who you are, so I passed nothing on. Turn off “Remain anonymous” in your administrator rights of this group and write it again.")
}

// admitted: a chat that was closed to the bot lets it in (again): what waits is shown there.
func (b *Bot) admitted(ctx context.Context, tx *store.Tx, u *models.ChatMemberUpdated) error {
	switch u.NewChatMember.Type {
	case models.ChatMemberTypeMember, models.ChatMemberTypeAdministrator:
	case models.ChatMemberTypeBanned, models.ChatMemberTypeLeft:
		return b.thrownOut(ctx, tx, u.Chat.ID)
	default:
		return nil
	}
	if err := b.maySetUp(ctx, tx, u); err != nil {
		return err
	}
	m, known, err := tx.ManagerBy(ctx, u.From.ID, nameOf(&u.From))
	if err != nil || !known || !b.ours(u.Chat.ID, m) {
		return err
	}
	return bringAll(ctx, tx)
}

// maySetUp: in the approvals chat an administrator may have got the right to make topics.
func (b *Bot) maySetUp(ctx context.Context, tx *store.Tx, u *models.ChatMemberUpdated) error {
	if u.Chat.ID != b.approvals.Load() || u.Chat.ID >= 0 {
		return nil
	}
	if err := tx.SawForum(ctx, u.Chat.ID, u.Chat.IsForum); err != nil {
		return err
	}
	if u.NewChatMember.Type != models.ChatMemberTypeAdministrator {
		return nil
	}
	return tx.BarTopics(ctx, u.Chat.ID, time.Time{})
}

// thrownOut: somebody has removed the bot from the approvals chat. What waits there is shown to the managers in their own
// chats; the owners hear why.
func (b *Bot) thrownOut(ctx context.Context, tx *store.Tx, chat int64) error {
	if chat != b.approvals.Load() || chat >= 0 {
		return nil // a person who has blocked the bot: whoever comes back finds everything
	}
	if err := tellOwners(ctx, tx, chat, "🚪 I was removed from the approvals chat. Until I am back, cards come to each of you here. To undo it: add me to the group again, as an administrator.",
		fmt.Sprintf("thrown-out-%d-%s", chat, tx.Now.UTC().Format("2006-01-02T15:04"))); err != nil {
		return err
	}
	return tx.CloseTgChat(ctx, chat)
}

func nameOf(u *models.User) string {
	name := strings.TrimSpace(clean(u.FirstName + " " + u.LastName))
	if name == "" {
		name = clean(u.Username)
	}
	return name
}

// clean makes text fit for the database.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
