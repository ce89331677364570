package store

import "context"

// Suggest makes words of ours the chat's card to decide on, if the chat is free: nothing is being drafted there and no card
// waits. Words that nobody asked for never push an answer to the client aside; held is false then, and whoever suggests comes
// back later.
func (tx *Tx) Suggest(ctx context.Context, w Wish) (held bool, err error) {
	c, err := row[Chat](ctx, tx, `SELECT `+chatColumns+` FROM chats WHERE id = $1 FOR UPDATE`, w.Chat)
	if err != nil {
		return false, wrapped("suggest", err)
	}
	waits, err := tx.HasPending(ctx, c.ID)
	if err != nil || waits || c.BusySince != nil || c.Taken(tx.Now) {
		return false, err
	}
	if err := w.finish(ctx, tx); err != nil {
		return false, wrapped("suggest", err)
	}
	return true, tx.hold(ctx, c, Finding{Turn: Turn{Watermark: c.Watermark}, Status: "drafted", Text: w.Text, Notes: w.Notes, Proposals: w.Proposals, PolicyVersion: w.PolicyVersion})
}

// HoldFor makes words that a manager has asked for the chat's card to decide on, in the place of one that waits: what a
// confirmed effect says to the client. It runs within the restaurant, in the transaction of the tap.
func (tx *Tx) HoldFor(ctx context.Context, c Confirm, w Wish) error {
	return tx.holdWish(ctx, DeskTurn{ID: c.Turn}, w, false)
}
