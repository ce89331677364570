package store

import (
	"context"
	"fmt"
	"time"
)

// Fixed texts are words that people wrote and an owner approved once, filled from records only. The database renders and sends them
// (send_fixed in migrations/0020_fixed.sql); nothing here can put a word into one.

// OutOfHours is the note that nobody is at the agency's desks, with the time when somebody is.
const OutOfHours = "out_of_hours"

// FixedOutcome is what the database said to a fixed text.
type FixedOutcome struct {
	Outcome  string // sent, gone, off, not_here, hours, budget, field, language
	Reason   string // field: which
	Delivery DeliveryID
}

// SendFixed asks the database to send a fixed text to a chat, in the first of the languages that it has, else in English.
// What it refuses is no error. An error leaves the rest of the transaction whole.
func (tx *Tx) SendFixed(ctx context.Context, key string, chat ChatID, languages []string) (f FixedOutcome, err error) {
	err = tx.apart(ctx, func(tx *Tx) error {
		f, err = row[FixedOutcome](ctx, tx, `SELECT outcome, reason, delivery FROM send_fixed($1, $2, $3, $4, $5, $6, $7)`,
			key, chat, append([]string{}, languages...), NewID[fixedKind](), NewID[outboundKind](), NewID[deliveryKind](), tx.Now)
		if err == nil && f.Outcome == "sent" {
			err = tx.Enqueue(ctx, Deliver{Restaurant: tx.Restaurant, Delivery: f.Delivery})
		}
		return err
	})
	if err != nil {
		return f, fmt.Errorf("store: send fixed text: %w", err)
	}
	return f, nil
}

// apart runs fn in a savepoint: what fails there is undone by itself.
func (tx *Tx) apart(ctx context.Context, fn func(tx *Tx) error) error {
	inner, err := tx.tx.Begin(ctx)
	if err != nil {
		return err
	}
	part := *tx
	part.tx = inner
	if err := fn(&part); err != nil {
		_ = inner.Rollback(context.WithoutCancel(ctx))
		return err
	}
	return inner.Commit(ctx)
}

// FixedText is one of them, as managers see it.
type FixedText struct {
	Key           string
	Title         string
	On            bool
	SwitchedAt    *time.Time // nil: nobody has ever switched it
	SwitchedName  string
	Office        string // closed, open, any: when the agency is
	Every         time.Duration
	PerChat       int // a day, as the two below
	PerRestaurant int
	PerDay        int
	Today         int        // sent today
	Version       int        // in force; 0: none was ever approved
	ApprovedName  string     // of that one
	ApprovedAt    *time.Time // of that one
	Newest        FixedVersion
}

// Waiting says that a newer wording waits for an owner's yes.
func (f FixedText) Waiting() bool { return f.Newest.Number != f.Version }

// FixedVersion is one state of its wordings.
type FixedVersion struct {
	ID       FixedVersionID
	Number   int
	Hash     []byte            // what an owner approves
	Wordings map[string]string // language → template
	Samples  map[string]string // language → how it would read to Anna of the Trattoria Demo if it were sent now
	ByName   string            // who proposed it; empty: it came with Marketa
}

const fixedSelect = `SELECT t.key, t.title, t.switched_on AS on, t.switched_at, coalesce(sm.name, '') AS switched_name, t.office, t.every, t.per_chat, t.per_restaurant, t.per_day,
	(SELECT count(*) FROM fixed_sends s WHERE s.key = t.key AND s.created_at >= date_trunc('day', $1 AT TIME ZONE o.zone) AT TIME ZONE o.zone) AS today,
	coalesce(f.version, 0) AS version, coalesce(f.name, '') AS approved_name, f.approved_at,
	n.id AS newest_id, n.version AS newest_number, n.hash, n.wordings, coalesce(nm.name, '') AS by_name,
	(SELECT jsonb_object_agg(w.key, coalesce(render_fixed(w.value, jsonb_build_object('first_name', 'Anna', 'restaurant', 'Trattoria Demo',
		'day', fixed_day(w.key, (office_opens(o, $1) AT TIME ZONE o.zone)::date, ($1 AT TIME ZONE o.zone)::date), 'opens_at', to_char(o.opens, 'HH24:MI'), 'closes_at', to_char(o.closes, 'HH24:MI'))), w.value))
		FROM jsonb_each_text(n.wordings) w) AS samples
	FROM fixed_texts t CROSS JOIN office o
	JOIN LATERAL (SELECT * FROM fixed_versions v WHERE v.key = t.key ORDER BY v.version DESC LIMIT 1) n ON true
	LEFT JOIN LATERAL (SELECT v.version, m.name, a.approved_at FROM fixed_versions v JOIN fixed_approvals a ON a.version_id = v.id JOIN managers m ON m.id = a.approved_by
		WHERE v.key = t.key ORDER BY v.version DESC LIMIT 1) f ON true
	LEFT JOIN managers sm ON sm.id = t.switched_by LEFT JOIN managers nm ON nm.id = n.proposed_by`

