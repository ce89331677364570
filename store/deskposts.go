package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"marketa/internal/fault"
)

// Wish is a message to a client that a manager has asked for; it becomes an approval of the client's chat like any other.
type Wish struct {
	Restaurant    RestaurantID
	Chat          ChatID
	Text          string
	Notes         Notes
	PolicyVersion string
	Proposals     []Proposal
	Line          func(ctx context.Context, tx *Tx) (string, error) // what the platform puts under the text when it is held; nil: nothing
}

// Outcome is how a manager's turn ends.
type Outcome struct {
	Status    string // answered, asked, failed
	Answer    string
	Remarks   []string
	About     []RestaurantID
	Choices   *Ambiguous // asked: whom the manager has to choose from
	Confirms  []Confirm
	Reminders []Reminder
	Wishes    []Wish
	Begins    []Begin
}

// Begin is what a manager has asked for and what ends in a card of its own: it is done with the turn's end, under the
// restaurant's rights. Do must not refuse: what cannot be begun is refused by the tool.
type Begin struct {
	Confirm
	Do Effect
}

// ErrBusyChat: the bot is about to draft in a chat in which a manager wants to write; his wish waits for that.
var ErrBusyChat = fault.New(fault.Conflict, "The bot is writing in that chat right now.")

// CommitDesk ends a turn in one transaction: lease still ours; what was asked for is held, the answer shown, the next turn of
// this manager woken. With patient it gives way (ErrBusyChat) to a draft that is being made in a chat of a wish.
func (tx *Tx) CommitDesk(ctx context.Context, l DeskLease, t DeskTurn, o Outcome, patient bool) error {
	remarks, err := json.Marshal(append([]string{}, o.Remarks...))
	if err != nil {
		return wrapped("commit desk turn", err)
	}
	if err := tx.leasedDesk(ctx, `UPDATE desk_turns SET status = $3, answer = $4, remarks = $5, about = coalesce($6::uuid[], '{}'), finished_at = $7, next_at = NULL, lease_token = NULL, lease_until = NULL
		WHERE id = $1 AND lease_token = $2`, l.Turn, l.Token, o.Status, o.Answer, remarks, o.About, tx.Now); err != nil {
		return err
	}
	for _, c := range o.Confirms {
		if err := tx.holdConfirm(ctx, t, c); err != nil {
			return err
		}
	}
	for _, r := range o.Reminders {
		if err := tx.setReminder(ctx, t, r); err != nil {
			return err
		}
	}
	for _, w := range o.Wishes {
		if err := tx.Within(ctx, w.Restaurant, func(tx *Tx) error { return tx.holdWish(ctx, t, w, patient) }); err != nil {
			return err
		}
	}
	for _, b := range o.Begins {
		b.Turn = t.ID
		if err := tx.Within(ctx, b.Restaurant, func(tx *Tx) error { return b.Do(ctx, tx, b.Confirm) }); err != nil {
			return err
		}
	}
	if err := tx.savePicks(ctx, t, o.Choices); err != nil {
		return err
	}
	if err := tx.TouchDesk(ctx, t.ID); err != nil {
		return err
	}
	return tx.wakeNext(ctx, t)
}

// holdWish makes the wish the chat's pending approval, in the place of one that waits.
func (tx *Tx) holdWish(ctx context.Context, t DeskTurn, w Wish, patient bool) error {
	c, err := row[Chat](ctx, tx, `SELECT `+chatColumns+` FROM chats WHERE id = $1 FOR UPDATE`, w.Chat)
	if err != nil {
		return wrapped("hold wish", err)
	}
	if patient && c.BusySince != nil {
		return ErrBusyChat
	}
	if err := w.finish(ctx, tx); err != nil {
		return wrapped("hold wish", err)
	}
	gone, err := value[ApprovalID](ctx, tx, `SELECT retire($1, $2, $3, $4)`, c.RestaurantID, c.ID, "A manager has asked for another message to this client; its card is below.", tx.Now)
	if err != nil {
		return wrapped("hold wish", err)
	}
	if !gone.IsZero() {
		w.Notes.Warnings = append(w.Notes.Warnings, "A card of this chat was waiting; this one takes its place. If you send this, the client's words above count as answered. Discard brings the draft for them back.")
		if err := tx.Enqueue(ctx, ShowApproval{Approval: gone}); err != nil {
			return err
		}
	}
	return tx.hold(ctx, c, Finding{Turn: Turn{ID: TurnID(t.ID), Watermark: c.Watermark}, Status: "drafted", Text: w.Text, Notes: w.Notes, Proposals: w.Proposals, PolicyVersion: w.PolicyVersion})
}

