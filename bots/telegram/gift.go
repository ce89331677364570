package telegram

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/riverqueue/river"

	"marketa/internal/fault"
	"marketa/internal/render"
	"marketa/internal/rest"
	"marketa/store"
)

// Pictures that managers send to the bot go into a gallery: of the restaurant whose topic they stand in, or whose name is their caption.

// mostGift is what Telegram lets a bot fetch. https://core.telegram.org/bots/api#getfile
const mostGift = 20 << 20

// gift keeps a picture for a restaurant's gallery; done is false where a message is something else.
func (b *Bot) gift(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) (done bool, err error) {
	g, size := pictureIn(msg)
	if g.FileID == "" || repliesTo(msg) != 0 || b.files == nil {
		return false, nil
	}
	e, found, err := b.giftFor(ctx, tx, msg)
	private := msg.Chat.Type == models.ChatTypePrivate
	switch {
	case err != nil:
		return false, err
	case !found && private && clean(msg.Caption) == "" && msg.MediaGroupID == "":
		return true, say(ctx, tx, msg, "Whose photo is this? Send it again with the restaurant's name as its caption, or in the restaurant's topic.")
	case !found:
		return false, nil
	case !m.Decides():
		return true, say(ctx, tx, msg, "Only managers put photos into a gallery. Ask one of them to send it.")
	case size > mostGift:
		return true, say(ctx, tx, msg, "Telegram lets me fetch up to 20 MB. Send the photo as a photo instead of a file, or a smaller one.")
	}
	g.RestaurantID, g.ManagerID, g.TgChatID, g.MessageID, g.ThreadID = e, m.ID, msg.Chat.ID, int64(msg.ID), threadOf(msg)
	return true, tx.TakeGift(ctx, g)
}

// pictureIn is the largest version of a photo, or a picture that was sent as a file.
func pictureIn(msg *models.Message) (g store.Gift, size int64) {
	if n := len(msg.Photo); n > 0 {
		return store.Gift{FileID: msg.Photo[n-1].FileID, MIME: "image/jpeg"}, int64(msg.Photo[n-1].FileSize)
	}
	if d := msg.Document; d != nil && slices.Contains([]string{"image/jpeg", "image/png", "image/webp"}, d.MimeType) {
		return store.Gift{FileID: d.FileID, MIME: d.MimeType}, d.FileSize
	}
	return g, 0
}

// giftFor is the restaurant of the topic, or the only one whose name stands in the caption.
func (b *Bot) giftFor(ctx context.Context, tx *store.Tx, msg *models.Message) (id store.RestaurantID, found bool, err error) {
	if id, err = b.boundTo(ctx, tx, msg); err != nil || !id.IsZero() {
		return id, err == nil, err
	}
	caption := fold(clean(msg.Caption))
	if caption == "" {
		return id, false, nil
	}
	all, err := tx.Directory(ctx, store.ChatID{})
	if err != nil {
		return id, false, err
	}
	n := 0
	for _, e := range living(all) {
		if name := fold(e.Name); len(name) > 2 && strings.Contains(" "+caption+" ", " "+name+" ") {
			id, n = e.ID, n+1
		}
	}
	return id, n == 1, nil
}

// GiftWorker fetches the files of managers' pictures.
type GiftWorker struct {
	river.WorkerDefaults[store.FetchGift]
	Bot *Bot
}

func (w *GiftWorker) Timeout(*river.Job[store.FetchGift]) time.Duration { return 3 * time.Minute }

func (w *GiftWorker) Work(ctx context.Context, job *river.Job[store.FetchGift]) error {
	err := w.Bot.fetchGift(ctx, job.Args.Gift)
	if err != nil && !store.IsLeaseLost(err) && ctx.Err() == nil {
		w.Bot.log.Warn("a manager's photo could not be fetched", "gift", job.Args.Gift, "error", scrub(err))
	}
	return nil // the row is due again
}

func (b *Bot) fetchGift(ctx context.Context, id store.GiftID) error {
	var g store.Gift
	var token store.LeaseToken
	if err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { g, token, err = tx.LeaseGift(ctx, id); return err }); err != nil {
		return err
	}
	ctx, stop := b.db.Hold(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.RenewGift(ctx, id, token) })
	defer stop()
	kept, err := b.bankGift(ctx, g)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case fault.KindOf(err) == fault.Invalid:
		return b.endGift(ctx, g, token, nil, fault.Say(err))
	case err != nil:
		return errors.Join(err, b.giftLater(ctx, g, token))
	}
	return b.endGift(ctx, g, token, &kept, "")
}

func (b *Bot) giftLater(ctx context.Context, g store.Gift, token store.LeaseToken) error {
	var over bool
	err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { over, err = tx.GiftLater(ctx, g, token); return err })
	if err != nil || !over {
		return err
	}
	return b.endGift(ctx, g, token, nil, "Telegram does not give me this photo. Please send it again.")
}

// endGift puts the picture into the gallery (nil: there is none) and tells the manager.
func (b *Bot) endGift(ctx context.Context, g store.Gift, token store.LeaseToken, kept *store.Kept, text string) error {
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if err := tx.GiftDone(ctx, g.ID, token, kept != nil); err != nil {
			return err
		}
		if kept != nil {
			if err := tx.Within(ctx, g.RestaurantID, func(tx *store.Tx) error {
				r, err := tx.OwnRestaurant(ctx)
				if err != nil {
					return err
				}
				_, fresh, err := tx.GivePhoto(ctx, g.ManagerID, *kept)
				if text = "📷 The photo is in the gallery of " + line(r.Name, 60) + "."; !fresh {
					text = "📷 This photo stands in the gallery of " + line(r.Name, 60) + " already."
				}
				return err
			}); err != nil {
				return err
			}
		}
		return tx.Tell(ctx, store.Notice{TgChatID: &g.TgChatID, Kind: "reply", HTML: text, ReplyTo: &g.MessageID, ThreadID: g.ThreadID}, "gift-"+g.ID.String())
	})
}

// bankGift downloads the file and stores it under its hash, with its small version.
func (b *Bot) bankGift(ctx context.Context, g store.Gift) (k store.Kept, err error) {
	if b.uploads == nil {
		return k, errNoToken
	}
	f, err := b.uploads.GetFile(ctx, &bot.GetFileParams{FileID: g.FileID})
	if err != nil {
		return k, fmt.Errorf("telegram: get file: %w", err)
	}
	raw, err := rest.Fetch(ctx, rest.NewClient(uploadTimeout), b.uploads.FileDownloadLink(f))
	if err != nil {
		return k, fmt.Errorf("telegram: download: %w", err)
	}
	defer func() { _ = raw.Close() }()
	content, err := io.ReadAll(io.LimitReader(raw, mostGift))
	if err != nil {
		return k, errors.New("telegram: download: the connection was cut")
	}
	small, width, height, err := render.Small(content)
	if err != nil {
		return k, err
	}
	sum := sha256.Sum256(content)
	k = store.Kept{Key: g.RestaurantID.String() + "/" + hex.EncodeToString(sum[:]), SHA256: sum[:], Bytes: int64(len(content)), MIME: g.MIME, Width: width, Height: height}
	k.SmallKey = k.Key + ".small"
	if err := b.files.Put(ctx, k.Key, k.MIME, bytes.NewReader(content)); err != nil {
		return k, err
	}
	return k, b.files.Put(ctx, k.SmallKey, "image/jpeg", bytes.NewReader(small))
}
