package telegram

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// uploadTimeout is how long a file may take to Telegram; its lease is renewed meanwhile.
const uploadTimeout = 90 * time.Second

// Telegram's own limits. https://core.telegram.org/bots/api#sending-files
const (
	mostPhoto  = 10 << 20
	mostUpload = 50 << 20
	mostSides  = 10_000
	mostRatio  = 20
)

// manner is how Telegram shows a file.
type manner int

const (
	asFile manner = iota
	asPhoto
	asVideo
	asVoice
	asAudio
	asWords
	asNothing
)

// how a file is shown: as what it is where Telegram can, else as a file; what is too large not at all.
func how(s store.Showing) manner {
	switch {
	case s.Part == "words":
		return asWords
	case s.Kind == "image" && (originalIsPhoto(s) || s.SmallKey != ""):
		return asPhoto
	case s.Bytes > mostUpload:
		return asNothing
	case s.Kind == "voice" && s.MIME == "audio/ogg":
		return asVoice
	case s.Kind == "voice" || s.Kind == "audio":
		return asAudio
	case (s.Kind == "video" || s.Kind == "short" || s.Kind == "gif") && s.MIME == "video/mp4":
		return asVideo
	}
	return asFile
}

// originalIsPhoto: Telegram shows it as it is. Of other formats, and of huge ones, our small version is shown.
func originalIsPhoto(s store.Showing) bool {
	w, h := s.Width, s.Height
	return (s.MIME == "image/jpeg" || s.MIME == "image/png") && s.Bytes <= mostPhoto && w > 0 && h > 0 && w+h <= mostSides && w <= mostRatio*h && h <= mostRatio*w
}

// sendFiles sends one batch and returns the messages' ids.
func (b *Bot) sendFiles(ctx context.Context, batch []store.Showing) ([]int64, error) {
	s := batch[0]
	if how(s) == asNothing {
		return nil, &refusal{"larger than Telegram takes"}
	}
	if err := b.filePlaces(ctx, s.TgChatID, len(batch)); err != nil {
		return nil, err
	}
	if len(batch) > 1 {
		return b.sendAlbum(ctx, batch)
	}
	if how(s) == asWords {
		id, err := b.post(ctx, s.TgChatID, Post{HTML: fmt.Sprintf("📝 %s\n<blockquote expandable>%s</blockquote>", about(s), short(s.Transcript, 3800)), ReplyTo: s.CardID, Thread: s.ThreadID, Quiet: true})
		return []int64{id}, err
	}
	file, err := b.open(ctx, keyOf(s))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	m, err := b.sendOne(ctx, s, &models.InputFileUpload{Filename: nameOfFile(s), Data: file})
	if err != nil {
		return nil, b.outcome(ctx, s.TgChatID, err)
	}
	return []int64{int64(m.ID)}, nil
}

// sendPlain sends the bytes as they are.
func (b *Bot) sendPlain(ctx context.Context, s store.Showing) ([]int64, error) {
	if s.Bytes > mostUpload || s.Part == "words" {
		return nil, &refusal{"larger than Telegram takes"}
	}
	if err := b.filePlaces(ctx, s.TgChatID, 1); err != nil {
		return nil, err
	}
	file, err := b.open(ctx, s.BlobKey)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	s.SmallKey, s.MIME = "", cmp.Or(s.MIME, "application/octet-stream")
	m, err := b.sendDocument(ctx, s, &models.InputFileUpload{Filename: nameOfFile(s), Data: file})
	if err != nil {
		return nil, b.outcome(ctx, s.TgChatID, err)
	}
	return []int64{int64(m.ID)}, nil
}

func keyOf(s store.Showing) string {
	if how(s) == asPhoto && !originalIsPhoto(s) {
		return s.SmallKey
	}
	return s.BlobKey
}

