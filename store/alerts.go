package store

import (
	"context"
	"fmt"
	"html"
	"time"
)

// Alert is something that managers must hear about the service itself: what happened, and what to do.
//
// While it is open there is one of a cause; whatever happens again is counted on it, and its messages in Telegram are changed
// instead of new ones being sent.
type Alert struct {
	Cause string // what it is about: one alert per cause
	Text  string // plain words, no personal data beyond what a manager needs
	Stays bool   // open until Clear; else it is over when it has not happened for an hour
	Key   string // whom it touches this time, an id of ours; may be empty
	Who   string // the same as managers know it: "Anna · Trattoria Demo"
}

// Raise tells the managers, or counts one more on what they have been told. It belongs at the end of a transaction: the
// alert's row is held until the commit.
func (tx *Tx) Raise(ctx context.Context, a Alert) error { return tx.raise(ctx, &a) }

// Standing says that something is (still) so: it opens the alert if need be, and counts nothing.
func (tx *Tx) Standing(ctx context.Context, a Alert) error { return tx.openAlert(ctx, a, false) }

func (tx *Tx) raise(ctx context.Context, a *Alert) error {
	if a == nil {
		return nil
	}
	return tx.openAlert(ctx, *a, true)
}

func (tx *Tx) openAlert(ctx context.Context, a Alert, again bool) error {
	type opened struct {
		Alert AlertID
		Due   bool
	}
	o, err := row[opened](ctx, tx, `SELECT alert, due FROM raise_alert($1, $2, $3, $4, $5, $6, $7, $8)`,
		NewID[alertKind](), a.Cause, a.Text, a.Stays, a.Key, a.Who, again, tx.Now)
	if err != nil {
		return fmt.Errorf("store: raise alert: %w", err)
	}
	if !o.Due {
		return nil
	}
	return tx.Enqueue(ctx, ShowAlert{Alert: o.Alert})
}

// Clear ends the alert of a cause, if one is open; how says in plain words what is well again.
func (tx *Tx) Clear(ctx context.Context, cause, how string) error {
	return tx.clearAlert(ctx, cause, "", how)
}

// Ease takes one subject out of an alert; the alert ends with its last one.
func (tx *Tx) Ease(ctx context.Context, cause, key, how string) error {
	return tx.clearAlert(ctx, cause, key, how)
}

func (tx *Tx) clearAlert(ctx context.Context, cause, key, how string) error {
	type cleared struct {
		Alert      AlertID
		Told, Long *bool
	}
	c, err := row[cleared](ctx, tx, `SELECT alert, told, long FROM clear_alert($1, $2, $3, $4)`, cause, key, how, tx.Now)
	if err != nil {
		return fmt.Errorf("store: clear alert: %w", err)
	}
	if c.Alert.IsZero() {
		return nil
	}
	// An edit rings nobody's phone: whoever has waited for a while hears the end of it.
	if *c.Told && *c.Long {
		if err := tx.Tell(ctx, Notice{Kind: "alert", HTML: "✅ " + html.EscapeString(how)}, "cleared-"+c.Alert.String()+"-"+tx.Now.UTC().Format(time.RFC3339)); err != nil {
			return err
		}
	}
	return tx.Enqueue(ctx, ShowAlert{Alert: c.Alert})
}

// Unhealthy raises an alert outside of any other work.
func (db *DB) Unhealthy(ctx context.Context, a Alert) error {
	return db.aside(ctx, func(ctx context.Context, tx *Tx) error { return tx.Raise(ctx, a) })
}

// Healthy clears one outside of any other work.
func (db *DB) Healthy(ctx context.Context, cause, how string) error {
	return db.aside(ctx, func(ctx context.Context, tx *Tx) error { return tx.Clear(ctx, cause, how) })
}

func (db *DB) aside(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return db.System(ctx, Desk, func(tx *Tx) error { return fn(ctx, tx) })
}
