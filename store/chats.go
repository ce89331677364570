package store

import (
	"context"
	"fmt"
	"time"

	"marketa/internal/fault"
)

// Chat is a conversation on one of our numbers.
type Chat struct {
	ID            ChatID
	RestaurantID  RestaurantID
	Channel       Channel
	VendorChatID  VendorChatID
	Kind          string
	Title         string
	Watermark     int64
	Handled       int64
	LastInboundAt *time.Time
	BusySince     *time.Time
	TakenBy       ManagerID
	TakenUntil    *time.Time
	Listen        string     // of a group: addressed_only or all
	PausedUntil   *time.Time // a colleague writes from the phone until then
	MappedAt      *time.Time // somebody has said whose it is
	IgnoredAt     *time.Time // no cards from it
}

// Group says that several people talk here.
func (c Chat) Group() bool { return c.Kind == "group" }

// Paused says that a person has written from the phone a short while ago.
func (c Chat) Paused(now time.Time) bool { return c.PausedUntil != nil && c.PausedUntil.After(now) }

// Taken says that a manager writes here himself.
func (c Chat) Taken(now time.Time) bool {
	return !c.TakenBy.IsZero() && c.TakenUntil != nil && c.TakenUntil.After(now)
}

const chatColumns = `id, restaurant_id, channel, vendor_chat_id, kind, title, watermark, handled, last_inbound_at, busy_since, taken_by, taken_until, listen, paused_until, mapped_at, ignored_at`

// Chat reads one chat.
func (tx *Tx) Chat(ctx context.Context, id ChatID) (Chat, error) {
	c, err := row[Chat](ctx, tx, `SELECT `+chatColumns+` FROM chats WHERE id = $1`, id)
	if err != nil {
		return c, fmt.Errorf("store: chat: %w", err)
	}
	return c, nil
}

// LeaseTime is how long a lease lives without being renewed: after a crash, work resumes when it has run out.
const LeaseTime = 10 * time.Second

// Lease is the right to write one chat's turn until it runs out. Whoever lost it finds out at the next write.
type Lease struct {
	Chat  ChatID
	Token LeaseToken
}

// ErrLeaseLost means that another worker holds the chat now; what this one has is thrown away.
var ErrLeaseLost = fault.New(fault.Conflict, "Another worker has taken this over.")

// LeaseChat takes the chat, unless somebody else holds it.
func (tx *Tx) LeaseChat(ctx context.Context, chat ChatID) (Lease, error) {
	l := Lease{Chat: chat, Token: NewID[leaseKind]()}
	n, err := tx.exec(ctx, `UPDATE chats SET lease_token = $2, lease_until = $3 WHERE id = $1 AND (lease_until IS NULL OR lease_until < $4)`,
		chat, l.Token, tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return l, fmt.Errorf("store: lease chat: %w", err)
	}
	if n == 0 {
		return l, ErrLeaseLost
	}
	return l, nil
}

// RenewLease holds it for another LeaseTime.
func (tx *Tx) RenewLease(ctx context.Context, l Lease) error {
	n, err := tx.exec(ctx, `UPDATE chats SET lease_until = $3 WHERE id = $1 AND lease_token = $2`, l.Chat, l.Token, tx.Now.Add(LeaseTime))
	if err != nil {
		return fmt.Errorf("store: renew lease: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// ReleaseLease gives the chat back before the lease runs out, so that a retry need not wait.
func (tx *Tx) ReleaseLease(ctx context.Context, l Lease) error {
	_, err := tx.exec(ctx, `UPDATE chats SET lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2`, l.Chat, l.Token)
	if err != nil {
		return fmt.Errorf("store: release lease: %w", err)
	}
	return nil
}

// settle ends the chat's busy time if nothing newer came in than mark, else asks for another turn. The chat's row is locked
// by the caller.
func (tx *Tx) settle(ctx context.Context, c Chat, mark int64) error {
	if c.Watermark == mark {
		_, err := tx.exec(ctx, `UPDATE chats SET busy_since = NULL, lease_token = NULL, lease_until = NULL WHERE id = $1`, c.ID)
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE chats SET lease_token = NULL, lease_until = NULL WHERE id = $1`, c.ID); err != nil {
		return err
	}
	return tx.Enqueue(ctx, RunTurn{Restaurant: c.RestaurantID, Chat: c.ID})
}

// lockChat takes the row under which watermarks rise, and checks that the lease is still ours.
func (tx *Tx) lockChat(ctx context.Context, l Lease) (Chat, error) {
	c, err := row[Chat](ctx, tx, `SELECT `+chatColumns+` FROM chats WHERE id = $1 AND lease_token = $2 FOR UPDATE`, l.Chat, l.Token)
	if fault.KindOf(err) == fault.NotFound {
		return c, ErrLeaseLost
	}
	return c, err
}
