package whatsapp

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/riverqueue/river"

	"marketa/bots/whatsapp/whapi"
	"marketa/internal/rest"
	"marketa/store"
)

// FetchWorker brings a client's file into our bucket. The file is tried under its link, at the vendor, and after the vendor has asked the
// phone once more; it counts only if it is the one that was announced. Until the row says kept nothing refers to the bytes, so that a
// crash anywhere costs one more download.
type FetchWorker struct {
	river.WorkerDefaults[store.FetchMedia]
	Bot *Bot
}

// Timeout covers a large video over a slow line.
func (w *FetchWorker) Timeout(*river.Job[store.FetchMedia]) time.Duration { return 6 * time.Minute }

func (w *FetchWorker) Work(ctx context.Context, job *river.Job[store.FetchMedia]) error {
	ctx = store.WithRestaurant(ctx, job.Args.Restaurant)
	err := w.Bot.fetch(ctx, job.Args.Media)
	if store.IsLeaseLost(err) {
		return nil // somebody else goes on with it, or the client has taken it back
	}
	if err != nil && ctx.Err() == nil {
		w.Bot.Log.Error("a file could not be fetched", "media", job.Args.Media, "error", err)
	}
	return nil // the row is due again
}

func (b *Bot) fetch(ctx context.Context, id store.MediaID) error {
	var f store.Media
	var token store.LeaseToken
	if err := b.DB.Tx(ctx, func(tx *store.Tx) (err error) { f, token, err = tx.LeaseMedia(ctx, id, false); return err }); err != nil {
		return err
	}
	ctx, stop := b.DB.Hold(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.RenewMedia(ctx, id, token) })
	defer stop()
	got, err := b.obtain(ctx, f, token)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, errLarge):
		return b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.RefuseMedia(ctx, f, token) })
	case err != nil:
		return b.fetchLater(ctx, f, token, err)
	}
	defer got.close()
	kept, err := b.bank(ctx, f, got)
	if err != nil {
		return errors.Join(err, b.fetchLater(ctx, f, token, err))
	}
	return b.keep(ctx, f, token, kept)
}

// keep makes the row say that the file is ours. Where the client has deleted the message meanwhile, the bytes go again.
func (b *Bot) keep(ctx context.Context, f store.Media, token store.LeaseToken, k store.Kept) error {
	err := b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.KeepMedia(ctx, f, token, k) })
	if !store.IsLeaseLost(err) {
		return err
	}
	var used bool
	look := b.DB.Tx(ctx, func(tx *store.Tx) (err error) { used, err = tx.WantsBlob(ctx, f, k.Key); return err })
	if look == nil && !used {
		look = errors.Join(b.Files.Delete(ctx, k.Key), b.Files.Delete(ctx, k.SmallKey))
	}
	return errors.Join(err, look)
}

func (b *Bot) fetchLater(ctx context.Context, f store.Media, token store.LeaseToken, cause error) error {
	b.Log.Warn("a file is not there yet", "media", f.ID, "kind", f.Kind, "failures", f.Failures+1, "error", cause)
	return b.DB.Tx(ctx, func(tx *store.Tx) error {
		_, err := tx.FetchLater(ctx, f, token, errors.Is(cause, errGone))
		return err
	})
}

var (
	errGone  = errors.New("whatsapp: nobody has this file any more")
	errOther = errors.New("whatsapp: these are not the bytes that were announced")
	errLarge = errors.New("whatsapp: the file is larger than we take")
	errNoWay = errors.New("whatsapp: the message names no file")
)

// obtain tries every way in turn; the first one that gives the announced bytes wins. errGone when each said that there is no such file.
func (b *Bot) obtain(ctx context.Context, f store.Media, token store.LeaseToken) (*loot, error) {
	got, first := b.waysOf(ctx, f)
	if got != nil || errors.Is(first, errLarge) || ctx.Err() != nil {
		return got, first
	}
	again, err := b.resync(ctx, f, token)
	if err != nil {
		return nil, verdict(first, err)
	}
	got, second := b.waysOf(ctx, again)
	if got != nil || errors.Is(second, errLarge) {
		return got, second
	}
	return nil, verdict(first, second)
}

// verdict is errGone only if nobody gave reason to hope.
func verdict(tries ...error) error {
	for _, err := range tries {
		if !isMissing(err) {
			return err
		}
	}
	return errGone
}

// isMissing: a plain no, to be believed after a while. A channel that is not linked or paid for says 404, too, and is no such thing.
func isMissing(err error) bool {
	var vendor *whapi.Error
	var link *rest.Error
	switch {
	case errors.Is(err, errNoWay), errors.Is(err, errOther), errors.Is(err, rest.ErrNotPublic):
		return true
	case errors.As(err, &vendor):
		return vendor.Status == http.StatusNotFound && !vendor.ChannelLost() || vendor.Status == http.StatusGone
	case errors.As(err, &link):
		return link.Status == http.StatusNotFound || link.Status == http.StatusGone || link.Status == http.StatusForbidden
	}
	return false
}

// waysOf tries the link, then the vendor.
func (b *Bot) waysOf(ctx context.Context, f store.Media) (*loot, error) {
	err := errNoWay
	if f.Link != "" {
		got, failed := take(ctx, f, func() (*rest.Raw, error) { return rest.Fetch(ctx, b.Links, f.Link) })
		if failed == nil || errors.Is(failed, errLarge) {
			return got, failed
		}
		err = failed
	}
	client := b.Channels[f.Channel]
	if f.VendorID == "" || client == nil {
		return nil, err
	}
	got, failed := take(ctx, f, func() (*rest.Raw, error) { return client.Media(ctx, f.VendorID) })
	if failed != nil && err != errNoWay && !isMissing(err) {
		return nil, err // the link may come back: that is the better news
	}
	return got, failed
}

// resync has the vendor ask the phone for the file once more.
func (b *Bot) resync(ctx context.Context, f store.Media, token store.LeaseToken) (store.Media, error) {
	client := b.Channels[f.Channel]
	if client == nil {
		return f, errNoWay
	}
	m, err := client.Resync(ctx, string(f.MessageVendorID))
	if err != nil {
		return f, err
	}
	files := filesOf(m)
	if f.N >= len(files) || files[f.N].VendorID == "" && files[f.N].Link == "" {
		return f, errNoWay
	}
	f.VendorID, f.Link = files[f.N].VendorID, files[f.N].Link
	return f, b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.NewWay(ctx, f, token, f.VendorID, f.Link) })
}
