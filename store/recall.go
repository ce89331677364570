package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"marketa/internal/fault"
)

// Recall is a part of one chat's history as the vendor has it, oldest first.
type Recall struct {
	Channel  Channel
	Chat     VendorChatID
	Group    bool      // which all our numbers share
	Past     []Inbound // from before our time: kept, and nobody is woken
	Missed   []Inbound // what should have come: it wakes a turn as if it had
	Abouts   []About   // what stands around the missed ones; of the past only the words are kept
	Receipts []Receipt
	Since    time.Time // when we began to listen: what is older was not missed by any webhook
}

// Recall keeps what the vendor's history has and we do not, through the same ingest as webhooks; repeats insert nothing. What
// is past is kept as handled. What was missed leads to the same turn as a live message, unless somebody has answered it from
// the phone since; it is noted as a gap until a webhook brings it after all. It returns how many messages were missing.
func (db *DB) Recall(ctx context.Context, r Recall) (missing int, err error) {
	for i := range r.Past {
		db.fillIn(&r.Past[i])
	}
	for i := range r.Missed {
		db.fillIn(&r.Missed[i])
	}
	for range 3 { // one that lost a race between replicas is tried again
		err = db.System(ctx, Ingest, func(tx *Tx) (err error) { missing, err = tx.recall(ctx, r); return err })
		if !isRace(err) {
			break
		}
	}
	if !isData(err) || len(r.Past)+len(r.Missed) <= 1 {
		return missing, err
	}
	return db.recallOneByOne(ctx, r)
}

// recallOneByOne keeps what the database takes of a history that it refuses as a whole.
func (db *DB) recallOneByOne(ctx context.Context, r Recall) (missing int, err error) {
	var parts []Recall
	for _, e := range r.Past {
		parts = append(parts, Recall{Channel: r.Channel, Chat: r.Chat, Group: r.Group, Since: r.Since, Past: []Inbound{e}})
	}
	for _, e := range r.Missed {
		parts = append(parts, Recall{Channel: r.Channel, Chat: r.Chat, Group: r.Group, Since: r.Since, Missed: []Inbound{e}})
	}
	for _, a := range r.Abouts {
		parts = append(parts, Recall{Channel: r.Channel, Chat: r.Chat, Group: r.Group, Abouts: []About{a}})
	}
	for _, part := range append(parts, Recall{Channel: r.Channel, Chat: r.Chat, Group: r.Group, Receipts: r.Receipts}) {
		n, err := 0, db.System(ctx, Ingest, func(tx *Tx) (err error) { n, err := tx.recall(ctx, part); missing += n; return err })
		if err != nil && !isData(err) {
			return missing + n, err
		}
	}
	return missing, nil
}

// placeOf is a chat's row before a recall.
type placeOf struct {
	ID            ChatID
	Watermark     int64
	Handled       int64
	BusySince     *time.Time
	LastInboundAt *time.Time
}

// place is the chat's row, locked. A group is one chat for all our numbers.
func (tx *Tx) place(ctx context.Context, r Recall) (placeOf, error) {
	where := `channel = $1 AND vendor_chat_id = $2`
	if r.Group {
		where = `vendor_chat_id = $2 AND (kind = 'group' OR channel = $1) ORDER BY kind = 'group' DESC LIMIT 1`
	}
	return row[placeOf](ctx, tx, `SELECT id, watermark, handled, busy_since, last_inbound_at FROM chats WHERE `+where+` FOR UPDATE`, r.Channel, r.Chat)
}

