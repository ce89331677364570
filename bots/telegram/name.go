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

// doubtsName says whether an update may turn on our name, which was not looked up for a while: any update as long as we do not
// know it, for a command may be another bot's, plain words may be meant for us, and an invite names us.
func (b *Bot) doubtsName(m *models.Message) bool {
	if b.tg == nil || b.db.Clock.Now().Sub(time.Unix(b.namedAt.Load(), 0)) <= nameLife {
		return false
	}
	us := b.name.Load()
	if us == nil || m == nil {
		return us == nil
	}
	head, isCommand := strings.CutPrefix(strings.TrimSpace(spoken(m)), "/")
	fields := strings.Fields(head)
	if !isCommand || len(fields) == 0 {
		return false
	}
	_, whose, named := strings.Cut(fields[0], "@")
	return named && !strings.EqualFold(whose, *us)
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
