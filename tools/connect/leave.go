package connect

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"html"
	"strings"

	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
	"marketa/tools/publish/meta"
)

// Hooks keep what Meta calls us for.
type Hooks struct {
	*Flow
	Secret string // of our app
}

// Signed says whether the app has signed exactly these bytes: X-Hub-Signature-256.
func (h Hooks) Signed(header string, body []byte) bool {
	sum, err := hex.DecodeString(strings.TrimPrefix(header, "sha256="))
	if err != nil || h.Secret == "" || !strings.HasPrefix(header, "sha256=") {
		return false
	}
	m := hmac.New(sha256.New, []byte(h.Secret))
	m.Write(body)
	return hmac.Equal(sum, m.Sum(nil))
}

// Receive keeps a delivery as it came.
func (h Hooks) Receive(ctx context.Context, body []byte) error {
	return h.DB.Ingest(ctx, store.Webhook{Source: "meta", Body: body, Readable: json.Valid(body)})
}

// Deauthorize ends the connections of somebody who has removed our app at Facebook.
func (h Hooks) Deauthorize(ctx context.Context, signed string) error {
	who, err := h.signedBy(signed)
	if err != nil {
		return err
	}
	return h.leave(ctx, who, "Our app was removed at Facebook.", false)
}

// Erase does the same for somebody who wants their data deleted; with the connection go their name and their tokens.
func (h Hooks) Erase(ctx context.Context, signed string) (code string, err error) {
	who, err := h.signedBy(signed)
	if err != nil {
		return "", err
	}
	var e store.Erasure
	if err := h.DB.System(ctx, store.Desk, func(tx *store.Tx) (err error) { e, err = tx.NewErasure(ctx); return err }); err != nil {
		return "", err
	}
	if err := h.leave(ctx, who, "Somebody has asked Facebook to have their data deleted here.", true); err != nil {
		return "", err
	}
	return e.Code, h.DB.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.Erased(ctx, e.Code) })
}

func (h Hooks) signedBy(signed string) (meta.Signed, error) {
	if h.Secret == "" {
		return meta.Signed{}, fault.New(fault.Denied, "No app is set.")
	}
	who, err := h.Meta.SignedRequest(signed, h.DB.Clock.Now())
	if err != nil {
		return who, fault.Wrap(err, fault.Denied, "Not signed by our app.")
	}
	return who, nil
}

// leave ends all connections of a person or a page, each for its own restaurant.
func (h Hooks) leave(ctx context.Context, who meta.Signed, why string, forget bool) error {
	var of []store.RestaurantConnection
	err := h.DB.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		if who.UserID != "" {
			of, err = tx.ConnectedBy(ctx, who.UserID)
		} else {
			of, err = tx.ConnectedPage(ctx, who.ProfileID)
		}
		return err
	})
	for _, c := range of {
		err = errors.Join(err, h.DB.Tx(store.WithRestaurant(ctx, c.Restaurant), func(tx *store.Tx) error {
			err := h.end(ctx, tx, c.Connection, why)
			if err == nil && forget && who.UserID != "" {
				err = tx.ForgetPerson(ctx, who.UserID)
			}
			return err
		}))
	}
	return err
}

func (f *Flow) end(ctx context.Context, tx *store.Tx, id store.ConnectionID, why string) error {
	changed, err := tx.RevokeConnection(ctx, id, why)
	if err != nil || !changed {
		return err
	}
	return f.lost(ctx, tx, id, why, "To publish again, they need a new link: write “send … the connection link”.")
}

// lost says that nothing can be published for a restaurant any more, and moves its life where that matters.
func (f *Flow) lost(ctx context.Context, tx *store.Tx, id store.ConnectionID, why, cure string) error {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Happened(ctx, stages.ConnectionLost, strings.TrimSuffix(why, ".")); err != nil {
		return err
	}
	return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: "🔗 <b>" + html.EscapeString(r.Name) + "</b> is disconnected: nothing can be published there. " + html.EscapeString(why+" "+cure)},
		"disconnected-"+id.String()+"-"+tx.Now.UTC().Format("2006-01-02"))
}

// ErasureOf is what became of somebody's wish, for the page that its code leads to.
func (f *Flow) ErasureOf(ctx context.Context, code string) (e store.Erasure, err error) {
	found := false
	err = f.DB.System(ctx, store.Desk, func(tx *store.Tx) (err error) { e, found, err = tx.ErasureOf(ctx, code); return err })
	if err == nil && !found {
		err = errNotThere()
	}
	return e, err
}
