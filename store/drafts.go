package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// HashText is what an approval binds: the bytes of the text, nothing else.
func HashText(text string) []byte {
	h := sha256.Sum256([]byte(text))
	return h[:]
}

// Notes are what a card shows beside the text.
type Notes struct {
	Why       string   `json:"why,omitempty"`       // one line: what the model thought, or why there is no draft
	Questions []string `json:"questions,omitempty"` // to the managers
	Evidence  []string `json:"evidence,omitempty"`  // what the draft rests on
	Warnings  []string `json:"warnings,omitempty"`  // what the guard found
	Tainted   []string `json:"tainted,omitempty"`   // values that come from outside words
	Model     string   `json:"model,omitempty"`

	Translation *Translation `json:"translation,omitempty"` // for managers who read another language than the client's

	Private []MessageID `json:"private,omitempty"` // words in a group that ask for what the others there must not read
	Asker   string      `json:"asker,omitempty"`   // by whom, for a sentence
}

// Translation is what a card shows under words that its readers may not understand. Nobody sends it.
type Translation struct {
	Into   string   `json:"into"`             // language of the managers' cards
	Client []string `json:"client,omitempty"` // the client's messages that wait, oldest first
	Draft  string   `json:"draft,omitempty"`
	Of     []byte   `json:"of,omitempty"`     // hash of the text that Draft is a translation of
	Failed bool     `json:"failed,omitempty"` // it was needed and could not be had
}

// Proposal is something that happens only if the approval is sent.
type Proposal struct {
	Kind    string          `json:"kind"`
	Payload json.RawMessage `json:"payload"`
	Show    string          `json:"show"`
}

// Finding is how a turn ended.
type Finding struct {
	Turn          Turn
	Status        string // drafted, silent, plain, superseded
	Why           string
	Text          string // drafted
	Notes         Notes
	Proposals     []Proposal
	PolicyVersion string
	Replaces      ApprovalID // the same draft again: its card goes on as this one's
	Reason        string     // why an older card goes; empty: the client has written again
	WakeAt        *time.Time // look again then, if nothing comes in before
}

// Commit ends a turn in one transaction: lease still ours, nothing newer than the turn's watermark and no other wish of a
// manager (else what it made is dropped and the chat gets another turn), nobody has answered meanwhile, older cards of the chat retired, the new approval held with what it would
// release, its card enqueued, the chat no longer busy. It reports whether the finding counted.
func (tx *Tx) Commit(ctx context.Context, l Lease, f Finding) (counted bool, err error) {
	c, err := tx.lockChat(ctx, l)
	if err != nil {
		return false, err
	}
	if why, err := tx.overtaken(ctx, c, f); err != nil || why != "" {
		return false, errors.Join(err, tx.drop(ctx, c, f, why))
	}
	if err := tx.closeTurn(ctx, f.Turn.ID, f.Status, f.Why); err != nil {
		return false, err
	}
	if err := tx.retire(ctx, c, f); err != nil {
		return false, err
	}
	switch f.Status {
	case "drafted", "plain":
		if err := tx.hold(ctx, c, f); err != nil {
			return false, err
		}
	case "silent":
		if _, err := tx.exec(ctx, `UPDATE chats SET handled = watermark WHERE id = $1`, c.ID); err != nil {
			return false, fmt.Errorf("store: commit: %w", err)
		}
	}
	if _, err := tx.exec(ctx, `UPDATE chats SET wake_at = $2 WHERE id = $1 AND wake_at IS DISTINCT FROM $2`, c.ID, f.WakeAt); err != nil {
		return false, fmt.Errorf("store: commit: %w", err)
	}
	return true, tx.settle(ctx, c, f.Turn.Watermark)
}

// overtaken says what has made a finding out of date while it was made; the empty string: nothing.
func (tx *Tx) overtaken(ctx context.Context, c Chat, f Finding) (why string, err error) {
	if c.Watermark != f.Turn.Watermark {
		return "newer words came in", nil
	}
	redo, err := tx.redoOf(ctx, c)
	switch {
	case err != nil:
		return "", err
	case redo.Approval != f.Turn.RedoOf:
		return "a manager wants something else meanwhile", nil
	case f.Status != "silent" && redo.Approval.IsZero() && c.Handled >= c.Watermark:
		return "somebody has answered meanwhile", nil
	}
	return "", nil
}

// drop ends a turn whose finding does not count. If anything still waits for an answer, the chat gets another turn.
func (tx *Tx) drop(ctx context.Context, c Chat, f Finding, why string) error {
	if why == "" {
		return nil
	}
	if err := tx.closeTurn(ctx, f.Turn.ID, "superseded", why); err != nil {
		return err
	}
	if c.Handled >= c.Watermark {
		return tx.settle(ctx, c, c.Watermark)
	}
	return tx.settle(ctx, c, -1)
}

// retire takes the chat's older pending card away.
func (tx *Tx) retire(ctx context.Context, c Chat, f Finding) error {
	reason := "The client has written again; a fresh draft is below."
	switch {
	case f.Status == "silent":
		reason = f.Why
	case f.Reason != "":
		reason = f.Reason
	default:
		heard, err := tx.onlyHeard(ctx, c)
		if err != nil {
			return err
		}
		if heard {
			reason = "A voice note has been written down meanwhile; a fresh draft is below."
		}
	}
	gone, err := value[ApprovalID](ctx, tx, `SELECT retire($1, $2, $3, $4)`, c.RestaurantID, c.ID, reason, tx.Now)
	if err != nil {
		return fmt.Errorf("store: retire card: %w", err)
	}
	if gone.IsZero() {
		return nil
	}
	if gone == f.Replaces { // its copies are drawn as the new card's
		if _, err := tx.exec(ctx, `UPDATE views SET next_at = NULL WHERE approval_id = $1`, gone); err != nil {
			return fmt.Errorf("store: retire card: %w", err)
		}
		return nil
	}
	return tx.Enqueue(ctx, ShowApproval{Approval: gone})
}

