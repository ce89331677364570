package telegram

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// command reads "/queue", "/queue@OurBot" and "/queue rest" at the beginning of a message. We do it ourselves: the library
// does not know the form with a name and counts bytes where Telegram counts UTF-16.
func (b *Bot) command(text string) (name string, ok bool) {
	head, found := strings.CutPrefix(strings.TrimSpace(clean(text)), "/")
	fields := strings.Fields(head)
	if !found || len(fields) == 0 || !strings.HasPrefix(head, fields[0]) {
		return "", false
	}
	name, whose, named := strings.Cut(fields[0], "@")
	if us := b.name.Load(); named && us != nil && !strings.EqualFold(whose, *us) {
		return "", false // another bot of this group is meant
	}
	return strings.ToLower(name), name != ""
}

func (b *Bot) obey(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, name string) error {
	switch name {
	case "start":
		if err := bringAll(ctx, tx); err != nil {
			return err
		}
		return say(ctx, tx, msg, greeting(m)+"\n\n"+helpFor(m))
	case "help":
		return say(ctx, tx, msg, helpFor(m))
	case "claim":
		return say(ctx, tx, msg, codeWords("member"))
	case "new":
		return b.newPlace(ctx, tx, msg, m)
	case "link":
		return b.link(ctx, tx, msg, m)
	case "restaurant":
		return b.restaurant(ctx, tx, msg, m)
	case "profile":
		return b.profile(ctx, tx, msg, m)
	case "ignored":
		return b.ignored(ctx, tx, msg, m)
	case "team":
		return b.team(ctx, tx, msg, m)
	case "invite":
		return b.invite(ctx, tx, msg, m)
	case "texts":
		return b.texts(ctx, tx, msg, m)
	case "language":
		return b.obeyLanguage(ctx, tx, msg, m)
	case "listen":
		return b.obeyListen(ctx, tx, msg, m)
	case "queue":
		q, err := tx.Queue(ctx)
		if err != nil {
			return err
		}
		if err := bringAll(ctx, tx); err != nil {
			return err
		}
		return say(ctx, tx, msg, queueText(q, tx.Now))
	case "pause", "resume":
		return b.pauseNumber(ctx, tx, msg, m, name == "pause")
	case "alerts":
		all, err := tx.Alerts(ctx)
		if err != nil {
			return err
		}
		return say(ctx, tx, msg, alertsText(all, tx.Now))
	}
	return say(ctx, tx, msg, "I do not know /"+line(name, 40)+".\n\n"+helpFor(m))
}

// bringAll has every waiting card drawn, so that one which could not be posted before (nobody had pressed Start, the bot was
// not in the group) is there now. Cards that are there already stay as they are.
func bringAll(ctx context.Context, tx *store.Tx) error {
	q, err := tx.Queue(ctx)
	if err != nil {
		return err
	}
	for _, w := range q {
		if err := tx.TouchView(ctx, w.Approval); err != nil {
			return err
		}
	}
	return nil
}

func greeting(m store.Manager) string {
	if m.Name == "" {
		return "👋 Welcome."
	}
	return "👋 Welcome, " + line(m.Name, 60) + "."
}

const helpText = `When a client writes on WhatsApp, a card with a draft comes here. Nothing reaches a client before one of you decides.

<b>Send</b>: the draft goes out as it stands.
<b>Edit</b>, or just reply to the card: your words go out instead.
<b>Redo</b>: another draft, with your hint (“shorter”, “in German”, “say that we open at 12”).
<b>Discard</b>: no answer to this.
<b>Take over</b>: you write yourself, by replying to the card; the bot keeps quiet until you hand it back.
<b>Later</b>: the card comes back in an hour, or when you say (“later 2h”, “later tomorrow”).`

// queueText is one message, however many wait.
func queueText(q []store.Waiting, now time.Time) string {
	if len(q) == 0 {
		return "✅ Nothing waits. Every client has an answer."
	}
	s := "<b>" + plural(len(q), "card waits", "cards wait") + "</b>"
	for i, w := range q {
		what := ""
		if !w.HasText {
			what = " (no draft: needs your words)"
		}
		more := fmt.Sprintf("\n• %s%s, for %s%s", line(cmp.Or(w.Who, "New contact"), 60), at(w.Who, w.Restaurant), ago(now.Sub(w.Since)), what)
		if units(s+more) > maxUnits-50 {
			return s + fmt.Sprintf("\n… and %d more", len(q)-i)
		}
		s += more
	}
	return s
}

func at(who, restaurant string) string {
	if who == restaurant || restaurant == "" {
		return ""
	}
	return " · " + line(restaurant, 60)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute", "minutes")
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour", "hours")
	}
	return plural(int(d.Hours()/24), "day", "days")
}

// Introduce tells Telegram the commands, and the address of our webhook where there is one that Telegram can reach.
// https://core.telegram.org/bots/api#setwebhook
func (b *Bot) Introduce(ctx context.Context, webhook, secret string) error {
	if b.tg == nil {
		return errNoToken
	}
	if err := b.menus(ctx); err != nil {
		return b.outcome(ctx, 0, err)
	}
	if err := b.learnName(ctx); err != nil {
		return err
	}
	if webhook == "" {
		return nil
	}
	_, err := b.tg.SetWebhook(ctx, &bot.SetWebhookParams{URL: webhook, SecretToken: secret, MaxConnections: 10,
		AllowedUpdates: []string{"message", "edited_message", "callback_query", "my_chat_member"}})
	return b.outcome(ctx, 0, err)
}