// FixedTexts are all of them, in the order of their names.
func (tx *Tx) FixedTexts(ctx context.Context) ([]FixedText, error) {
	type flat struct {
		Key, Title                     string
		On                             bool
		SwitchedAt                     *time.Time
		SwitchedName, Office           string
		Every                          time.Duration
		PerChat, PerRestaurant, PerDay int
		Today, Version                 int
		ApprovedName                   string
		ApprovedAt                     *time.Time
		NewestID                       FixedVersionID
		NewestNumber                   int
		Hash                           []byte
		Wordings                       map[string]string
		ByName                         string
		Samples                        map[string]string
	}
	r, err := rows[flat](ctx, tx, fixedSelect+` ORDER BY t.title`, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("store: fixed texts: %w", err)
	}
	out := make([]FixedText, len(r))
	for i, x := range r {
		out[i] = FixedText{Key: x.Key, Title: x.Title, On: x.On, SwitchedAt: x.SwitchedAt, SwitchedName: x.SwitchedName, Office: x.Office, Every: x.Every,
			PerChat: x.PerChat, PerRestaurant: x.PerRestaurant, PerDay: x.PerDay, Today: x.Today, Version: x.Version, ApprovedName: x.ApprovedName, ApprovedAt: x.ApprovedAt,
			Newest: FixedVersion{ID: x.NewestID, Number: x.NewestNumber, Hash: x.Hash, Wordings: x.Wordings, Samples: x.Samples, ByName: x.ByName}}
	}
	return out, nil
}

// Office is the agency's own hours, and whether all fixed texts are stopped.
type Office struct {
	Zone        string
	Days        []int32 // 1 is Monday
	Opens       string  // 09:00
	Closes      string
	OpenNow     bool
	StoppedAt   *time.Time
	StoppedName string
}

// Office reads it.
func (tx *Tx) Office(ctx context.Context) (Office, error) {
	o, err := row[Office](ctx, tx, `SELECT o.zone, o.days, to_char(o.opens, 'HH24:MI') AS opens, to_char(o.closes, 'HH24:MI') AS closes, office_open(o, $1) AS open_now,
		o.stopped_at, coalesce(m.name, '') AS stopped_name FROM office o LEFT JOIN managers m ON m.id = o.stopped_by`, tx.Now)
	if err != nil {
		return o, fmt.Errorf("store: office: %w", err)
	}
	return o, nil
}

// SetOffice changes the agency's hours, for an owner: ok, denied, zone, hours.
func (tx *Tx) SetOffice(ctx context.Context, telegramID int64, o Office) (string, error) {
	out, err := value[string](ctx, tx, `SELECT set_office($1, $2, $3::time, $4::time, $5, $6)`, o.Zone, o.Days, o.Opens, o.Closes, telegramID, tx.Now)
	if err != nil {
		return "", fmt.Errorf("store: set office: %w", err)
	}
	return out, nil
}

// ProposeFixed proposes another wording in one language: ok, denied, gone, length, same, or field with the ones that are unknown.
func (tx *Tx) ProposeFixed(ctx context.Context, telegramID int64, key, language, text string) (FixedOutcome, error) {
	f, err := row[FixedOutcome](ctx, tx, `SELECT outcome, reason, NULL::uuid AS delivery FROM propose_fixed($1, $2, $3, $4, $5, $6)`,
		NewID[fixedKind](), key, language, text, telegramID, tx.Now)
	if err != nil {
		return f, fmt.Errorf("store: propose fixed text: %w", err)
	}
	return f, nil
}