// hold saves the draft and an approval of exactly it, with the proposals that the approval would release.
func (tx *Tx) hold(ctx context.Context, c Chat, f Finding) error {
	draft, approval := NewID[draftKind](), NewID[approvalKind]()
	author, hash := "model", HashText(f.Text)
	if f.Status == "plain" {
		author = "none"
	}
	notes, err := json.Marshal(f.Notes)
	if err != nil {
		return fmt.Errorf("store: hold: %w", err)
	}
	if _, err := tx.exec(ctx, `INSERT INTO drafts (id, restaurant_id, chat_id, turn_id, author, text, text_hash, notes, watermark, policy_version, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		draft, c.RestaurantID, c.ID, f.Turn.ID, author, f.Text, hash, notes, f.Turn.Watermark, f.PolicyVersion, tx.Now); err != nil {
		return fmt.Errorf("store: save draft: %w", err)
	}
	if _, err := tx.exec(ctx, `INSERT INTO approvals (id, restaurant_id, chat_id, draft_id, text_hash, watermark, from_watermark, created_at, replaces)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, approval, c.RestaurantID, c.ID, draft, hash, f.Turn.Watermark, c.Handled, tx.Now, f.Replaces); err != nil {
		return fmt.Errorf("store: hold approval: %w", err)
	}
	if _, err := tx.exec(ctx, `INSERT INTO views (approval_id, restaurant_id, next_at, remind_at) VALUES ($1, $2, $3, (SELECT remind_at FROM views WHERE approval_id = $4))`,
		approval, c.RestaurantID, tx.Now, f.Replaces); err != nil {
		return fmt.Errorf("store: hold approval: %w", err)
	}
	for _, p := range f.Proposals {
		if _, err := tx.exec(ctx, `INSERT INTO proposals (id, restaurant_id, approval_id, kind, payload, show, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			NewID[proposalKind](), c.RestaurantID, approval, p.Kind, p.Payload, p.Show, tx.Now); err != nil {
			return fmt.Errorf("store: hold proposal: %w", err)
		}
	}
	return tx.Enqueue(ctx, ShowApproval{Approval: approval})
}

// CloseRelease marks that an approval has nothing left to carry out beside its message, if that is so; until then the sweeper
// brings the job back. Whoever closes at the same time waits.
func (tx *Tx) CloseRelease(ctx context.Context, a ApprovalID) error {
	_, err := tx.exec(ctx, `UPDATE deliveries x SET release_at = NULL FROM outbound o WHERE o.id = x.outbound_id AND o.approval_id = $1
		AND NOT EXISTS (SELECT FROM proposals p WHERE p.approval_id = o.approval_id AND p.done_at IS NULL)`, a)
	if err != nil {
		return fmt.Errorf("store: close release: %w", err)
	}
	return nil
}

// ReleaseLater leaves what could not be carried out alone for half as long again as it has waited, and for half a minute at
// least.
func (tx *Tx) ReleaseLater(ctx context.Context, a ApprovalID) error {
	_, err := tx.exec(ctx, `UPDATE deliveries x SET release_at = $2::timestamptz + greatest(interval '30 seconds', ($2 - o.created_at) / 2) FROM outbound o
		WHERE o.id = x.outbound_id AND o.approval_id = $1 AND x.release_at IS NOT NULL`, a, tx.Now)
	if err != nil {
		return fmt.Errorf("store: release later: %w", err)
	}
	return nil
}

// Released are the proposals of a decided approval that are still to be carried out; whoever else wants to waits until this
// transaction ends. An approval that was not sent releases nothing, whoever enqueued the job.
func (tx *Tx) Released(ctx context.Context, a ApprovalID) ([]HeldProposal, error) {
	p, err := rows[HeldProposal](ctx, tx, `SELECT p.id, p.kind, p.payload FROM proposals p JOIN approvals a ON a.id = p.approval_id
		WHERE p.approval_id = $1 AND p.done_at IS NULL AND a.state IN ('sent', 'edited') ORDER BY p.id FOR UPDATE OF p`, a)
	if err != nil {
		return nil, fmt.Errorf("store: released proposals: %w", err)
	}
	return p, nil
}

// HeldProposal is a proposal with its id.
type HeldProposal struct {
	ID      ProposalID
	Kind    string
	Payload json.RawMessage
}

// NoteProposed writes a fact that an approved proposal holds, once.
func (tx *Tx) NoteProposed(ctx context.Context, p HeldProposal, f Fact) error {
	if _, err := tx.exec(ctx, `INSERT INTO facts (id, restaurant_id, field, value, source, proposal_id, noted_at, noted_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (proposal_id, field, key) DO NOTHING`, NewID[rowKind](), tx.Restaurant, f.Field, f.Value, f.Source, p.ID, tx.Now, f.By); err != nil {
		return fmt.Errorf("store: note proposed fact: %w", err)
	}
	return tx.StageMayMove(ctx)
}

// ProposalDone closes a proposal.
func (tx *Tx) ProposalDone(ctx context.Context, id ProposalID) error {
	if _, err := tx.exec(ctx, `UPDATE proposals SET done_at = $2 WHERE id = $1`, id, tx.Now); err != nil {
		return fmt.Errorf("store: proposal done: %w", err)
	}
	return nil
}
