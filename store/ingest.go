package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Op is what a client (or our own phone) did.
type Op string

const (
	OpMessage  Op = "message"
	OpEdit     Op = "edit"     // Body is the new text of Target
	OpDelete   Op = "delete"   // Target is gone
	OpReaction Op = "reaction" // Body is the emoji, empty when taken back
	OpNote     Op = "note"     // WhatsApp's own line, or something without words: kept, but nothing to answer
	OpEcho     Op = "echo"     // sent under our number: by us, or by a person on the phone
)

// Author is who wrote a message.
type Author string

const (
	Client  Author = "client"
	Phone   Author = "phone"   // a person of the agency, on the phone
	Marketa Author = "marketa" // sent by this system after an approval
)

// Inbound is one thing that happened in a client's chat, already converted from the vendor's words.
type Inbound struct {
	Op         Op              `json:"op"`
	Channel    Channel         `json:"channel"`
	Chat       VendorChatID    `json:"chat"`
	ChatKind   string          `json:"chat_kind"` // direct, group, other
	Title      string          `json:"title,omitempty"`
	VendorID   VendorMessageID `json:"vendor_id"`
	Target     VendorMessageID `json:"target,omitempty"` // of an edit or a delete
	Author     Author          `json:"author"`
	Sender     string          `json:"sender,omitempty"` // the vendor's id of the person
	SenderName string          `json:"sender_name,omitempty"`
	Kind       string          `json:"kind"` // text, image, voice, …
	Body       string          `json:"body"` // the words; for other kinds a visible form such as "[photo] caption"
	Quoted     VendorMessageID `json:"quoted,omitempty"`
	SentAt     time.Time       `json:"sent_at"`
	Print      string          `json:"print,omitempty"` // sha256 of its file, as the vendor gives it
	Words      string          `json:"words,omitempty"` // of a file: its caption, without what Body puts before it

	// In a group: whom it is meant for. Ids are digits of a phone, or a hidden identity with its @lid.
	Mentions     string `json:"mentions,omitempty"` // between single blanks
	QuotedAuthor string `json:"quoted_author,omitempty"`
	Spoken       string `json:"spoken,omitempty"` // the words as names are compared: small letters between single blanks
	Asks         bool   `json:"asks,omitempty"`   // there is a question mark in it

	// Ids for the rows it may make; Ingest fills them in.
	Message       MessageID    `json:"message"`
	Person        PersonID     `json:"person"`
	NewChat       ChatID       `json:"new_chat"`
	NewRestaurant RestaurantID `json:"new_restaurant"`
}

// Receipt is a status of one of our messages.
type Receipt struct {
	Channel  Channel
	VendorID VendorMessageID
	Status   string // pending, sent, delivered, read, played, failed
	Viewer   string // in groups: who has read it
	At       time.Time
}

// Webhook is one request of a vendor with everything it said.
type Webhook struct {
	Source   string // whapi/marketa/bot
	Body     []byte // as it came
	Readable bool
	Events   []Inbound
	Receipts []Receipt
	Groups   []GroupNews
	Abouts   []About // what stands around the messages among Events
	Alert    *Alert  // something that managers must hear, once per cause
}

// Ingest commits a webhook and returns once it is durable; repeats insert nothing. Webhooks that arrive while another
// commit is under way share the next one: whoever waits goes along, nobody waits for a timer.
//
// One poisoned webhook does not take its neighbours down, nor is it an error: what the database refuses is kept as bytes
// and told to the managers, since the vendor would bring it again for ever.
func (db *DB) Ingest(ctx context.Context, w Webhook) error {
	now := db.Clock.Now()
	w.Events, w.Receipts = slices.Clone(w.Events), slices.Clone(w.Receipts)
	for i := range w.Events {
		db.fillIn(&w.Events[i])
	}
	for i := range w.Receipts {
		w.Receipts[i].At = plausible(w.Receipts[i].At, now)
	}
	return db.ingest.do(ctx, w)
}

// fillIn gives an event the ids of the rows that it may make.
func (db *DB) fillIn(e *Inbound) {
	e.Message, e.Person, e.NewChat, e.NewRestaurant = NewID[messageKind](), NewID[personKind](), NewID[chatKind](), NewID[restaurantKind]()
	e.SentAt = plausible(e.SentAt, db.Clock.Now())
}

