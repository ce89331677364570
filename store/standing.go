package store

import (
	"context"
	"fmt"
	"time"
)

// Standing is the draft that a chat has already: it waits on a card, or was approved and taken back because somebody wrote in
// between. Small talk may leave it as good as it was.
type Standing struct {
	Approval   ApprovalID
	Pending    bool // on a card; else it was withdrawn
	Text       string
	Notes      Notes
	Watermark  int64
	Untouched  bool // nothing that it answers was taken back since
	Policy     string
	Proposals  []Proposal `db:"-"`
	RemindedAt *time.Time
}

// Found says that there is one.
func (s Standing) Found() bool { return !s.Approval.IsZero() }

// StandingDraft reads it; zero where the newest card of the chat is none, or holds a person's words.
func (tx *Tx) StandingDraft(ctx context.Context, chat ChatID) (Standing, error) {
	s, err := rows[Standing](ctx, tx, `SELECT a.id AS approval, a.state = 'pending' AS pending, d.text, d.notes, a.watermark, d.policy_version AS policy, v.remind_at AS reminded_at,
		NOT EXISTS (SELECT FROM messages m WHERE m.chat_id = a.chat_id AND m.author = 'client' AND NOT m.aside AND m.seq > a.from_watermark AND m.seq <= a.watermark AND m.deleted_at > a.created_at) AS untouched
		FROM approvals a JOIN drafts d ON d.id = a.draft_id JOIN views v ON v.approval_id = a.id
		WHERE a.chat_id = $1 AND d.author <> 'manager' AND (a.state = 'pending' OR (a.state = 'sent'
			AND EXISTS (SELECT FROM outbound o JOIN deliveries x ON x.outbound_id = o.id WHERE o.approval_id = a.id AND x.state = 'withdrawn')))
		AND NOT EXISTS (SELECT FROM approvals b WHERE b.chat_id = a.chat_id AND (b.created_at, b.id) > (a.created_at, a.id))`, chat)
	if err != nil {
		return Standing{}, fmt.Errorf("store: standing draft: %w", err)
	}
	if len(s) == 0 {
		return Standing{}, nil
	}
	if s[0].Proposals, err = rows[Proposal](ctx, tx, `SELECT kind, payload, show FROM proposals WHERE approval_id = $1 ORDER BY id`, s[0].Approval); err != nil {
		return Standing{}, fmt.Errorf("store: standing draft: %w", err)
	}
	return s[0], nil
}

// InheritCards makes the copies of a replaced card those of the one that goes on from it. Not while somebody still draws the
// older one: ready is false then.
func (tx *Tx) InheritCards(ctx context.Context, v View) (ready bool, err error) {
	busy, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM views WHERE approval_id = $1 AND lease_until > $2)`, v.Replaces, tx.Now)
	if err != nil || busy {
		return false, err
	}
	if _, err := tx.exec(ctx, `UPDATE cards SET approval_id = $2 WHERE approval_id = $1`, v.Replaces, v.Approval); err != nil {
		return false, fmt.Errorf("store: inherit cards: %w", err)
	}
	return true, nil
}

// SameChat says whether two approvals are of one chat: an old picture of a card that goes on as a newer one's.
func (tx *Tx) SameChat(ctx context.Context, a, b ApprovalID) (bool, error) {
	return value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM approvals x JOIN approvals y ON y.chat_id = x.chat_id WHERE x.id = $1 AND y.id = $2)`, a, b)
}
