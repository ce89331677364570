package telegram

import (
	"context"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// command reads "/queue", "/queue@OurBot" and "/queue rest" at the beginning of a message. We do it ourselves: the library
// does not know the form with a name and counts bytes where Telegram counts UTF-16.
func command(text string) (name, rest string, ok bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "/") || len(text) < 2 {
		return "", "", false
	}
	head, rest, _ := strings.Cut(text[1:], " ")
	if first, tail, split := strings.Cut(head, "\n"); split {
		head, rest = first, tail+" "+rest
	}
	name, _, _ = strings.Cut(head, "@")
	return strings.ToLower(name), strings.TrimSpace(rest), name != ""
}

func (b *Bot) command(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, name, _ string) error {
	switch name {
	case "start":
		return say(ctx, tx, msg, greeting(m)+"\n\n"+helpText)
	case "help":
		return say(ctx, tx, msg, helpText)
	case "queue":
		q, err := tx.Queue(ctx)
		if err != nil {
			return err
		}
		return say(ctx, tx, msg, queueText(q, tx.Now))
	}
	return say(ctx, tx, msg, "I do not know /"+html.EscapeString(name)+". "+helpText)
}

func greeting(m store.Manager) string {
	if m.Name == "" {
		return "👋 Welcome."
	}
	return "👋 Welcome, " + html.EscapeString(m.Name) + "."
}

const helpText = `When a client writes on WhatsApp, a card with a draft comes here. Nothing reaches a client before one of you decides.

<b>Send</b>: the draft goes out as it stands.
<b>Edit</b>, or just reply to the card: your words go out instead.
<b>Redo</b>: another draft, with your hint (“shorter”, “in German”, “say that we open at 12”).
<b>Discard</b>: no answer to this.
<b>Take over</b>: you write yourself, by replying to the card; the bot keeps quiet until you hand it back.
<b>Later</b>: the card comes back in an hour.

/queue: what waits for a decision
/help: this text`

func queueText(q []store.Waiting, now time.Time) string {
	if len(q) == 0 {
		return "✅ Nothing waits. Every client has an answer."
	}
	var s strings.Builder
	fmt.Fprintf(&s, "<b>%s</b>\n", plural(len(q), "card waits", "cards wait"))
	for i, w := range q {
		if i == 30 {
			fmt.Fprintf(&s, "… and %d more", len(q)-i)
			break
		}
		what := ""
		if !w.HasText {
			what = " (no draft: needs your words)"
		}
		fmt.Fprintf(&s, "• %s%s, for %s%s\n", html.EscapeString(w.Who), at(w.Who, w.Restaurant), ago(now.Sub(w.Since)), what)
	}
	return strings.TrimSpace(s.String())
}

func at(who, restaurant string) string {
	if who == restaurant || restaurant == "" {
		return ""
	}
	return " · " + html.EscapeString(restaurant)
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
	if _, err := b.tg.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: []models.BotCommand{
		{Command: "queue", Description: "What waits for a decision"}, {Command: "help", Description: "How this works"}}}); err != nil {
		return b.classify(0, err)
	}
	if webhook == "" {
		return nil
	}
	_, err := b.tg.SetWebhook(ctx, &bot.SetWebhookParams{URL: webhook, SecretToken: secret, MaxConnections: 10,
		AllowedUpdates: []string{"message", "edited_message", "callback_query", "my_chat_member"}})
	return b.classify(0, err)
}
