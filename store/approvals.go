package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Action is what a manager does with a card.
type Action string

const (
	Send     Action = "send"
	Edit     Action = "edit" // with the text that leaves instead
	RedoIt   Action = "redo" // with a hint
	Discard  Action = "discard"
	TakeOver Action = "take_over"
	HandBack Action = "hand_back"
	SayIt    Action = "say" // a manager who took the chat over writes to the client
)

// Press is a decision on its way to the gate.
type Press struct {
	Approval      ApprovalID
	Action        Action
	TelegramID    int64
	Hash          []byte // of the text the manager looked at; nil where he wrote it himself
	PolicyVersion string // in force now
	Text          string // of an edit or say; the hint of a redo
}

// Decision is what the gate said.
type Decision struct {
	Outcome     string // ok, already, stale, denied, empty, gone
	State       string
	DecidedName string
	DecidedAt   *time.Time
	Restaurant  RestaurantID
	Chat        ChatID
	Shown       ApprovalID // the approval whose card tells the result; a new one after say
	Delivery    DeliveryID
	Woke        bool
	Retired     ApprovalID // a pending card that say has put out of date
}

// TakenFor is how long a chat stays with the manager who took it, counted from his last words.
const TakenFor = 4 * time.Hour

// Decide puts a press before the gate. If it is the one that counts, what the approval releases enters the queue in this
// same transaction, and every copy of the card is redrawn.
func (tx *Tx) Decide(ctx context.Context, p Press) (Decision, error) {
	d, err := row[Decision](ctx, tx, `SELECT outcome, coalesce(state, '') AS state, coalesce(decided_name, '') AS decided_name, decided_at, restaurant, chat, shown, delivery, woke, retired
		FROM decide($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		p.Approval, string(p.Action), p.TelegramID, p.Hash, p.PolicyVersion, p.Text,
		NewID[draftKind](), NewID[approvalKind](), NewID[outboundKind](), NewID[deliveryKind](), tx.Now.Add(TakenFor), tx.Now)
	if err != nil {
		return d, fmt.Errorf("store: decide: %w", err)
	}
	if d.Outcome != "ok" {
		return d, nil
	}
	if err := tx.showDecided(ctx, d); err != nil {
		return d, err
	}
	if !d.Delivery.IsZero() {
		err = tx.Enqueue(ctx, Deliver{Restaurant: d.Restaurant, Delivery: d.Delivery}, ApplyProposals{Restaurant: d.Restaurant, Approval: d.Shown})
	}
	if err == nil && d.Woke {
		err = tx.Enqueue(ctx, RunTurn{Restaurant: d.Restaurant, Chat: d.Chat})
	}
	return d, err
}

// settling is how long a card waits for the delivery's outcome, so that the decision and the outcome cost one edit of
// Telegram's small allowance; the press itself is answered by a toast at once.
const settling = 1500 * time.Millisecond

// showDecided has the cards of a decision drawn. A say changes nothing on the card it answers.
func (tx *Tx) showDecided(ctx context.Context, d Decision) error {
	if !d.Retired.IsZero() {
		if err := tx.Enqueue(ctx, ShowApproval{Approval: d.Retired}); err != nil {
			return err
		}
	}
	if d.Delivery.IsZero() {
		return tx.Enqueue(ctx, ShowApproval{Approval: d.Shown})
	}
	if _, err := tx.exec(ctx, `UPDATE views SET next_at = $2 WHERE approval_id = $1`, d.Shown, tx.Now.Add(settling)); err != nil {
		return fmt.Errorf("store: decide: %w", err)
	}
	return nil
}

// View is everything a card shows, read in one go.
type View struct {
	Approval     ApprovalID
	RestaurantID RestaurantID
	ChatID       ChatID
	State        string
	Hint         string
	Reason       string
	CreatedAt    time.Time
	DecidedAt    *time.Time
	DecidedName  string
	Text         string
	TextHash     []byte
	Author       string // model, manager, none
	Notes        Notes
	Restaurant   string
	Stage        string
	Zone         string
	ChatTitle    string
	Channel      Channel // under which it leaves, or has left
	Group        bool
	Shut         bool       // none of our numbers may write in this group
	Muted        bool       // because only admins may
	Replaces     ApprovalID // the card that this one goes on from: the same draft, with what was said since
	Seen         int64      // what the card before it had shown; 0: there is none
	Carried      bool       // the private matter on it has a card of its own in the person's chat
	Taken        bool       // by the one who decided, or whoever stands in for him
	StandIn      string     // his name
	TakenUntil   *time.Time
	HeldBy       ManagerID // is writing the answer, until HeldUntil
	HeldName     string
	HeldUntil    *time.Time
	Stale        bool            // the client has written since it was made
	SentID       VendorMessageID // of the reply, and of its echo
	SentEcho     VendorMessageID
	Delivery     string
	DeliveryNote string
	Receipt      string // the furthest status of what was sent
	Rev          int64
	From         int64      // the card answers the client's messages after this
	Watermark    int64      // up to this
	Offer        bool       // nobody has said whose chat this is, and this is the first card that anybody decides
	Said         []Message  `db:"-"` // what the card answers
	Reacted      []Reaction `db:"-"` // to these, and to the reply
	Proposals    []string   `db:"-"`
	Roster       []string   `db:"-"` // of a group: who is in it beside us

	ChatMark int64       // the chat's watermark, now
	Fixed    []FixedSent `db:"-"` // fixed texts that the client got meanwhile
	Worded   *Worded     `db:"-"` // a manager's own words in another language than the client's; nil: none
}

// View reads an approval as managers see it.
func (tx *Tx) View(ctx context.Context, id ApprovalID) (View, error) {
	v, err := row[View](ctx, tx, `SELECT a.id AS approval, a.restaurant_id, a.chat_id, a.state, a.hint, a.reason, a.created_at, a.decided_at,
		coalesce(m.name, '') AS decided_name, d.text, d.text_hash, d.author,
		CASE WHEN d.turn_id IS NULL AND d.notes = '{}' THEN coalesce((SELECT o.notes FROM drafts o WHERE o.chat_id = a.chat_id AND o.turn_id IS NOT NULL AND o.watermark = a.watermark ORDER BY o.created_at DESC LIMIT 1), '{}') ELSE d.notes END AS notes,
		r.name AS restaurant, r.stage, r.zone, c.title AS chat_title, coalesce(x.channel, voice_of(c.id, a.watermark)) AS channel, c.kind = 'group' AS "group",
		coalesce((SELECT bool_and(s.state IN ('mute', 'out')) FROM seats s WHERE s.chat_id = c.id)
			AND EXISTS (SELECT FROM seats s WHERE s.chat_id = c.id AND s.channel = c.channel), false) AS shut,
		EXISTS (SELECT FROM seats s WHERE s.chat_id = c.id AND s.state = 'mute') AS muted,
		a.replaces, coalesce((SELECT b.watermark FROM approvals b WHERE b.id = a.replaces), 0) AS seen,
		EXISTS (SELECT FROM messages k WHERE k.restaurant_id = a.restaurant_id AND k.vendor_id = 'carried-' || (d.notes -> 'private' ->> 0)) AS carried,
		coalesce(a.decided_by IN (c.taken_by, c.taken_from) AND c.taken_by IS NOT NULL AND c.taken_until > $2, false) AS taken,
		coalesce((SELECT s.name FROM managers s WHERE s.id = c.taken_by AND c.taken_from = a.decided_by), '') AS stand_in,
		CASE WHEN a.decided_by IN (c.taken_by, c.taken_from) THEN c.taken_until END AS taken_until,
		v.held_by, coalesce(h.name, '') AS held_name, CASE WHEN v.held_until > $2 AND a.state = 'pending' THEN v.held_until END AS held_until,
		(a.state = 'pending' AND c.watermark <> a.watermark) AS stale,
		coalesce(x.vendor_id, '') AS sent_id, coalesce(x.echo_id, '') AS sent_echo, coalesce(x.state, '') AS delivery, coalesce(x.reason, '') AS delivery_note,
		coalesce((SELECT p.status FROM receipts p WHERE p.channel = coalesce(x.channel, c.channel) AND p.vendor_id IN (x.vendor_id, x.echo_id)
			ORDER BY array_position(ARRAY['pending', 'sent', 'failed', 'delivered', 'read', 'played', 'deleted'], p.status) DESC NULLS LAST LIMIT 1), '') AS receipt,
		v.rev, a.watermark, c.watermark AS chat_mark, a.from_watermark AS "from",
		(c.mapped_at IS NULL AND c.ignored_at IS NULL AND a.state = 'pending' AND NOT EXISTS (SELECT FROM approvals b
			WHERE b.chat_id = a.chat_id AND b.id < a.id AND b.state NOT IN ('superseded', 'redone'))) AS offer
		FROM approvals a JOIN drafts d ON d.id = a.draft_id JOIN chats c ON c.id = a.chat_id JOIN restaurants r ON r.id = a.restaurant_id
		JOIN views v ON v.approval_id = a.id LEFT JOIN managers m ON m.id = a.decided_by LEFT JOIN managers h ON h.id = v.held_by
		LEFT JOIN outbound o ON o.approval_id = a.id LEFT JOIN deliveries x ON x.outbound_id = o.id
		WHERE a.id = $1`, id, tx.Now)
	if err != nil {
		return View{}, fmt.Errorf("store: view: %w", err)
	}
	if v.Said, err = tx.said(ctx, v); err != nil {
		return v, err
	}
	if v.Fixed, err = tx.fixedSent(ctx, v); err != nil {
		return v, err
	}
	if v.Reacted, err = tx.reacted(ctx, v); err != nil {
		return v, err
	}
	if v.Worded, err = tx.worded(ctx, v); err != nil {
		return v, err
	}
	if v.Proposals, err = tx.shownProposals(ctx, id); err != nil || !v.Group {
		return v, err
	}
	v.Roster, err = tx.Roster(ctx, v.ChatID)
	return v, err
}

// said are the client's messages that the approval answers, as they were when it was made. In a group that is all that was
// said from there on, to us or not, and the last few lines of the hour before.
func (tx *Tx) said(ctx context.Context, v View) ([]Message, error) {
	m, err := rows[Message](ctx, tx, `SELECT `+messageColumns+` FROM messages
		WHERE chat_id = $1 AND author = 'client' AND kind <> 'reaction' AND ((seq > $2 AND seq <= $3) OR id IN (
			SELECT b.id FROM messages b WHERE b.chat_id = $1 AND b.aside AND b.kind NOT IN ('reaction', 'system') AND b.seq <= $2 AND b.deleted_at IS NULL
			AND b.seq > coalesce((SELECT max(o.seq) FROM messages o WHERE o.chat_id = $1 AND o.author <> 'client' AND o.kind <> 'reaction' AND o.seq <= $2), 0)
			AND b.sent_at > (SELECT min(f.sent_at) FROM messages f WHERE f.chat_id = $1 AND f.seq > $2 AND f.author = 'client') - interval '1 hour'
			ORDER BY b.seq DESC LIMIT 3)) ORDER BY sent_at, id`,
		v.ChatID, v.From, v.Watermark)
	if err != nil {
		return nil, fmt.Errorf("store: view: messages: %w", err)
	}
	if err := tx.around(ctx, m); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(m, Message.announces), nil
}

// reacted are the reactions to what the card answers and to its reply.
func (tx *Tx) reacted(ctx context.Context, v View) ([]Reaction, error) {
	var to []VendorMessageID
	for _, m := range v.Said {
		to = append(to, m.VendorID)
	}
	for _, id := range []VendorMessageID{v.SentID, v.SentEcho} {
		if id != "" {
			to = append(to, id)
		}
	}
	return tx.reactions(ctx, v.ChatID, to)
}

func (tx *Tx) shownProposals(ctx context.Context, id ApprovalID) ([]string, error) {
	type shown struct{ Show string }
	p, err := rows[shown](ctx, tx, `SELECT show FROM proposals WHERE approval_id = $1 ORDER BY id`, id)
	if err != nil {
		return nil, fmt.Errorf("store: view: proposals: %w", err)
	}
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Show
	}
	return lines, nil
}

// Waiting is one line of the managers' queue.
type Waiting struct {
	Approval   ApprovalID
	Restaurant string
	Who        string
	Since      time.Time
	HasText    bool
}

// Queue are the approvals that wait for a decision, the longest first.
func (tx *Tx) Queue(ctx context.Context) ([]Waiting, error) {
	q, err := rows[Waiting](ctx, tx, `SELECT a.id AS approval, r.name AS restaurant, c.title AS who, a.created_at AS since, d.text <> '' AS has_text
		FROM approvals a JOIN restaurants r ON r.id = a.restaurant_id JOIN chats c ON c.id = a.chat_id JOIN drafts d ON d.id = a.draft_id
		WHERE a.state = 'pending' ORDER BY a.created_at, a.id`)
	if err != nil {
		return nil, fmt.Errorf("store: queue: %w", err)
	}
	return q, nil
}

// HasPending says whether a card of this chat waits for a decision.
func (tx *Tx) HasPending(ctx context.Context, chat ChatID) (bool, error) {
	return value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM approvals WHERE chat_id = $1 AND state = 'pending')`, chat)
}

