package store

import (
	"context"
	"fmt"
	"time"

	"marketa/internal/fault"
)

// Delivery is an approved message on its way to the client.
type Delivery struct {
	ID           DeliveryID
	OutboundID   OutboundID
	ApprovalID   ApprovalID // zero for a fixed text
	ChatID       ChatID
	Channel      Channel // under which it leaves
	ChatKind     string
	VendorChatID VendorChatID
	Text         string
	TextHash     []byte
	State        string
	Reason       string // what the card says of it
	Attempts     int
	Looks        int
	Answered     bool
	IntentAt     *time.Time
	VendorID     *VendorMessageID
	Watermark    int64  // of the approval
	ChatMark     int64  // of the chat, now
	Who          string // the client, as managers know the chat
	LeaseToken   LeaseToken
	Fixed        bool // a fixed text: nobody pressed anything
}

const deliverySelect = `SELECT x.id, x.outbound_id, o.approval_id, x.chat_id, coalesce(x.channel, c.channel) AS channel, c.kind AS chat_kind, c.vendor_chat_id, o.text, o.text_hash, x.state, x.reason, x.attempts, x.looks,
	x.answered, x.intent_at, x.vendor_id, o.watermark, c.watermark AS chat_mark, x.lease_token, o.fixed_id IS NOT NULL AS fixed,
	concat_ws(' · ', coalesce(nullif(c.title, ''), 'New contact'), nullif(nullif(r.name, c.title), '')) AS who
	FROM deliveries x JOIN outbound o ON o.id = x.outbound_id JOIN chats c ON c.id = x.chat_id
	JOIN restaurants r ON r.id = x.restaurant_id WHERE x.id = $1`

// LeaseDelivery takes a delivery that has something to do. ErrLeaseLost when another worker has it or nothing is due.
func (tx *Tx) LeaseDelivery(ctx context.Context, id DeliveryID) (Delivery, error) {
	// In a group the number is chosen here, once: whoever looks for the message later must know where.
	n, err := tx.exec(ctx, `UPDATE deliveries SET lease_token = $2, lease_until = $3, channel = coalesce(channel,
			(SELECT voice_of(o.chat_id, o.watermark) FROM outbound o JOIN chats c ON c.id = o.chat_id WHERE o.id = deliveries.outbound_id AND c.kind = 'group'))
		WHERE id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)`, id, NewID[leaseKind](), tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return Delivery{}, fmt.Errorf("store: lease delivery: %w", err)
	}
	if n == 0 {
		return Delivery{}, ErrLeaseLost
	}
	d, err := row[Delivery](ctx, tx, deliverySelect, id)
	if err != nil {
		return d, fmt.Errorf("store: delivery: %w", err)
	}
	return d, nil
}