// ApproveFixed is an owner's yes to a version as he has seen it: ok, denied, gone, already, stale.
func (tx *Tx) ApproveFixed(ctx context.Context, telegramID int64, version FixedVersionID, hash []byte) (string, error) {
	out, err := value[string](ctx, tx, `SELECT approve_fixed($1, $2, $3, $4)`, version, hash, telegramID, tx.Now)
	if err != nil {
		return "", fmt.Errorf("store: approve fixed text: %w", err)
	}
	return out, nil
}

// SwitchFixed turns one text off or on: ok, denied, unapproved, already. An empty key means all of them.
func (tx *Tx) SwitchFixed(ctx context.Context, telegramID int64, key string, on bool) (string, error) {
	return tx.switchFixed(ctx, telegramID, key, RestaurantID{}, on)
}

// SwitchFixedFor turns all texts to one restaurant off or on.
func (tx *Tx) SwitchFixedFor(ctx context.Context, telegramID int64, r RestaurantID, on bool) (string, error) {
	return tx.switchFixed(ctx, telegramID, "", r, on)
}

func (tx *Tx) switchFixed(ctx context.Context, telegramID int64, key string, r RestaurantID, on bool) (string, error) {
	out, err := value[string](ctx, tx, `SELECT switch_fixed(nullif($1, ''), $2, $3, $4, $5)`, key, r, on, telegramID, tx.Now)
	if err != nil {
		return "", fmt.Errorf("store: switch fixed text: %w", err)
	}
	return out, nil
}

// FixedSent is a fixed text that went out while a card's messages waited.
type FixedSent struct {
	Title string
	At    time.Time
	State string // of its delivery
}

// fixedSent are those that the client got for the messages of a card.
func (tx *Tx) fixedSent(ctx context.Context, v View) ([]FixedSent, error) {
	s, err := rows[FixedSent](ctx, tx, `SELECT t.title, s.created_at AS at, x.state FROM fixed_sends s JOIN fixed_texts t ON t.key = s.key JOIN outbound o ON o.fixed_id = s.id
		JOIN deliveries x ON x.outbound_id = o.id WHERE s.chat_id = $1 AND o.watermark > $2 AND o.watermark <= $3 ORDER BY s.created_at`, v.ChatID, v.From, v.Watermark)
	if err != nil {
		return nil, fmt.Errorf("store: view: fixed texts: %w", err)
	}
	return s, nil
}

// fixedStands looks once more, right before a fixed text leaves: nobody has switched it off, and nobody has answered the client or
// begun to write since. True for everything else.
func (tx *Tx) fixedStands(ctx context.Context, d Delivery) (bool, error) {
	if !d.Fixed {
		return true, nil
	}
	stands, err := value[bool](ctx, tx, `SELECT t.switched_on AND f.stopped_at IS NULL AND NOT EXISTS (SELECT FROM fixed_stops h WHERE h.restaurant_id = c.restaurant_id)
		AND NOT (c.taken_by IS NOT NULL AND c.taken_until > $2) AND (t.office <> 'closed' OR c.handled < o.watermark)
		FROM outbound o JOIN fixed_sends s ON s.id = o.fixed_id JOIN fixed_texts t ON t.key = s.key JOIN chats c ON c.id = o.chat_id CROSS JOIN office f WHERE o.id = $1`, d.OutboundID, tx.Now)
	if err != nil {
		return false, fmt.Errorf("store: intend: %w", err)
	}
	return stands, nil
}

// withdrawFixed takes a fixed text back before it left. Nothing else hangs on it.
func (tx *Tx) withdrawFixed(ctx context.Context, d Delivery) error {
	if err := tx.setDelivery(ctx, d, `state = 'withdrawn', reason = $3, next_at = NULL, lease_token = NULL, lease_until = NULL`, "Switched off or overtaken before it left."); err != nil {
		return err
	}
	return tx.touchPending(ctx, d.ChatID)
}

// fixedInDoubt tells the managers of a fixed text that did not arrive, or perhaps not. It has no card that could ask, and nothing
// is repeated: the client's words wait on a card of their own.
func (tx *Tx) fixedInDoubt(ctx context.Context, d Delivery) error {
	if err := tx.touchPending(ctx, d.ChatID); err != nil {
		return err
	}
	return tx.Raise(ctx, Alert{Cause: "fixed-in-doubt", Key: d.ID.String(), Who: d.Who,
		Text: "A fixed text may not have arrived at a client. I do not send it again; the client's words wait on their card as always."})
}