// finish puts the platform's line under the text.
func (w *Wish) finish(ctx context.Context, tx *Tx) error {
	if w.Line == nil {
		return nil
	}
	line, err := w.Line(ctx, tx)
	if err == nil {
		w.Text, w.Notes = Under(w.Text, w.Notes, line)
	}
	return err
}

// Under puts a line of the platform's own under a text, which is approved with it; the managers' translation gets it too.
func Under(text string, n Notes, line string) (string, Notes) {
	full := text + "\n\n" + line
	if t := n.Translation; t != nil && t.Draft != "" && bytes.Equal(t.Of, HashText(text)) {
		with := *t
		with.Draft, with.Of = t.Draft+"\n\n"+line, HashText(full)
		n.Translation = &with
	}
	return full, n
}

// Reopen gives the client's own words back to the bot when a message that a manager had asked for is discarded.
func (tx *Tx) Reopen(ctx context.Context, id ApprovalID) (bool, error) {
	type woken struct {
		Chat       ChatID
		Restaurant RestaurantID
	}
	w, err := row[woken](ctx, tx, `SELECT chat, restaurant FROM reopen($1, $2)`, id, tx.Now)
	if err != nil || w.Chat.IsZero() {
		return false, wrapped("reopen", err)
	}
	return true, tx.Enqueue(ctx, RunTurn{Restaurant: w.Restaurant, Chat: w.Chat})
}

func (tx *Tx) savePicks(ctx context.Context, t DeskTurn, a *Ambiguous) error {
	if a == nil {
		return nil
	}
	for _, c := range a.Choices {
		if _, err := tx.exec(ctx, `INSERT INTO desk_picks (id, turn_id, name, label, restaurant_id, chat_id) VALUES ($1, $2, $3, $4, $5, $6)`,
			NewID[pickKind](), t.ID, a.Name, c.Label, c.Restaurant, c.Chat); err != nil {
			return wrapped("save picks", err)
		}
	}
	return nil
}

// wakeNext: what the manager has asked meanwhile comes next.
func (tx *Tx) wakeNext(ctx context.Context, t DeskTurn) error {
	next, err := rows[RunDesk](ctx, tx, `SELECT id AS turn FROM desk_turns WHERE manager_id = $1 AND tg_chat_id = $2 AND status = 'running' ORDER BY id LIMIT 1`, t.Manager, t.TgChatID)
	if err != nil || len(next) == 0 {
		return wrapped("wake next", err)
	}
	return tx.Enqueue(ctx, next[0])
}

// Pick is a button of "Which Anna?".
type Pick struct {
	ID         PickID
	Turn       DeskTurnID
	Name       string
	Label      string
	Restaurant RestaurantID
	Chat       ChatID
}

const pickColumns = `id, turn_id AS turn, name, label, restaurant_id AS restaurant, chat_id AS chat`

// Picks are a turn's.
func (tx *Tx) Picks(ctx context.Context, t DeskTurnID) ([]Pick, error) {
	p, err := rows[Pick](ctx, tx, `SELECT `+pickColumns+` FROM desk_picks WHERE turn_id = $1 ORDER BY id`, t)
	return p, wrapped("picks", err)
}

// PickOf reads one button's choice.
func (tx *Tx) PickOf(ctx context.Context, id PickID) (Pick, bool, error) {
	p, err := rows[Pick](ctx, tx, `SELECT `+pickColumns+` FROM desk_picks WHERE id = $1`, id)
	if err != nil || len(p) == 0 {
		return Pick{}, false, wrapped("pick", err)
	}
	return p[0], true, nil
}