// plausible is a vendor's time, or now where it cannot be meant (milliseconds taken for seconds, a clock gone wrong): a
// message from the future would stand at the end of its conversation for years.
func plausible(at, now time.Time) time.Time {
	if at.Year() < 2000 || at.After(now.Add(24*time.Hour)) {
		return now
	}
	return at
}

// commitInbound is the one transaction of a group: bodies as they came, messages, statuses, and one turn job for each chat
// that became busy.
func (db *DB) commitInbound(ctx context.Context, group []Webhook) error {
	return db.System(ctx, Ingest, func(tx *Tx) error {
		batch := &pgx.Batch{}
		for _, w := range group {
			queueBody(batch, w, tx.Now)
		}
		return tx.keepSaid(ctx, batch, group)
	})
}

func queueBody(batch *pgx.Batch, w Webhook, now time.Time) {
	batch.Queue(`INSERT INTO raw_webhooks (source, readable, body, received_at) VALUES ($1, $2, $3, $4)`, w.Source, w.Readable, w.Body, now)
}

// keepSaid writes down what webhooks said, behind what is in the batch already.
func (tx *Tx) keepSaid(ctx context.Context, batch *pgx.Batch, group []Webhook) error {
	var events []Inbound
	var receipts []Receipt
	var abouts []About
	for _, w := range group {
		events, receipts, abouts = append(events, w.Events...), append(receipts, w.Receipts...), append(abouts, w.Abouts...)
	}
	jobs, err := queueEvents(batch, events, tx.Now)
	if err != nil {
		return err
	}
	fetch, err := queueAbouts(batch, abouts, tx.Now)
	if err != nil {
		return err
	}
	queueArrivals(batch, events, tx.Now)
	queueReceipts(batch, receipts, tx.Now) // behind the events: chats are locked before deliveries, everywhere
	if err := tx.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("store: ingest: %w", err)
	}
	for _, w := range group {
		if err := tx.hearGroups(ctx, w.Groups); err != nil {
			return err
		}
		if err := tx.raise(ctx, w.Alert); err != nil {
			return err
		}
	}
	return tx.Enqueue(ctx, append(*jobs, *fetch...)...)
}

// queueReceipts is in one order for everybody: two replicas that are told the same must not wait for each other in a circle.
func queueReceipts(batch *pgx.Batch, receipts []Receipt, now time.Time) {
	slices.SortFunc(receipts, func(a, b Receipt) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.VendorID, b.VendorID), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Viewer, b.Viewer))
	})
	const insert = `INSERT INTO receipts (channel, vendor_id, status, viewer, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	// A person has to know: the delivery's worker looks at it again.
	const failed = `WITH fresh AS (` + insert + ` RETURNING channel, vendor_id) UPDATE deliveries x SET next_at = $6 FROM fresh f, chats c
		WHERE c.id = x.chat_id AND coalesce(x.channel, c.channel) = f.channel AND f.vendor_id IN (x.vendor_id, x.echo_id) AND x.state = 'known'`
	for _, r := range receipts {
		if r.Status == "failed" {
			batch.Queue(failed, r.Channel, r.VendorID, r.Status, r.Viewer, r.At, now)
		} else {
			batch.Queue(insert, r.Channel, r.VendorID, r.Status, r.Viewer, r.At)
		}
	}
}

// queueEvents hands all events to the database in one statement; the jobs are there once the batch was sent.
func queueEvents(batch *pgx.Batch, events []Inbound, now time.Time) (*[]river.JobArgs, error) {
	var jobs []river.JobArgs
	if len(events) == 0 {
		return &jobs, nil
	}
	payload, err := json.Marshal(events)
	if err != nil {
		return nil, fmt.Errorf("store: ingest: %w", err)
	}
	batch.Queue(`SELECT chat, restaurant FROM ingest($1, $2)`, payload, now).Query(func(r pgx.Rows) error {
		woken, err := pgx.CollectRows(r, func(r pgx.CollectableRow) (RunTurn, error) {
			var j RunTurn
			return j, r.Scan(&j.Chat, &j.Restaurant)
		})
		for _, j := range woken {
			jobs = append(jobs, j)
		}
		return err
	})
	return &jobs, nil
}