// Intend writes the intent row before the vendor is called. If the client has written since the approval, or a person has
// answered from the phone, the delivery is withdrawn instead: the approval was of another moment.
func (tx *Tx) Intend(ctx context.Context, d Delivery) (ok bool, err error) {
	// The chat's row is locked so that a webhook is either before this intent or after it.
	mark, err := value[int64](ctx, tx, `SELECT watermark FROM chats WHERE id = $1 FOR UPDATE`, d.ChatID)
	if fault.KindOf(err) == fault.NotFound {
		return false, ErrLeaseLost // the chat has moved to another restaurant, and the delivery with it
	}
	if err != nil {
		return false, fmt.Errorf("store: intend: %w", err)
	}
	switch stands, err := tx.fixedStands(ctx, d); {
	case err != nil:
		return false, err
	case d.Fixed && !stands:
		return false, tx.withdrawFixed(ctx, d)
	case !d.Fixed && mark != d.Watermark:
		return false, tx.withdraw(ctx, d)
	}
	// Two messages of one chat leave in the order of their approval.
	behind, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM deliveries WHERE chat_id = $1 AND id < $2 AND state IN ('pending', 'intended', 'unknown'))`, d.ChatID, d.ID)
	if err != nil {
		return false, fmt.Errorf("store: intend: %w", err)
	}
	if behind {
		return false, tx.setDelivery(ctx, d, `next_at = $3, lease_token = NULL, lease_until = NULL`, tx.Now.Add(time.Second))
	}
	if held, err := tx.heldBack(ctx, d); err != nil || held {
		return false, err
	}
	return true, tx.setDelivery(ctx, d, `state = 'intended', intent_at = $3, attempts = attempts + 1, looks = 0, answered = false, next_at = $4`, tx.Now, tx.Now.Add(LeaseTime))
}

// withdraw takes an approved message back before it left; what the client wrote is open again.
func (tx *Tx) withdraw(ctx context.Context, d Delivery) error {
	if err := tx.setDelivery(ctx, d, `state = 'withdrawn', reason = $3, next_at = NULL, lease_token = NULL, lease_until = NULL`,
		"Not sent: somebody wrote in the chat before it left. A fresh draft comes if one is needed."); err != nil {
		return err
	}
	// The messages it would have answered are unanswered again, unless a person has answered from the phone meanwhile.
	if _, err := tx.exec(ctx, `UPDATE chats c SET handled = least(c.handled, a.from_watermark), busy_since = coalesce(c.busy_since, $3) FROM approvals a
		WHERE c.id = $1 AND a.id = $2 AND c.handled <= a.watermark`, d.ChatID, d.ApprovalID, tx.Now); err != nil {
		return fmt.Errorf("store: withdraw: %w", err)
	}
	if err := tx.Enqueue(ctx, RunTurn{Restaurant: tx.Restaurant, Chat: d.ChatID}); err != nil {
		return err
	}
	return tx.TouchView(ctx, d.ApprovalID)
}

// Delivered records the vendor's id: the message is known to be out.
func (tx *Tx) Delivered(ctx context.Context, d Delivery, id VendorMessageID) error {
	// The chat before the delivery, as in ingest, where the echo of this very message may be waiting.
	if _, err := tx.exec(ctx, `SELECT FROM chats WHERE id = $1 FOR KEY SHARE`, d.ChatID); err != nil {
		return fmt.Errorf("store: delivered: %w", err)
	}
	// An echo may have been faster and carried another id: then both are ours.
	if err := tx.setKnown(ctx, d, `state = 'known', known_at = coalesce(known_at, $3), next_at = NULL, lease_token = NULL, lease_until = NULL, reason = '',
		echo_id = CASE WHEN vendor_id IS NOT NULL AND vendor_id <> $4 THEN vendor_id ELSE echo_id END, vendor_id = $4`, tx.Now, id); err != nil {
		return err
	}
	if err := tx.saveOwn(ctx, d, id); err != nil {
		return err
	}
	return tx.TouchView(ctx, d.ApprovalID)
}

// Retry puts a delivery that has certainly not left back in line.
func (tx *Tx) Retry(ctx context.Context, d Delivery, at time.Time, say string) error {
	if err := tx.setDelivery(ctx, d, `state = 'pending', next_at = $3, reason = $4, lease_token = NULL, lease_until = NULL`, at, say); err != nil {
		return err
	}
	return tx.TouchView(ctx, d.ApprovalID)
}

// Doubt records that the vendor may have sent it: from here on the history is read, and nothing is repeated blindly.
func (tx *Tx) Doubt(ctx context.Context, d Delivery, answered bool, next time.Time) error {
	return tx.setDelivery(ctx, d, `state = 'unknown', answered = $3, next_at = $4, lease_token = NULL, lease_until = NULL`, answered, next)
}

// LookAgain counts a look into the history that did not find it.
func (tx *Tx) LookAgain(ctx context.Context, d Delivery, seen bool, next time.Time) error {
	looks := 0
	if seen {
		looks = 1
	}
	return tx.setDelivery(ctx, d, `state = 'unknown', looks = looks + $3, next_at = $4, lease_token = NULL, lease_until = NULL`, looks, next)
}

// Ask leaves the question whether it arrived to a manager.
func (tx *Tx) Ask(ctx context.Context, d Delivery, say string) error {
	if err := tx.setDelivery(ctx, d, `state = 'asked', reason = $3, next_at = NULL, lease_token = NULL, lease_until = NULL`, say); err != nil {
		return err
	}
	if d.Fixed {
		return tx.fixedInDoubt(ctx, d)
	}
	return tx.TouchView(ctx, d.ApprovalID)
}

// Fail ends a delivery that the vendor refuses for good.
func (tx *Tx) Fail(ctx context.Context, d Delivery, say string) error {
	if err := tx.setDelivery(ctx, d, `state = 'failed', reason = $3, next_at = NULL, lease_token = NULL, lease_until = NULL`, say); err != nil {
		return err
	}
	if d.Fixed {
		return tx.fixedInDoubt(ctx, d)
	}
	return tx.TouchView(ctx, d.ApprovalID)
}

// setDelivery changes a delivery under its lease. An echo may have settled it meanwhile: what is known stays known.
func (tx *Tx) setDelivery(ctx context.Context, d Delivery, set string, args ...any) error {
	return tx.changeDelivery(ctx, d, `UPDATE deliveries SET `+set+` WHERE id = $1 AND lease_token = $2 AND state <> 'known'`, args...)
}

// setKnown is for the two changes that may follow an echo.
func (tx *Tx) setKnown(ctx context.Context, d Delivery, set string, args ...any) error {
	return tx.changeDelivery(ctx, d, `UPDATE deliveries SET `+set+` WHERE id = $1 AND lease_token = $2`, args...)
}

func (tx *Tx) changeDelivery(ctx context.Context, d Delivery, sql string, args ...any) error {
	n, err := tx.exec(ctx, sql, append([]any{d.ID, d.LeaseToken}, args...)...)
	if err != nil {
		return fmt.Errorf("store: delivery: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// Settled closes a delivery that an echo has made known while nobody worked on it, or that the vendor has reported as failed
// after it was known: that the managers hear.
func (tx *Tx) Settled(ctx context.Context, d Delivery) error {
	failed, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM receipts r JOIN deliveries x ON r.vendor_id IN (x.vendor_id, x.echo_id) WHERE x.id = $1 AND r.channel = $2 AND r.status = 'failed'
		AND NOT EXISTS (SELECT FROM receipts q WHERE q.channel = r.channel AND q.vendor_id = r.vendor_id AND q.status IN ('delivered', 'read', 'played')))`, d.ID, d.Channel)
	if err != nil {
		return fmt.Errorf("store: settled: %w", err)
	}
	if err := tx.setKnown(ctx, d, `next_at = NULL, lease_token = NULL, lease_until = NULL, reason = ''`); err != nil {
		return err
	}
	if err := tx.TouchView(ctx, d.ApprovalID); err != nil || !failed {
		return err
	}
	if d.Fixed {
		return tx.fixedInDoubt(ctx, d)
	}
	return tx.Raise(ctx, Alert{Cause: "undelivered", Key: d.ID.String(), Who: d.Who,
		Text: "WhatsApp could not deliver a reply. Its card says which one; please write to the client from the phone."})
}