// sendOne: https://core.telegram.org/bots/api#sendphoto, #sendvideo, #sendvoice, #sendaudio
func (b *Bot) sendOne(ctx context.Context, s store.Showing, file models.InputFile) (*models.Message, error) {
	place := &models.ReplyParameters{MessageID: int(s.CardID), AllowSendingWithoutReply: true}
	switch how(s) {
	case asPhoto:
		return b.uploads.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: s.TgChatID, MessageThreadID: int(s.ThreadID), Photo: file, Caption: about(s), ParseMode: models.ParseModeHTML,
			DisableNotification: true, ReplyParameters: place})
	case asVideo:
		return b.uploads.SendVideo(ctx, &bot.SendVideoParams{ChatID: s.TgChatID, MessageThreadID: int(s.ThreadID), Video: file, Caption: about(s), ParseMode: models.ParseModeHTML,
			Duration: int(s.Seconds), SupportsStreaming: true, DisableNotification: true, ReplyParameters: place})
	case asVoice:
		return b.uploads.SendVoice(ctx, &bot.SendVoiceParams{ChatID: s.TgChatID, MessageThreadID: int(s.ThreadID), Voice: file, Caption: about(s), ParseMode: models.ParseModeHTML,
			Duration: int(s.Seconds), DisableNotification: true, ReplyParameters: place})
	case asAudio:
		return b.uploads.SendAudio(ctx, &bot.SendAudioParams{ChatID: s.TgChatID, MessageThreadID: int(s.ThreadID), Audio: file, Caption: about(s), ParseMode: models.ParseModeHTML,
			Duration: int(s.Seconds), DisableNotification: true, ReplyParameters: place})
	}
	return b.sendDocument(ctx, s, file)
}

// sendDocument: https://core.telegram.org/bots/api#senddocument
func (b *Bot) sendDocument(ctx context.Context, s store.Showing, file models.InputFile) (*models.Message, error) {
	return b.uploads.SendDocument(ctx, &bot.SendDocumentParams{ChatID: s.TgChatID, MessageThreadID: int(s.ThreadID), Document: file, Caption: about(s), ParseMode: models.ParseModeHTML,
		DisableNotification: true, ReplyParameters: &models.ReplyParameters{MessageID: int(s.CardID), AllowSendingWithoutReply: true}})
}

// sendAlbum: https://core.telegram.org/bots/api#sendmediagroup
func (b *Bot) sendAlbum(ctx context.Context, batch []store.Showing) ([]int64, error) {
	first := batch[0]
	params := &bot.SendMediaGroupParams{ChatID: first.TgChatID, MessageThreadID: int(first.ThreadID), DisableNotification: true,
		ReplyParameters: &models.ReplyParameters{MessageID: int(first.CardID), AllowSendingWithoutReply: true}}
	for i, s := range batch {
		file, err := b.open(ctx, keyOf(s))
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		caption := ""
		if i == 0 {
			caption = "From " + about(s)
		}
		params.Media = append(params.Media, inAlbum(s, fmt.Sprintf("attach://%d-%s", i, nameOfFile(s)), caption, file))
	}
	sent, err := b.uploads.SendMediaGroup(ctx, params)
	if err != nil {
		return nil, b.outcome(ctx, first.TgChatID, err)
	}
	ids := make([]int64, len(sent))
	for i, m := range sent {
		ids[i] = int64(m.ID)
	}
	if len(ids) == 0 {
		ids = []int64{0}
	}
	return ids, nil
}

func inAlbum(s store.Showing, name, caption string, file io.Reader) models.InputMedia {
	if how(s) == asVideo {
		return &models.InputMediaVideo{Media: name, Caption: caption, ParseMode: models.ParseModeHTML, Duration: int(s.Seconds), MediaAttachment: file}
	}
	return &models.InputMediaPhoto{Media: name, Caption: caption, ParseMode: models.ParseModeHTML, MediaAttachment: file}
}

// about says whose file it is.
func about(s store.Showing) string {
	who := line(cmp.Or(s.Who, "the client"), 60)
	if how(s) == asFile && s.FileName != "" {
		return who + ": " + line(s.FileName, 120)
	}
	return who
}

// nameOfFile is what Telegram calls it; it goes by the ending.
func nameOfFile(s store.Showing) string {
	if s.FileName != "" {
		return s.FileName
	}
	ending := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic", "audio/ogg": ".ogg", "audio/mpeg": ".mp3",
		"audio/mp4": ".m4a", "video/mp4": ".mp4", "application/pdf": ".pdf"}[s.MIME]
	if how(s) == asPhoto && !originalIsPhoto(s) {
		ending = ".jpg"
	}
	return strings.ReplaceAll(s.Kind, "_", "-") + ending
}
