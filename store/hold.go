package store

import "context"

// Hold renews a lease every few seconds until stop, so that slow work keeps it; when it is lost, the context ends with that as its cause.
// Where the context names a restaurant, renew runs for it, else at the desk.
func (db *DB) Hold(ctx context.Context, renew func(context.Context, *Tx) error) (held context.Context, stop func()) {
	held, cancel := context.WithCancelCause(ctx)
	go func() {
		for db.Clock.Wait(held, db.Clock.Now().Add(LeaseTime*3/10)) == nil {
			if err := db.renew(held, renew); IsLeaseLost(err) {
				cancel(err)
				return
			}
		}
	}()
	return held, func() { cancel(nil) }
}

func (db *DB) renew(ctx context.Context, fn func(context.Context, *Tx) error) error {
	do := func(tx *Tx) error { return fn(ctx, tx) }
	if _, tenant := RestaurantFrom(ctx); tenant {
		return db.Tx(ctx, do)
	}
	return db.System(ctx, Desk, do)
}
