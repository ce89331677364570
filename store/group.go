package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ingester groups commits: the first to come leads, the others queue up for the next group.
type ingester struct {
	commit  func(context.Context, []Webhook) error
	salvage func(context.Context, Webhook) error // of one that the database refuses

	mu      sync.Mutex
	leading bool
	queue   []*waiting
}

type waiting struct {
	webhook Webhook
	done    chan error
	lead    chan struct{} // closed when this one has to lead the next group
}

const (
	groupCap   = 64
	groupBytes = 16 << 20
)

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
	case <-ctx.Done():
		if g.leave(me) {
			return fmt.Errorf("store: ingest: %w", context.Cause(ctx))
		}
		select { // too late to leave
		case err := <-me.done:
			return err
		case <-me.lead:
		}
	}
	// The leader's own request may be given up by the vendor; the others' must not be.
	g.leadGroup(context.WithoutCancel(ctx))
	return <-me.done
}

// leave gives a place in the queue up, unless it is the leader's or a group has it already.
func (g *ingester) leave(me *waiting) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-me.lead:
		return false
	default:
	}
	i := slices.Index(g.queue, me)
	if i >= 0 {
		g.queue = slices.Delete(g.queue, i, i+1)
	}
	return i >= 0
}

var errBroken = errors.New("store: ingest: the commit of this group broke off")

func (g *ingester) leadGroup(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	group := g.next()
	defer g.handOver()
	defer func() { // whatever happens, everybody gets an answer
		for _, w := range group {
			w.answer(errBroken)
		}
	}()
	g.commitGroup(ctx, group)
}

// answer is heard once.
func (w *waiting) answer(err error) {
	select {
	case w.done <- err:
	default:
	}
}

func (g *ingester) next() []*waiting {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, size := 0, 0
	for n < min(len(g.queue), groupCap) && (n == 0 || size+len(g.queue[n].webhook.Body) <= groupBytes) {
		size += len(g.queue[n].webhook.Body)
		n++
	}
	group := slices.Clone(g.queue[:n])
	g.queue = slices.Delete(g.queue, 0, n)
	return group
}

func (g *ingester) handOver() {
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
	err := g.try(ctx, all)
	for _, w := range group {
		if !isData(err) {
			w.answer(err)
			continue
		}
		alone := err
		if len(group) > 1 {
			alone = g.try(ctx, []Webhook{w.webhook})
		}
		if isData(alone) {
			alone = g.salvage(ctx, w.webhook)
		}
		w.answer(alone)
	}
}

// try commits; one that lost a race between replicas is tried again.
func (g *ingester) try(ctx context.Context, group []Webhook) (err error) {
	for range 3 {
		if err = g.commit(ctx, group); !isRace(err) {
			return err
		}
	}
	return err
}

// salvage keeps what the database takes of a webhook that it refuses as a whole: each event and status by itself, and the
// body as it came. What it does not take is told to the managers.
func (db *DB) salvage(ctx context.Context, w Webhook) error {
	refused := false
	for _, part := range parts(w) {
		err := db.System(ctx, Ingest, func(tx *Tx) error { return tx.keepSaid(ctx, &pgx.Batch{}, []Webhook{part}) })
		if err != nil && !isData(err) {
			return err
		}
		refused = refused || err != nil
	}
	if !refused {
		return db.System(ctx, Ingest, func(tx *Tx) error {
			batch := &pgx.Batch{}
			queueBody(batch, w, tx.Now)
			return tx.tx.SendBatch(ctx, batch).Close()
		})
	}
	return db.SaveUnreadable(ctx, w.Source, w.Body, Alert{Cause: "refused-" + w.Source,
		Text: "A message that came in could not be kept as it is (" + w.Source + "). Its bytes are kept; please look at the chat on the phone for anything that is missing here."})
}

func parts(w Webhook) (out []Webhook) {
	for _, e := range w.Events {
		out = append(out, Webhook{Events: []Inbound{e}})
	}
	for _, a := range w.Abouts { // behind the messages that they are about
		out = append(out, Webhook{Abouts: []About{a}})
	}
	for _, r := range w.Receipts {
		out = append(out, Webhook{Receipts: []Receipt{r}})
	}
	for _, g := range w.Groups {
		out = append(out, Webhook{Groups: []GroupNews{g}})
	}
	if w.Alert != nil {
		out = append(out, Webhook{Alert: w.Alert})
	}
	return out
}

// isData says that a statement failed because of what was in it, so that sending it again cannot help: a value out of range,
// a key or a check, something too large for an index.
func isData(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return class(pg) == "22" || class(pg) == "23" || class(pg) == "54"
	}
	var unfit *json.MarshalerError
	return errors.As(err, &unfit)
}

// isRace says that the database gave up on a transaction that may well succeed the next time.
func isRace(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && class(pg) == "40"
}

func class(e *pgconn.PgError) string { return e.Code[:min(2, len(e.Code))] }