// SpokenFor are the vendor ids in this chat that cannot be this delivery: those of other deliveries (one message in the history
// answers for one), and those that we knew before the vendor was called.
func (tx *Tx) SpokenFor(ctx context.Context, d Delivery) (map[VendorMessageID]bool, error) {
	type ids struct{ VendorID, EchoID *VendorMessageID }
	r, err := rows[ids](ctx, tx, `SELECT vendor_id, echo_id FROM deliveries WHERE chat_id = $1 AND id <> $2
		UNION ALL SELECT vendor_id, NULL FROM messages WHERE chat_id = $1 AND author <> 'client' AND received_at < $3`, d.ChatID, d.ID, d.IntentAt)
	if err != nil {
		return nil, fmt.Errorf("store: other deliveries: %w", err)
	}
	taken := map[VendorMessageID]bool{}
	for _, x := range r {
		for _, id := range []*VendorMessageID{x.VendorID, x.EchoID} {
			if id != nil {
				taken[*id] = true
			}
		}
	}
	return taken, nil
}

// AnswerDoubt is a manager's answer to the question whether it arrived. arrived closes it; otherwise it is sent again, from
// the start and with the watermark compared anew. It reports whether the question was still open.
func (tx *Tx) AnswerDoubt(ctx context.Context, approval ApprovalID, arrived bool) (bool, error) {
	type asked struct {
		ID           DeliveryID
		RestaurantID RestaurantID
	}
	x, err := rows[asked](ctx, tx, `SELECT x.id, x.restaurant_id FROM deliveries x JOIN outbound o ON o.id = x.outbound_id WHERE o.approval_id = $1 AND x.state IN ('asked', 'failed') FOR UPDATE OF x`, approval)
	if err != nil || len(x) == 0 {
		return false, err
	}
	state, next := "pending", &tx.Now
	if arrived {
		state, next = "known", nil
	}
	if _, err := tx.exec(ctx, `UPDATE deliveries SET state = $2, next_at = $3, reason = '', attempts = 0, looks = 0 WHERE id = $1`, x[0].ID, state, next); err != nil {
		return false, fmt.Errorf("store: answer doubt: %w", err)
	}
	if err := tx.TouchView(ctx, approval); err != nil {
		return false, err
	}
	if arrived {
		return true, nil
	}
	return true, tx.Enqueue(ctx, Deliver{Restaurant: x[0].RestaurantID, Delivery: x[0].ID})
}

// IsLeaseLost says that another worker goes on with it, so that this one just stops.
func IsLeaseLost(err error) bool { return err != nil && fault.KindOf(err) == fault.Conflict }
