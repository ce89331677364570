package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"marketa/sandbox/wire"
)

// The client library that Marketa sends with, against the simulator: chunked multipart, empty multipart, copy_text
// beside callback_data, albums under attach names before their list.

func client(t *testing.T, b *bundle, options ...bot.Option) *bot.Bot {
	t.Helper()
	c, err := bot.New(token, append(options, bot.WithServerURL(b.url))...) // calls getMe
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAConversationThroughTheLibrary(t *testing.T) {
	ctx := context.Background()
	b := setup(t)
	c := client(t, b)
	updates := make(chan *models.Update, 10)
	platform := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var u models.Update
		if err := json.NewDecoder(r.Body).Decode(&u); err != nil {
			t.Error(err)
		}
		updates <- &u
	}))
	defer platform.Close()
	b.SetHook(platform.URL, "s3cret")

	b.Start(iryna)
	hello := <-updates
	if hello.Message == nil || hello.Message.Text != "/start" || hello.Message.From.ID != iryna || hello.Message.Chat.Type != models.ChatTypePrivate {
		t.Fatalf("%+v", hello)
	}
	card, err := c.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: iryna, Text: "<b>Anna</b> · trattoria\n<blockquote>Sì, domenica: 12:00-15:00.</blockquote>", ParseMode: models.ParseModeHTML,
		ReplyMarkup: &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{
			{{Text: "Send", CallbackData: "t1:send"}, {Text: "Edit", CallbackData: "t1:edit"}}}},
	})
	if err != nil || card.ID != 2 || len(card.Entities) != 2 || card.ReplyMarkup.InlineKeyboard[0][0].CallbackData != "t1:send" {
		t.Fatalf("%+v %v", card, err)
	}

	id, err := b.Press(iryna, iryna, card.ID, "Send")
	if err != nil {
		t.Fatal(err)
	}
	press := <-updates
	if press.CallbackQuery == nil || press.CallbackQuery.ID != id || press.CallbackQuery.Message.Message.ID != card.ID {
		t.Fatalf("%+v", press)
	}
	if ok, err := c.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: id, Text: "Sent", ShowAlert: true}); !ok || err != nil {
		t.Fatal(err)
	}
	if toasts := b.Toasts(iryna); len(toasts) != 1 || !toasts[0].Alert || toasts[0].Text != "Sent" {
		t.Errorf("%+v", toasts)
	}
	edited, err := c.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: iryna, MessageID: card.ID, Text: "Sent by Iryna"})
	if err != nil || edited.ReplyMarkup != nil && len(edited.ReplyMarkup.InlineKeyboard) > 0 {
		t.Fatalf("%+v %v", edited, err)
	}
	if _, err = c.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: iryna, MessageID: card.ID, Text: "Sent by Iryna"}); !errors.Is(err, bot.ErrorBadRequest) {
		t.Errorf("not modified: %v", err)
	}

	question, err := c.SendMessage(ctx, &bot.SendMessageParams{ChatID: iryna, Text: "What should change?",
		ReplyParameters: &models.ReplyParameters{MessageID: card.ID}, ReplyMarkup: &models.ForceReply{ForceReply: true, InputFieldPlaceholder: "New text"}})
	if err != nil || question.ReplyToMessage.ID != card.ID {
		t.Fatalf("%+v %v", question, err)
	}
	if _, err := b.Send(iryna, iryna, "Shorter", question.ID); err != nil {
		t.Fatal(err)
	}
	if answer := <-updates; answer.Message.ReplyToMessage.ID != question.ID {
		t.Errorf("%+v", answer.Message)
	}
	if ok, err := c.DeleteMessage(ctx, &bot.DeleteMessageParams{ChatID: iryna, MessageID: question.ID}); !ok || err != nil {
		t.Error(err)
	}
}