// PickedAlready says whether somebody has chosen for this turn, and takes the choice if not: its buttons then go.
func (tx *Tx) PickedAlready(ctx context.Context, t DeskTurnID, label string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE desk_turns SET status = 'answered', answer = answer || ' ' || $2 WHERE id = $1 AND status = 'asked'`, t, label)
	if err != nil || n == 0 {
		return true, wrapped("pick", err)
	}
	return false, tx.TouchDesk(ctx, t)
}

// DeskTurn reads one.
func (tx *Tx) DeskTurn(ctx context.Context, id DeskTurnID) (DeskTurn, error) {
	t, err := row[DeskTurn](ctx, tx, `SELECT `+deskColumns+` FROM desk_turns WHERE id = $1`, id)
	return t, wrapped("desk turn", err)
}

// TouchDesk has the manager's message drawn (again).
func (tx *Tx) TouchDesk(ctx context.Context, id DeskTurnID) error {
	if _, err := tx.exec(ctx, `UPDATE desk_posts SET rev = rev + 1, next_at = $2 WHERE turn_id = $1`, id, tx.Now); err != nil {
		return wrapped("touch desk", err)
	}
	return tx.Enqueue(ctx, ShowDesk{Turn: id})
}

// DeskView is everything that the manager's message shows.
type DeskView struct {
	Turn      DeskTurn
	Manager   Manager
	Zone      string
	Picks     []Pick
	Confirms  []Confirm
	Reminders []Reminder
	Rev       int64
	PostID    *int64 // the message in Telegram, once there is one
}

// LeaseDeskView takes the drawing of a turn's message. ErrLeaseLost when somebody draws already or nothing is due.
func (tx *Tx) LeaseDeskView(ctx context.Context, id DeskTurnID) (v DeskView, token LeaseToken, err error) {
	type post struct {
		Rev       int64
		MessageID *int64
	}
	token = NewID[leaseKind]()
	p, err := rows[post](ctx, tx, `UPDATE desk_posts SET lease_token = $2, lease_until = $3 WHERE turn_id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
		RETURNING rev, message_id`, id, token, tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return v, token, wrapped("lease desk view", err)
	}
	if len(p) == 0 {
		return v, token, ErrLeaseLost
	}
	v.Rev, v.PostID = p[0].Rev, p[0].MessageID
	if v.Turn, err = tx.DeskTurn(ctx, id); err != nil {
		return v, token, err
	}
	if v.Manager, err = tx.Manager(ctx, v.Turn.Manager); err != nil {
		return v, token, err
	}
	if v.Zone, err = tx.DeskZone(ctx); err != nil {
		return v, token, err
	}
	if v.Picks, err = tx.Picks(ctx, id); err != nil {
		return v, token, err
	}
	if v.Confirms, err = tx.Confirms(ctx, id); err != nil {
		return v, token, err
	}
	v.Reminders, err = tx.Reminders(ctx, id)
	return v, token, err
}

// DeskShown records that the message shows rev. If the row has changed meanwhile, another drawing follows.
func (tx *Tx) DeskShown(ctx context.Context, id DeskTurnID, token LeaseToken, rev, message int64) error {
	again, err := value[bool](ctx, tx, `UPDATE desk_posts SET shown = $3, failures = 0, message_id = $4, lease_token = NULL, lease_until = NULL,
		next_at = CASE WHEN rev = $3 THEN NULL ELSE $5::timestamptz END WHERE turn_id = $1 AND lease_token = $2 RETURNING rev <> $3`, id, token, rev, message, tx.Now)
	if errors.Is(err, fault.NotFound) {
		return nil // another worker has it
	}
	if err != nil || !again {
		return wrapped("desk shown", err)
	}
	return tx.Enqueue(ctx, ShowDesk{Turn: id})
}

// DeskShowLater gives the drawing back; never is for what Telegram will not take, however often.
func (tx *Tx) DeskShowLater(ctx context.Context, id DeskTurnID, token LeaseToken, after time.Duration, mostFailures int) (givenUp bool, err error) {
	n, err := value[int](ctx, tx, `UPDATE desk_posts SET lease_token = NULL, lease_until = NULL, failures = failures + 1,
		next_at = CASE WHEN failures + 1 >= $4 THEN NULL ELSE $5::timestamptz + greatest($3::interval, interval '3 seconds' * power(2, least(failures, 5))) END
		WHERE turn_id = $1 AND lease_token = $2 RETURNING failures`, id, token, after, mostFailures, tx.Now)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return n >= mostFailures, wrapped("desk show later", err)
}

// DeskPostAt is the turn behind a message of the bot's.
func (tx *Tx) DeskPostAt(ctx context.Context, tgChat, message int64) (DeskTurn, bool, error) {
	t, err := rows[DeskTurn](ctx, tx, `SELECT `+deskColumns+` FROM desk_turns WHERE tg_chat_id = $1 AND id IN (SELECT turn_id FROM desk_posts WHERE message_id = $2) ORDER BY id DESC LIMIT 1`, tgChat, message)
	if err != nil || len(t) == 0 {
		return DeskTurn{}, false, wrapped("desk post", err)
	}
	return t[0], true, nil
}

// Decidable says what waits for a tap of this manager: cards of clients, and effects that he has asked for.
func (tx *Tx) Decidable(ctx context.Context, m ManagerID) (cards, confirms int, err error) {
	if cards, err = value[int](ctx, tx, `SELECT count(*)::int FROM approvals WHERE state = 'pending'`); err != nil {
		return 0, 0, wrapped("decidable", err)
	}
	confirms, err = value[int](ctx, tx, `SELECT count(*)::int FROM confirms WHERE state = 'pending' AND manager_id = $1`, m)
	return cards, confirms, wrapped("decidable", err)
}
