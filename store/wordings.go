package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"

	"github.com/riverqueue/river"

	"marketa/internal/fault"
)

// Wording is what a manager wrote in another language than the client's, on its way to a card that shows its translation.
type Wording struct {
	ID            WordingID
	RestaurantID  RestaurantID
	ChatID        ChatID
	ApprovalID    ApprovalID // the card that he answered
	ManagerID     ManagerID
	Say           bool   // in a chat that he has taken over
	Body          string // as he wrote it
	FromLanguage  string
	ToLanguage    string
	Watermark     int64 // of the conversation that he answers
	PolicyVersion string
	State         string // pending, held, failed, dropped
	Translated    string
	Back          string // Translated in his language again
	TgChatID      int64
	TgMessageID   int64
	LeaseToken    LeaseToken
}

// TranslateWording translates a manager's words and holds them on a card [agent].
type TranslateWording struct {
	Restaurant RestaurantID `json:"restaurant"`
	Wording    WordingID    `json:"wording"`
}

func (TranslateWording) Kind() string                 { return "translate_wording" }
func (TranslateWording) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTurns} }

const wordingColumns = `id, restaurant_id, chat_id, approval_id, manager_id, say, body, from_language, to_language, watermark, policy_version, state, translated, back,
	tg_chat_id, tg_message_id, lease_token`

// OpenWording keeps a manager's words to be translated. Words of his or a colleague's for the same chat that are not translated yet
// give way to them.
func (tx *Tx) OpenWording(ctx context.Context, w Wording) error {
	w.ID = NewID[wordingKind]()
	// The chat first, as in decide: two managers may write at the same moment.
	if _, err := tx.exec(ctx, `SELECT FROM chats WHERE id = $1 FOR UPDATE`, w.ChatID); err != nil {
		return fmt.Errorf("store: open wording: %w", err)
	}
	if _, err := tx.exec(ctx, `UPDATE wordings SET state = 'dropped', next_at = NULL WHERE chat_id = $1 AND state = 'pending' AND (tg_chat_id, tg_message_id) <> ($2, $3)`,
		w.ChatID, w.TgChatID, w.TgMessageID); err != nil {
		return fmt.Errorf("store: open wording: %w", err)
	}
	n, err := tx.exec(ctx, `INSERT INTO wordings (id, restaurant_id, chat_id, approval_id, manager_id, say, body, from_language, to_language, watermark, policy_version, tg_chat_id, tg_message_id, created_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) ON CONFLICT (tg_chat_id, tg_message_id) DO NOTHING`,
		w.ID, w.RestaurantID, w.ChatID, w.ApprovalID, w.ManagerID, w.Say, w.Body, w.FromLanguage, w.ToLanguage, w.Watermark, w.PolicyVersion, w.TgChatID, w.TgMessageID, tx.Now)
	if err != nil || n == 0 {
		return wrapped("open wording", err)
	}
	return tx.Enqueue(ctx, TranslateWording{Restaurant: w.RestaurantID, Wording: w.ID})
}

// LeaseWording takes words that wait for their translation. ErrLeaseLost when somebody has them or nothing is to be done.
func (tx *Tx) LeaseWording(ctx context.Context, id WordingID) (Wording, error) {
	w, err := rows[Wording](ctx, tx, `UPDATE wordings SET lease_token = $2, lease_until = $3 WHERE id = $1 AND state = 'pending' AND next_at <= $4
		AND (lease_until IS NULL OR lease_until < $4) RETURNING `+wordingColumns, id, NewID[leaseKind](), tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return Wording{}, fmt.Errorf("store: lease wording: %w", err)
	}
	if len(w) == 0 {
		return Wording{}, ErrLeaseLost
	}
	return w[0], nil
}

// RenewWording holds them for another LeaseTime.
func (tx *Tx) RenewWording(ctx context.Context, w Wording) error {
	return tx.setWording(ctx, w, `lease_until = $3`, tx.Now.Add(LeaseTime))
}

// SaveTranslation makes what a model has said durable, so that nobody is asked twice.
func (tx *Tx) SaveTranslation(ctx context.Context, w Wording) error {
	return tx.setWording(ctx, w, `translated = $3, back = $4`, w.Translated, w.Back)
}