func TestTheLibraryUploadsAndLooksUp(t *testing.T) {
	ctx := context.Background()
	b := setup(t)
	c := client(t, b)
	raw := picture(t, 30, 30)
	photo, err := c.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: maks, Caption: "Draft",
		Photo: &models.InputFileUpload{Filename: "a.png", Data: bytes.NewReader(raw)}})
	if err != nil || len(photo.Photo) != 2 || photo.Photo[1].Width != 30 {
		t.Fatalf("%+v %v", photo, err)
	}
	file, err := c.GetFile(ctx, &bot.GetFileParams{FileID: photo.Photo[1].FileID})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(c.FileDownloadLink(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got, _ := io.ReadAll(resp.Body); !bytes.Equal(got, raw) {
		t.Error("other bytes")
	}
	album, err := c.SendMediaGroup(ctx, &bot.SendMediaGroupParams{ChatID: maks, Media: []models.InputMedia{
		&models.InputMediaPhoto{Media: "attach://one.png", MediaAttachment: bytes.NewReader(raw), Caption: "1"},
		&models.InputMediaPhoto{Media: photo.Photo[1].FileID}}})
	if err != nil || len(album) != 2 || album[0].MediaGroupID == "" || album[1].Photo[1].FileID != photo.Photo[1].FileID {
		t.Fatalf("%+v %v", album, err)
	}
	topic, err := c.CreateForumTopic(ctx, &bot.CreateForumTopicParams{ChatID: desk, Name: "Uno"})
	if err != nil || topic.MessageThreadID != 2 {
		t.Fatalf("%+v %v", topic, err)
	}
	if _, err := c.SendMessage(ctx, &bot.SendMessageParams{ChatID: desk, MessageThreadID: 2, Text: "x"}); err != nil {
		t.Error(err)
	}
	if ok, err := c.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: []models.BotCommand{{Command: "queue", Description: "Drafts"}},
		Scope: &models.BotCommandScopeChat{ChatID: desk}}); !ok || err != nil {
		t.Error(err)
	}
	if info, err := c.GetWebhookInfo(ctx); err != nil || info.URL != "" {
		t.Errorf("%+v %v", info, err)
	}
	if full, err := c.GetChat(ctx, &bot.GetChatParams{ChatID: desk}); err != nil || !full.IsForum {
		t.Errorf("%+v %v", full, err)
	}
	if me, err := c.GetChatMember(ctx, &bot.GetChatMemberParams{ChatID: desk, UserID: c.ID()}); err != nil || !me.Administrator.CanManageTopics {
		t.Errorf("%+v %v", me, err)
	}
}

func TestTheLibraryTellsErrorsApart(t *testing.T) {
	ctx := context.Background()
	b := setup(t)
	c := client(t, b)
	send := func(chat int64) error {
		_, err := c.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: "x"})
		return err
	}
	b.AddGroup(Group{ID: -400, Members: []int64{maks}})
	moved := b.Migrate(-400)
	var migrate *bot.MigrateError
	if err := send(-400); !errors.As(err, &migrate) || int64(migrate.MigrateToChatID) != moved {
		t.Errorf("%v", err)
	}
	b.Limit(0, 1, 12)
	var tooMany *bot.TooManyRequestsError
	if err := send(maks); !errors.As(err, &tooMany) || tooMany.RetryAfter != 12 {
		t.Errorf("%v", err)
	}
	if err := send(iryna); !errors.Is(err, bot.ErrorForbidden) {
		t.Errorf("%v", err)
	}
	if err := send(4); !errors.Is(err, bot.ErrorBadRequest) {
		t.Errorf("%v", err)
	}
	b.Faults().Next("sendMessage", wire.Fault{LoseAnswer: true})
	if err := send(maks); err == nil || len(b.Messages(maks)) != 1 {
		t.Errorf("the lost answer: %v, %d messages", err, len(b.Messages(maks)))
	}
	if _, err := bot.New("1:x", bot.WithServerURL(b.url)); !errors.Is(err, bot.ErrorUnauthorized) {
		t.Errorf("%v", err)
	}
}

func TestTheLibraryPolls(t *testing.T) {
	b := setupOn(t, wire.Real())
	got := make(chan *models.Update, 1)
	c := client(t, b, bot.WithDefaultHandler(func(_ context.Context, _ *bot.Bot, u *models.Update) { got <- u }))
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	go c.Start(ctx)
	b.say("привіт")
	if u := <-got; u.Message.Text != "привіт" {
		t.Errorf("%+v", u)
	}
}
