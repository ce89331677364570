package telegram

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"
)

// errDoubtName: a command names a bot that is not us, as far as we know. We may have been renamed since.
var errDoubtName = errors.New("telegram: which bot is meant")

// nameLife is how long we are sure of our own name.
const nameLife = 10 * time.Minute

// doubtsName says whether a message turns on our name, which was not looked up for a while.
func (b *Bot) doubtsName(m *models.Message) bool {
	head, isCommand := strings.CutPrefix(strings.TrimSpace(spoken(m)), "/")
	fields := strings.Fields(head)
	if !isCommand || len(fields) == 0 || b.tg == nil {
		return false
	}
	_, whose, named := strings.Cut(fields[0], "@")
	us := b.name.Load()
	return named && us != nil && !strings.EqualFold(whose, *us) && b.db.Clock.Now().Sub(time.Unix(b.namedAt.Load(), 0)) > nameLife
}

// learnName asks Telegram what we are called. https://core.telegram.org/bots/api#getme
func (b *Bot) learnName(ctx context.Context) error {
	b.namedAt.Store(b.db.Clock.Now().Unix())
	me, err := b.tg.GetMe(ctx)
	if err != nil {
		return b.outcome(ctx, 0, err)
	}
	b.name.Store(&me.Username)
	return nil
}
