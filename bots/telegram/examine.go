package telegram

import (
	"context"
	"fmt"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// Examination is what Telegram says about the bot: its name, where it sends updates, and the bot's place in the approvals
// chat.
type Examination struct {
	Username  string
	Hook      string // where updates go; empty: nowhere
	HookFault string // Telegram's words for what went wrong last with it
	Waiting   int    // updates that have not been delivered
	Seat      string // in the approvals chat: creator, administrator, member, restricted, left, kicked; empty: no such chat is configured
	Forum     bool   // the chat has topics
	MayTopics bool   // the bot may make them
}

// Examine asks. https://core.telegram.org/bots/api#getwebhookinfo
func (b *Bot) Examine(ctx context.Context) (e Examination, err error) {
	if b.tg == nil {
		return e, errNoToken
	}
	me, err := b.tg.GetMe(ctx)
	if err != nil {
		return e, fmt.Errorf("telegram: examine: %w", scrub(err))
	}
	e.Username = me.Username
	hook, err := b.tg.GetWebhookInfo(ctx)
	if err != nil {
		return e, fmt.Errorf("telegram: examine: %w", scrub(err))
	}
	e.Hook, e.HookFault, e.Waiting = hook.URL, hook.LastErrorMessage, hook.PendingUpdateCount
	if b.configured == 0 {
		return e, nil
	}
	return b.seatOf(ctx, e, me.ID)
}

func (b *Bot) seatOf(ctx context.Context, e Examination, us int64) (Examination, error) {
	chat, err := b.tg.GetChat(ctx, &bot.GetChatParams{ChatID: b.configured})
	if err != nil {
		return e, fmt.Errorf("telegram: examine: chat: %w", scrub(err))
	}
	seat, err := b.tg.GetChatMember(ctx, &bot.GetChatMemberParams{ChatID: b.configured, UserID: us})
	if err != nil {
		return e, fmt.Errorf("telegram: examine: seat: %w", scrub(err))
	}
	e.Seat, e.Forum = string(seat.Type), chat.IsForum
	if seat.Type == models.ChatMemberTypeAdministrator && seat.Administrator != nil {
		e.MayTopics = seat.Administrator.CanManageTopics
	}
	return e, nil
}