// WasSent says whether an approval has let a text go.
func (tx *Tx) WasSent(ctx context.Context, id ApprovalID) (bool, error) {
	return value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM approvals WHERE id = $1 AND state IN ('sent', 'edited'))`, id)
}

// TouchView has every copy of an approval's card redrawn. The app's own doors call it after a change that a card shows.
func (tx *Tx) TouchView(ctx context.Context, id ApprovalID) error {
	if id.IsZero() {
		return nil // a fixed text has no card of its own
	}
	if _, err := tx.exec(ctx, `UPDATE views SET rev = rev + 1, next_at = $2 WHERE approval_id = $1`, id, tx.Now); err != nil {
		return fmt.Errorf("store: touch view: %w", err)
	}
	return tx.Enqueue(ctx, ShowApproval{Approval: id})
}

// RemindAt puts a pending card away until then: it is drawn so now, and the sweeper brings it back.
func (tx *Tx) RemindAt(ctx context.Context, id ApprovalID, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE views v SET remind_at = $2, next_at = $3, rev = rev + 1 FROM approvals a WHERE v.approval_id = $1 AND a.id = v.approval_id AND a.state = 'pending'`, id, at, tx.Now)
	if err != nil {
		return false, fmt.Errorf("store: remind: %w", err)
	}
	return n > 0, nil
}