func (tx *Tx) recall(ctx context.Context, r Recall) (missing int, err error) {
	// The chat stands still meanwhile, also one that is not known yet (ingest takes the same lock for that).
	lane := string(r.Channel)
	if r.Group {
		lane = ""
	}
	if _, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 7))`, lane, r.Chat); err != nil {
		return 0, fmt.Errorf("store: recall: %w", err)
	}
	before, err := tx.place(ctx, r)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return 0, fmt.Errorf("store: recall: %w", err)
	}
	known, err := tx.knownOf(ctx, r.Channel, r.Past, r.Missed)
	if err != nil {
		return 0, err
	}
	if err := tx.keepPast(ctx, r, before, known); err != nil {
		return 0, err
	}
	jobs, err := tx.keepMissed(ctx, r, before)
	if err != nil {
		return 0, err
	}
	if missing, err = tx.noteGaps(ctx, r, known); err != nil {
		return 0, err
	}
	return missing, tx.Enqueue(ctx, jobs...)
}

// knownMessage is what we had of a message.
type knownMessage struct {
	VendorID VendorMessageID
	Version  int
	Deleted  bool
}

func (tx *Tx) knownOf(ctx context.Context, channel Channel, lists ...[]Inbound) (map[VendorMessageID]knownMessage, error) {
	var ids []VendorMessageID
	for _, list := range lists {
		for _, e := range list {
			ids = append(ids, e.VendorID)
			if e.Target != "" {
				ids = append(ids, e.Target)
			}
		}
	}
	m, err := rows[knownMessage](ctx, tx, `SELECT vendor_id, version, deleted_at IS NOT NULL AS deleted FROM messages WHERE channel = $1 AND vendor_id = ANY($2)
		UNION ALL SELECT k.vendor_id, m.version, m.deleted_at IS NOT NULL FROM copies k JOIN messages m ON m.id = k.message_id WHERE k.channel = $1 AND k.vendor_id = ANY($2)`, channel, ids)
	if err != nil {
		return nil, fmt.Errorf("store: recall: %w", err)
	}
	known := map[VendorMessageID]knownMessage{}
	for _, k := range m {
		known[k.VendorID] = k
	}
	return known, nil
}

// keepPast writes down what is older than our time without waking anybody: the chat stays as it was, and the messages stand
// below all that counts as unanswered.
func (tx *Tx) keepPast(ctx context.Context, r Recall, before placeOf, known map[VendorMessageID]knownMessage) error {
	if len(r.Past) == 0 {
		return nil
	}
	if _, err := tx.ingestEvents(ctx, r.Past, nil, nil); err != nil {
		return err
	}
	var fresh []VendorMessageID
	for _, e := range r.Past {
		if _, there := known[e.VendorID]; !there {
			fresh = append(fresh, e.VendorID)
		}
		if e.Target != "" {
			fresh = append(fresh, e.Target) // as old as what changed it, or older
		}
	}
	if _, err := tx.exec(ctx, `UPDATE messages SET seq = 0 WHERE channel = $1 AND vendor_id = ANY($2)`, r.Channel, fresh); err != nil {
		return fmt.Errorf("store: recall: %w", err)
	}
	now, err := tx.place(ctx, r)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store: recall: %w", err)
	}
	if _, err := tx.exec(ctx, `UPDATE chats SET watermark = $2, handled = $3, busy_since = $4, last_inbound_at = $5 WHERE id = $1`,
		now.ID, before.Watermark, before.Handled, before.BusySince, before.LastInboundAt); err != nil {
		return fmt.Errorf("store: recall: %w", err)
	}
	return nil
}

func (tx *Tx) ingestEvents(ctx context.Context, events []Inbound, abouts []About, receipts []Receipt) ([]river.JobArgs, error) {
	batch := &pgx.Batch{}
	jobs, err := queueEvents(batch, events, tx.Now)
	if err != nil {
		return nil, err
	}
	fetch, err := queueAbouts(batch, abouts, tx.Now)
	if err != nil {
		return nil, err
	}
	queueReceipts(batch, receipts, tx.Now)
	if err := tx.tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("store: recall: %w", err)
	}
	return append(*jobs, *fetch...), nil
}

// keepMissed writes down what should have come. History tells the order in which things happened: what a person has answered
// from the phone since is answered, and an answer from the phone does not answer what came after it.
func (tx *Tx) keepMissed(ctx context.Context, r Recall, before placeOf) ([]river.JobArgs, error) {
	jobs, err := tx.ingestEvents(ctx, r.Missed, r.Abouts, r.Receipts)
	if err != nil || len(r.Missed) == 0 {
		return jobs, err
	}
	now, err := tx.place(ctx, r)
	if errors.Is(err, fault.NotFound) || err == nil && now.Watermark == before.Watermark {
		return jobs, nil // nothing new
	}
	if err != nil {
		return nil, fmt.Errorf("store: recall: %w", err)
	}
	if _, err := tx.exec(ctx, `WITH phone AS (SELECT sent_at, seq FROM messages WHERE chat_id = $1 AND author = 'phone' AND deleted_at IS NULL AND kind <> 'reaction'
			ORDER BY sent_at DESC, seq DESC LIMIT 1),
		asked AS (SELECT m.seq, EXISTS (SELECT FROM phone p WHERE (p.sent_at, p.seq) > (m.sent_at, m.seq)) AS answered FROM messages m
			WHERE m.chat_id = $1 AND m.author = 'client' AND NOT m.aside AND m.deleted_at IS NULL AND m.kind <> 'reaction' AND m.seq > $2)
		UPDATE chats SET handled = CASE WHEN EXISTS (SELECT FROM asked WHERE NOT answered) THEN (SELECT min(seq) - 1 FROM asked WHERE NOT answered)
			WHEN EXISTS (SELECT FROM asked) THEN watermark ELSE handled END WHERE id = $1`, now.ID, before.Handled); err != nil {
		return nil, fmt.Errorf("store: recall: %w", err)
	}
	return jobs, nil
}

// noteGaps counts what was not there, or not like this, before.
func (tx *Tx) noteGaps(ctx context.Context, r Recall, known map[VendorMessageID]knownMessage) (int, error) {
	var ids []VendorMessageID
	for _, e := range r.Missed {
		id := e.VendorID
		if e.Target != "" {
			id = e.Target
		}
		if e.Op == OpReaction || e.Op == OpNote {
			continue
		}
		ids = append(ids, id)
	}
	type found struct {
		VendorID VendorMessageID
		ChatID   ChatID
		Version  int
		Deleted  bool
		SentAt   time.Time
	}
	now, err := rows[found](ctx, tx, `SELECT vendor_id, chat_id, version, deleted_at IS NOT NULL AS deleted, sent_at FROM messages
		WHERE channel = $1 AND vendor_id = ANY($2) AND author <> 'marketa' AND sent_at >= $3`, r.Channel, ids, r.Since.Truncate(time.Second))
	if err != nil {
		return 0, fmt.Errorf("store: recall: %w", err)
	}
	missing := 0
	for _, f := range now {
		if k, there := known[f.VendorID]; there && k.Version == f.Version && k.Deleted == f.Deleted {
			continue
		}
		n, err := tx.exec(ctx, `INSERT INTO gaps (channel, vendor_id, chat_id, sent_at, found_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			r.Channel, f.VendorID, f.ChatID, f.SentAt, tx.Now)
		if err != nil {
			return 0, fmt.Errorf("store: recall: %w", err)
		}
		missing += int(n)
	}
	if missing == 0 {
		return 0, nil
	}
	_, err = tx.exec(ctx, `UPDATE chores SET next_at = least(next_at, $3) WHERE channel = $1 AND kind = $2`, r.Channel, ChoreReport, tx.Now.Add(GapSettles))
	return missing, err
}

// GapSettles is how long a webhook may still bring what history had: the vendor tries again for a while.
const GapSettles = 10 * time.Minute
