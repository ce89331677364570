package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-telegram/bot"

	"marketa/store"
)

// The ways a call can end, as far as they make a difference to us. Whatever is none of these is trouble: nobody answered, or
// not in a way that can be understood; it is tried again.
var (
	errSame     = errors.New("telegram: it shows that already")
	errLost     = errors.New("telegram: the message is not there any more")
	errStays    = errors.New("telegram: the message cannot be deleted any more")
	errClosed   = errors.New("telegram: nobody can be reached in that chat")
	errNoThread = errors.New("telegram: the topic is not there any more")
	errNoForum  = errors.New("telegram: the chat has no topics")
	errNoRight  = errors.New("telegram: the bot may not manage topics")
	errMoved    = errors.New("telegram: the group has a new id")
	errOldTap   = errors.New("telegram: the press is too old to be answered")
	errToken    = errors.New("telegram: the bot's token is not accepted; put the one that BotFather shows into TELEGRAM_BOT_TOKEN and start again")
	errNoToken  = errors.New("telegram: no bot token is configured")
)

// waitError says how long Telegram wants to be left alone.
type waitError struct{ after time.Duration }

func (e *waitError) Error() string { return fmt.Sprintf("telegram: wait %s", e.after) }

// refusal is Telegram's no to what we sent: the same will be refused again.
type refusal struct{ words string }

func (e *refusal) Error() string { return "telegram: refused: " + e.words }

// isRefusal says that trying again is no use.
func isRefusal(err error) bool {
	var r *refusal
	return errors.As(err, &r)
}

// outcome turns the library's errors into ours, and writes down what they say about the chat. It must not be called within a
// transaction.
func (b *Bot) outcome(ctx context.Context, chat int64, err error) error {
	var busy *bot.TooManyRequestsError
	var moved *bot.MigrateError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &busy):
		after := time.Duration(max(busy.RetryAfter, 1)) * time.Second
		if chat == 0 {
			return &waitError{after: after}
		}
		return errors.Join(&waitError{after: after}, b.hold(ctx, chat, after))
	case errors.As(err, &moved):
		if chat == 0 || chat != b.approvals.Load() {
			return errMoved
		}
		return errors.Join(errMoved, b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error {
			if err := b.follow(ctx, tx, chat, int64(moved.MigrateToChatID)); err != nil {
				return err
			}
			return b.current(ctx, tx)
		}))
	case errors.Is(err, bot.ErrorForbidden):
		return errClosed
	case errors.Is(err, bot.ErrorUnauthorized), errors.Is(err, bot.ErrorNotFound):
		return errToken // an address with something in it that is no token answers "not found"
	case errors.Is(err, bot.ErrorBadRequest):
		_, said, _ := strings.Cut(err.Error(), bot.ErrorBadRequest.Error()+", ")
		return refused(said)
	}
	return scrub(err)
}

// refused reads the words of Telegram's server: https://github.com/tdlib/telegram-bot-api
func refused(said string) error {
	for _, known := range []struct {
		words string
		err   error
	}{
		{"message is not modified", errSame},
		{"message to edit not found", errLost},
		{"MESSAGE_ID_INVALID", errLost},
		{"message can't be edited", errLost},
		{"message to delete not found", errLost},
		{"message can't be deleted", errStays},
		{"message thread not found", errNoThread},
		{"TOPIC_DELETED", errNoThread},
		{"TOPIC_ID_INVALID", errNoThread},
		{"chat is not a forum", errNoForum},
		{"CHANNEL_FORUM_MISSING", errNoForum},
		{"not enough rights to create", errNoRight},
		{"not enough rights to manage topics", errNoRight},
		{"CHAT_ADMIN_REQUIRED", errNoRight},
		{"query is too old", errOldTap},
		{"chat not found", errClosed},
		{"PEER_ID_INVALID", errClosed},
		{"rights to send", errClosed},
		{"CHAT_WRITE_FORBIDDEN", errClosed},
	} {
		if strings.Contains(said, known.words) {
			return known.err
		}
	}
	return &refusal{said}
}

// scrub takes everything out of an error that could name a token or repeat what was sent.
func scrub(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("telegram: no answer: %w", u.Err)
	}
	if strings.Contains(err.Error(), "error decode response") {
		return errors.New("telegram: an answer that cannot be read")
	}
	if errors.Is(err, bot.ErrorConflict) {
		return fmt.Errorf("telegram: %d: another program uses this bot", http.StatusConflict)
	}
	return fmt.Errorf("telegram: %w", err)
}
