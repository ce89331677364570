package store

import (
	"context"
	"fmt"

	"marketa/internal/fault"
)

type (
	GiftID   = ID[giftKind]
	giftKind struct{}
)

// Gift is a picture that a manager has sent to the bot for a restaurant's gallery.
type Gift struct {
	ID           GiftID
	RestaurantID RestaurantID
	ManagerID    ManagerID
	TgChatID     int64
	MessageID    int64
	ThreadID     int64
	FileID       string // Telegram's
	MIME         string
	Failures     int
}

// TakeGift keeps it, once, and has the file fetched.
func (tx *Tx) TakeGift(ctx context.Context, g Gift) error {
	g.ID = NewID[giftKind]()
	n, err := tx.exec(ctx, `INSERT INTO photo_gifts (id, restaurant_id, manager_id, tg_chat_id, message_id, thread_id, file_id, mime, next_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (tg_chat_id, message_id) DO NOTHING`, g.ID, g.RestaurantID, g.ManagerID, g.TgChatID, g.MessageID, g.ThreadID, g.FileID, g.MIME, tx.Now)
	if err != nil {
		return fmt.Errorf("store: take gift: %w", err)
	}
	if n == 0 {
		return nil
	}
	return tx.Enqueue(ctx, FetchGift{Gift: g.ID})
}

// LeaseGift takes one whose file is to be fetched. ErrLeaseLost when there is nothing to do or somebody does it.
func (tx *Tx) LeaseGift(ctx context.Context, id GiftID) (Gift, LeaseToken, error) {
	token := NewID[leaseKind]()
	g, err := row[Gift](ctx, tx, `UPDATE photo_gifts SET lease_token = $2, lease_until = $3 WHERE id = $1 AND state = 'waiting' AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
		RETURNING id, restaurant_id, manager_id, tg_chat_id, message_id, thread_id, file_id, mime, failures`, id, token, tx.Now.Add(LeaseTime), tx.Now)
	if fault.KindOf(err) == fault.NotFound {
		return g, token, ErrLeaseLost
	}
	if err != nil {
		return g, token, fmt.Errorf("store: lease gift: %w", err)
	}
	return g, token, nil
}

// RenewGift holds it for another LeaseTime.
func (tx *Tx) RenewGift(ctx context.Context, id GiftID, token LeaseToken) error {
	return tx.leasedMedia(ctx, `UPDATE photo_gifts SET lease_until = $3 WHERE id = $1 AND lease_token = $2`, id, token, tx.Now.Add(LeaseTime))
}

// GiftDone ends it: kept in the gallery, or lost.
func (tx *Tx) GiftDone(ctx context.Context, id GiftID, token LeaseToken, kept bool) error {
	state := map[bool]string{true: "kept", false: "lost"}[kept]
	return tx.leasedMedia(ctx, `UPDATE photo_gifts SET state = $3, next_at = NULL, lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2`, id, token, state)
}

// mostGiftFailures: a manager is told after about ten minutes, and sends it again.
const mostGiftFailures = 4

// GiftLater puts it back in line after a failure; over: it was the last try, and GiftDone has to follow.
func (tx *Tx) GiftLater(ctx context.Context, g Gift, token LeaseToken) (over bool, err error) {
	if g.Failures+1 >= mostGiftFailures {
		return true, nil
	}
	return false, tx.leasedMedia(ctx, `UPDATE photo_gifts SET failures = failures + 1, next_at = $3, lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2`,
		g.ID, token, tx.Now.Add(fetchPauses[g.Failures]))
}
