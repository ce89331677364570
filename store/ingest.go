package store

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
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
	Alert    *Alert // something that managers must hear, once per cause
}

// Ingest commits a webhook and returns once it is durable; repeats insert nothing. Webhooks that arrive while another
// commit is under way share the next one: whoever waits goes along, nobody waits for a timer. One poisoned webhook does
// not take its neighbours down.
func (db *DB) Ingest(ctx context.Context, w Webhook) error {
	for i := range w.Events {
		e := &w.Events[i]
		e.Message, e.Person, e.NewChat, e.NewRestaurant = NewID[messageKind](), NewID[personKind](), NewID[chatKind](), NewID[restaurantKind]()
	}
	return db.ingest.do(ctx, w)
}

// ingester groups commits: the first to come leads, the others queue up for the next group.
type ingester struct {
	commit func(context.Context, []Webhook) error

	mu      sync.Mutex
	leading bool
	queue   []*waiting
}

type waiting struct {
	webhook Webhook
	done    chan error
	lead    chan struct{} // closed when this one has to lead the next group
}

const groupCap = 64

func (g *ingester) do(ctx context.Context, w Webhook) error {
	me := &waiting{webhook: w, done: make(chan error, 1), lead: make(chan struct{})}
	g.mu.Lock()
	g.queue = append(g.queue, me)
	if !g.leading {
		g.leading = true
		close(me.lead)
	}
	g.mu.Unlock()
	select {
	case err := <-me.done:
		return err
	case <-me.lead:
	}
	// The leader's own request may be given up by the vendor; the others' must not be.
	g.leadGroup(context.WithoutCancel(ctx))
	return <-me.done
}

func (g *ingester) leadGroup(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	g.mu.Lock()
	n := min(len(g.queue), groupCap)
	group := append([]*waiting(nil), g.queue[:n]...)
	g.queue = g.queue[n:]
	g.mu.Unlock()

	g.commitGroup(ctx, group)

	g.mu.Lock()
	defer g.mu.Unlock()
	if g.leading = len(g.queue) > 0; g.leading {
		close(g.queue[0].lead)
	}
}

func (g *ingester) commitGroup(ctx context.Context, group []*waiting) {
	all := make([]Webhook, len(group))
	for i, w := range group {
		all[i] = w.webhook
	}
	err := g.commit(ctx, all)
	if isData(err) && len(group) > 1 {
		for _, w := range group {
			w.done <- g.commit(ctx, []Webhook{w.webhook})
		}
		return
	}
	for _, w := range group {
		w.done <- err
	}
}

// commitInbound is the one transaction of a group: bodies as they came, messages, statuses, and one turn job for each chat
// that became busy.
func (db *DB) commitInbound(ctx context.Context, group []Webhook) error {
	return db.System(ctx, Ingest, func(tx *Tx) error {
		var events []Inbound
		batch := &pgx.Batch{}
		for _, w := range group {
			events = append(events, w.Events...)
			batch.Queue(`INSERT INTO raw_webhooks (source, readable, body, received_at) VALUES ($1, $2, $3, $4)`, w.Source, w.Readable, w.Body, tx.Now)
			queueReceipts(batch, w.Receipts, tx.Now)
		}
		jobs, err := queueEvents(batch, events, tx.Now)
		if err != nil {
			return err
		}
		if err := tx.tx.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("store: ingest: %w", err)
		}
		for _, w := range group {
			if err := tx.raise(ctx, w.Alert); err != nil {
				return err
			}
		}
		return tx.Enqueue(ctx, *jobs...)
	})
}

func queueReceipts(batch *pgx.Batch, receipts []Receipt, now time.Time) {
	for _, r := range receipts {
		batch.Queue(`INSERT INTO receipts (channel, vendor_id, status, viewer, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			r.Channel, r.VendorID, r.Status, r.Viewer, r.At)
		if r.Status == "failed" { // a person has to know: the delivery's worker looks at it again
			batch.Queue(`UPDATE deliveries x SET next_at = $3 FROM chats c WHERE c.id = x.chat_id AND c.channel = $1 AND $2 IN (x.vendor_id, x.echo_id) AND x.state = 'known'`,
				r.Channel, r.VendorID, now)
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
