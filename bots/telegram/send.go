package telegram

import (
	"context"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// Post is one message to Telegram.
type Post struct {
	HTML     string
	Keyboard [][]Button
	ReplyTo  int64
	Ask      string // set: the message asks for a reply, with this as the hint in the input field
	Quiet    bool
	Thread   int64 // the topic, 0: none
}

// Button is one button under a message.
type Button struct {
	Text string
	Data string // at most 64 bytes
}

// post sends a message and returns its id. https://core.telegram.org/bots/api#sendmessage
func (b *Bot) post(ctx context.Context, chat int64, p Post) (int64, error) {
	if b.tg == nil {
		return 0, errNoToken
	}
	params := &bot.SendMessageParams{ChatID: chat, Text: trim(p.HTML, maxUnits), ParseMode: models.ParseModeHTML, DisableNotification: p.Quiet,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: bot.True()}}
	if p.Thread != 0 {
		params.MessageThreadID = int(p.Thread)
	}
	if p.ReplyTo != 0 {
		params.ReplyParameters = &models.ReplyParameters{MessageID: int(p.ReplyTo), AllowSendingWithoutReply: true}
	}
	switch {
	case len(p.Keyboard) > 0:
		params.ReplyMarkup = keyboard(p.Keyboard)
	case p.Ask != "":
		params.ReplyMarkup = &models.ForceReply{ForceReply: true, Selective: true, InputFieldPlaceholder: p.Ask}
	}
	m, err := b.tg.SendMessage(ctx, params)
	if err != nil {
		return 0, b.outcome(ctx, chat, err)
	}
	return int64(m.ID), nil
}

// edit redraws a message. https://core.telegram.org/bots/api#editmessagetext
func (b *Bot) edit(ctx context.Context, chat, message int64, p Post) error {
	if b.tg == nil {
		return errNoToken
	}
	_, err := b.tg.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: chat, MessageID: int(message), Text: p.HTML, ParseMode: models.ParseModeHTML,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: bot.True()}, ReplyMarkup: keyboard(p.Keyboard)})
	return b.outcome(ctx, chat, err)
}

// remove deletes a message of ours. https://core.telegram.org/bots/api#deletemessage
func (b *Bot) remove(ctx context.Context, chat, message int64) error {
	if b.tg == nil {
		return errNoToken
	}
	_, err := b.tg.DeleteMessage(ctx, &bot.DeleteMessageParams{ChatID: chat, MessageID: int(message)})
	return b.outcome(ctx, chat, err)
}

// toast answers a press. https://core.telegram.org/bots/api#answercallbackquery
func (b *Bot) toast(ctx context.Context, callback, text string, alert bool) error {
	if b.tg == nil {
		return errNoToken
	}
	_, err := b.tg.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: callback, Text: text, ShowAlert: alert})
	return b.outcome(ctx, 0, err)
}

// keyboard is never nil: an empty one takes the buttons away.
func keyboard(rows [][]Button) *models.InlineKeyboardMarkup {
	k := &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{}}
	for _, row := range rows {
		line := make([]models.InlineKeyboardButton, len(row))
		for i, x := range row {
			line[i] = models.InlineKeyboardButton{Text: x.Text, CallbackData: x.Data}
		}
		k.InlineKeyboard = append(k.InlineKeyboard, line)
	}
	return k
}
