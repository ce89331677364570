package telegram

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/internal/language"
	"marketa/store"
)

// heardLanguage keeps the language of whoever has done something. https://core.telegram.org/bots/api#user
func heardLanguage(ctx context.Context, tx *store.Tx, u *models.Update) error {
	var from *models.User
	switch {
	case u.CallbackQuery != nil:
		from = &u.CallbackQuery.From
	case u.Message != nil:
		from = u.Message.From
	}
	if from == nil || from.IsBot {
		return nil
	}
	code := language.Base(from.LanguageCode)
	if code == "" {
		return nil
	}
	return tx.HeardLanguage(ctx, from.ID, code)
}

// obeyLanguage is /language: what it is, "/language de" to choose, "/language auto" to follow Telegram again.
func (b *Bot) obeyLanguage(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	wanted := commandRest(msg.Text)
	if wanted != "" {
		code, ok := language.Find(wanted)
		if strings.EqualFold(wanted, "auto") {
			code, ok = "", true
		}
		if !ok {
			return say(ctx, tx, msg, "I do not know the language “"+line(wanted, 40)+"”. Write for example <code>/language German</code>, or its two letters: <code>/language de</code>.")
		}
		if err := tx.ChooseLanguage(ctx, m.ID, code); err != nil {
			return err
		}
	}
	own, chosen, err := tx.ManagerLanguage(ctx, m.ID)
	if err != nil {
		return err
	}
	cards, err := tx.CardLanguage(ctx)
	if err != nil {
		return err
	}
	return say(ctx, tx, msg, languageText(own, chosen, cards, wanted != ""))
}

func languageText(own string, chosen bool, cards string, changed bool) string {
	var s string
	switch {
	case own == "":
		s = "I do not know yet what you read; Telegram tells me with your next message."
	case chosen && changed:
		s = fmt.Sprintf("Noted: you read <b>%s</b>.", language.Name(own))
	case chosen:
		s = fmt.Sprintf("You read <b>%s</b>, as you have chosen.", language.Name(own))
	default:
		s = fmt.Sprintf("You read <b>%s</b>, as your Telegram says.", language.Name(own))
	}
	s += fmt.Sprintf("\nCards come with translations into <b>%s</b>, which most of the team reads.", language.Name(cards))
	if changed {
		return s + " That holds from the next card on."
	}
	return s + "\nTo choose: <code>/language German</code>. To follow Telegram again: <code>/language auto</code>."
}

// commandRest is what stands behind a command.
func commandRest(text string) string {
	_, rest, _ := strings.Cut(strings.TrimSpace(clean(text)), " ")
	return strings.TrimSpace(rest)
}