func (tx *Tx) setWording(ctx context.Context, w Wording, set string, args ...any) error {
	n, err := tx.exec(ctx, `UPDATE wordings SET `+set+` WHERE id = $1 AND lease_token = $2 AND state = 'pending'`, append([]any{w.ID, w.LeaseToken}, args...)...)
	if err != nil {
		return fmt.Errorf("store: wording: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// FailWording tells the manager that there is no translation; the card offers to send his words as he wrote them.
func (tx *Tx) FailWording(ctx context.Context, w Wording, say string) error {
	if err := tx.setWording(ctx, w, `state = 'failed', next_at = NULL, lease_token = NULL, lease_until = NULL`); err != nil {
		return err
	}
	if err := tx.TouchView(ctx, w.ApprovalID); err != nil {
		return err
	}
	return tx.tellAuthor(ctx, w, "🌐 "+html.EscapeString(say))
}

// HoldWording puts the translation on a fresh card, in place of the one that he answered, with what that one would have released.
// If the conversation or the card has moved on meanwhile, he gets his words back instead: held is false.
func (tx *Tx) HoldWording(ctx context.Context, w Wording) (held bool, err error) {
	c, err := row[Chat](ctx, tx, `SELECT `+chatColumns+` FROM chats WHERE id = $1 FOR UPDATE`, w.ChatID)
	if err != nil {
		return false, fmt.Errorf("store: hold wording: %w", err)
	}
	why, err := tx.overtakenWording(ctx, c, w)
	if err != nil {
		return false, err
	}
	if why != "" {
		return false, tx.dropWording(ctx, w, why)
	}
	old, err := row[answered](ctx, tx, `SELECT a.from_watermark AS "from", coalesce((SELECT o.notes FROM drafts o WHERE o.chat_id = a.chat_id AND o.turn_id IS NOT NULL AND o.watermark = a.watermark
		ORDER BY o.created_at DESC LIMIT 1), d.notes) AS notes FROM approvals a JOIN drafts d ON d.id = a.draft_id WHERE a.id = $1`, w.ApprovalID)
	if err != nil {
		return false, fmt.Errorf("store: hold wording: %w", err)
	}
	gone, err := value[ApprovalID](ctx, tx, `SELECT retire($1, $2, $3, $4)`, c.RestaurantID, c.ID, "A manager has written an answer; its translation is below.", tx.Now)
	if err != nil {
		return false, fmt.Errorf("store: hold wording: %w", err)
	}
	id, err := tx.holdTranslation(ctx, c, w, old, gone)
	if err != nil {
		return false, err
	}
	if err := tx.setWording(ctx, w, `state = 'held', held_id = $3, next_at = NULL, lease_token = NULL, lease_until = NULL`, id); err != nil {
		return false, err
	}
	if !gone.IsZero() {
		if err := tx.Enqueue(ctx, ShowApproval{Approval: gone}); err != nil {
			return false, err
		}
	}
	return true, tx.Enqueue(ctx, ShowApproval{Approval: id})
}

// answered is what the new card takes over from the one that the manager answered.
type answered struct {
	From  int64
	Notes Notes
}

func (tx *Tx) holdTranslation(ctx context.Context, c Chat, w Wording, old answered, gone ApprovalID) (ApprovalID, error) {
	draft, id, from := NewID[draftKind](), NewID[approvalKind](), old.From
	if w.Say {
		from = c.Handled
	}
	// Warnings were about the other text. The notes are never empty, or the card would show those of the turn.
	notes := Notes{Questions: old.Notes.Questions, Tainted: old.Notes.Tainted, Translation: old.Notes.Translation, Model: "translation"}
	if t := notes.Translation; t != nil {
		notes.Translation = &Translation{Into: t.Into, Client: t.Client}
	}
	raw, err := json.Marshal(notes)
	if err != nil {
		return id, fmt.Errorf("store: hold wording: %w", err)
	}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		// A model has written it: it is sent by a tap only.
		{`INSERT INTO drafts (id, restaurant_id, chat_id, author, text, text_hash, notes, watermark, policy_version, created_at) VALUES ($1, $2, $3, 'model', $4, $5, $6, $7, $8, $9)`,
			[]any{draft, c.RestaurantID, c.ID, w.Translated, HashText(w.Translated), raw, c.Watermark, w.PolicyVersion, tx.Now}},
		{`INSERT INTO approvals (id, restaurant_id, chat_id, draft_id, text_hash, watermark, from_watermark, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			[]any{id, c.RestaurantID, c.ID, draft, HashText(w.Translated), c.Watermark, from, tx.Now}},
		{`INSERT INTO views (approval_id, restaurant_id, next_at) VALUES ($1, $2, $3)`, []any{id, c.RestaurantID, tx.Now}},
		{`INSERT INTO proposals (id, restaurant_id, approval_id, kind, payload, show, created_at)
			SELECT gen_random_uuid(), restaurant_id, $2, kind, payload, show, $3 FROM proposals WHERE approval_id = $1 AND done_at IS NULL ORDER BY id`, []any{gone, id, tx.Now}},
	} {
		if _, err := tx.exec(ctx, step.sql, step.args...); err != nil {
			return id, fmt.Errorf("store: hold wording: %w", err)
		}
	}
	return id, nil
}

// overtakenWording says why a translation is of no use any more; empty: it is.
func (tx *Tx) overtakenWording(ctx context.Context, c Chat, w Wording) (string, error) {
	state, err := value[string](ctx, tx, `SELECT state FROM approvals WHERE id = $1`, w.ApprovalID)
	switch {
	case err != nil:
		return "", fmt.Errorf("store: hold wording: %w", err)
	case c.Watermark != w.Watermark:
		return "Somebody has written in the chat since.", nil
	case w.Say && (c.TakenBy != w.ManagerID || !c.Taken(tx.Now)):
		return "The chat is not yours any more.", nil
	case !w.Say && state != "pending":
		return "The card has been decided meanwhile.", nil
	}
	return "", nil
}

// dropWording gives a manager his words back.
func (tx *Tx) dropWording(ctx context.Context, w Wording, why string) error {
	if err := tx.setWording(ctx, w, `state = 'dropped', next_at = NULL, lease_token = NULL, lease_until = NULL`); err != nil {
		return err
	}
	return tx.tellAuthor(ctx, w, "⚠️ "+why+" Your words were not sent:\n<blockquote>"+html.EscapeString(firstRunes(w.Body, 3000))+"</blockquote>")
}

func firstRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func (tx *Tx) tellAuthor(ctx context.Context, w Wording, text string) error {
	return tx.Tell(ctx, Notice{TgChatID: &w.TgChatID, Kind: "reply", HTML: text, ReplyTo: &w.TgMessageID}, "wording-"+w.ID.String())
}

// Worded is a manager's own words as a card shows them.
type Worded struct {
	ID           WordingID
	State        string // held: the card's text is their translation; failed: there is none
	By           string
	Body         string
	FromLanguage string
	ToLanguage   string
	Back         string
}

// worded are the words that a card offers to send as they were written; nil: none.
func (tx *Tx) worded(ctx context.Context, v View) (*Worded, error) {
	if v.State != "pending" && !v.Taken {
		return nil, nil
	}
	w, err := row[Worded](ctx, tx, `SELECT w.id, w.state, coalesce(m.name, '') AS by, w.body, w.from_language, w.to_language, w.back
		FROM wordings w LEFT JOIN managers m ON m.id = w.manager_id WHERE w.chat_id = $1 AND w.watermark = $3
		AND ((w.state = 'held' AND w.held_id = $2 AND $4) OR (w.state = 'failed' AND w.approval_id = $2)) ORDER BY w.created_at DESC, w.id DESC LIMIT 1`, v.ChatID, v.Approval, v.ChatMark, v.State == "pending")
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: view: wording: %w", err)
	}
	return &w, nil
}

// WordingSent closes words that went as they were written.
func (tx *Tx) WordingSent(ctx context.Context, id WordingID) error {
	_, err := tx.exec(ctx, `UPDATE wordings SET state = 'dropped', next_at = NULL WHERE id = $1`, id)
	return wrapped("wording sent", err)
}

// ClientWords are the newest texts of a chat's clients, the newest first.
func (tx *Tx) ClientWords(ctx context.Context, chat ChatID, n int) ([]string, error) {
	type said struct{ Body string }
	r, err := rows[said](ctx, tx, `SELECT body FROM messages WHERE chat_id = $1 AND author = 'client' AND kind = 'text' AND deleted_at IS NULL ORDER BY sent_at DESC, id DESC LIMIT $2`, chat, n)
	if err != nil {
		return nil, fmt.Errorf("store: client's words: %w", err)
	}
	out := make([]string, len(r))
	for i := range r {
		out[i] = r[i].Body
	}
	return out, nil
}
