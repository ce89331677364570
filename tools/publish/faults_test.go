package publish_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	sim "marketa/sandbox/meta"
	"marketa/sandbox/wire"
	"marketa/store"
)

// seeds is how many lives are played; PUBLISH_SEEDS plays more of them.
func seeds(t *testing.T) int {
	const usual = 100
	n, err := strconv.Atoi(os.Getenv("PUBLISH_SEEDS"))
	if err != nil || n <= 0 {
		return usual
	}
	t.Logf("%d seeds", n)
	return n
}

// torment queues what can go wrong at Meta, by seed.
func torment(s *sim.Sim, random *rand.Rand) {
	s.RepeatPublishes(true) // a second publish makes a second post: nobody knows what the real one does
	s.ReadyAfter(time.Duration(random.IntN(40)) * time.Second)
	s.Late(time.Duration(random.IntN(120))*time.Second, time.Duration(random.IntN(120))*time.Second)
	limit := sim.Refused(80002, 0)
	limit.Account, limit.Minutes = account, 1+random.IntN(30)
	faults := []wire.Fault{{Cut: true}, {LoseAnswer: true}, {LoseAnswer: true}, {Status: 502, Body: "<html>"},
		sim.Refused(1, 0).Fault(), limit.Fault(), sim.Refused(-2, 2207003).Fault(), {Status: 200, Body: `{"error":{"code":2}}`}}
	lies := []sim.Refusal{sim.Refused(1, 0), sim.Refused(4, 2207051), sim.Refused(-1, 2207001)}
	for _, op := range []string{"POST /{id}/media", "POST /{id}/media_publish", "POST /{id}/photos"} {
		for range random.IntN(4) {
			s.Faults().Next(op, faults[random.IntN(len(faults))])
		}
		if random.IntN(2) == 0 {
			s.Lie(op, lies[random.IntN(len(lies))])
		}
	}
	reads := []wire.Fault{{Cut: true}, sim.Refused(100, 33).Fault(), sim.Refused(2, 0).Fault()}
	for _, op := range []string{"GET /{id}", "GET /{id}/media", "GET /{id}/published_posts", "GET /{id}/content_publishing_limit"} {
		for range random.IntN(3) {
			s.Faults().Next(op, reads[random.IntN(len(reads))])
		}
	}
}

// mortal kills the worker a few times: before a call leaves, or when its answer has come and nobody has kept it.
func mortal(random *rand.Rand) func(string, bool) bool {
	left := random.IntN(5)
	return func(string, bool) bool {
		if left == 0 || random.IntN(4) != 0 {
			return false
		}
		left--
		return true
	}
}

// One restaurant publishes two posts of the same words on both networks, while Meta loses answers, lies and is late, and the worker
// dies between its steps. In the end people see each of them once.
func TestWhateverGetsLostEveryPostIsPublishedOnce(t *testing.T) {
	t.Parallel()
	const benches = 4 // each with a clock of its own
	total := seeds(t)
	var mu sync.Mutex
	asked := 0
	for n := range benches {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			for seed := n; seed < total && !t.Failed(); seed += benches {
				questions := b.play(uint64(seed))
				mu.Lock()
				asked += questions
				mu.Unlock()
			}
		})
	}
	t.Cleanup(func() { t.Logf("%d seeds, %d questions to managers", total, asked) })
}

// play is one seed; it gives how often a manager had to be asked.
func (b *bench) play(seed uint64) (asked int) {
	random := rand.New(rand.NewPCG(seed, 7))
	l := b.born(fmt.Sprint("life-", seed))
	torment(l.sim, random)
	l.wire.die = mortal(random)
	all := map[string]store.PublicationID{}
	for n := range 2 {
		_, pubs := l.approved("Menu del giorno", nil, store.Instagram, store.Facebook)
		for network, id := range pubs {
			all[fmt.Sprint(network, n)] = id
		}
	}
	asked = l.drainAll(24 * time.Hour)
	if got, wall := len(l.sim.Feed(account)), len(l.sim.PageFeed(page)); got != 2 || wall != 2 {
		b.Errorf("seed %d: people see %d posts on Instagram and %d on the page instead of 2 and 2", seed, got, wall)
		for name, id := range all {
			p := l.publication(id)
			b.Logf("%s: %s, attempts %d, %s", name, p.State, p.Attempts, p.Fault)
		}
		for _, a := range l.sim.Attempts() {
			b.Logf("%s %s %d/%d", a.At.Format("15:04:05"), a.Op, a.Code, a.Subcode)
		}
		b.Log(l.log)
	}
	seen := map[string]bool{}
	for name, id := range all {
		p := l.publication(id)
		if p.State != "published" {
			b.Errorf("seed %d: %s ends as %s: %s", seed, name, p.State, p.Fault)
		}
		seen[p.VendorID] = true
	}
	if len(seen) != 4 && asked == 0 {
		b.Errorf("seed %d: one post was taken for two", seed)
	}
	return asked
}

// drainAll works until nothing is due any more. Who is asked looks at the account, as a person would, and tells the truth.
func (l *life) drainAll(horizon time.Duration) (asked int) {
	l.Helper()
	until := l.clock.Now().Add(horizon)
	for range 5000 {
		now, next := l.clock.Now(), until
		for _, p := range l.stand() {
			switch {
			case p.State == "asked":
				asked++
				l.answer(p)
				next = now
			case p.NextAt != nil && !p.NextAt.After(now):
				l.work(p.ID)
				next = now
			case p.NextAt != nil && p.NextAt.Before(next):
				next = *p.NextAt
			}
		}
		switch {
		case !next.Before(until):
			return asked
		case next.Equal(now): // somebody has worked, or waits for the lease of who was killed
			next = now.Add(time.Second)
		}
		l.clock.Advance(next.Sub(now))
	}
	l.Fatal("it never comes to rest")
	return asked
}

// stand is where the life's publications are.
func (l *life) stand() (all []store.Publication) {
	l.Helper()
	r, err := l.root.Query(l.ctx, `SELECT id, network, state, next_at FROM publications WHERE restaurant_id = $1 ORDER BY created_at, network`, l.id)
	l.must(err)
	defer r.Close()
	for r.Next() {
		var p store.Publication
		l.must(r.Scan(&p.ID, &p.Network, &p.State, &p.NextAt))
		all = append(all, p)
	}
	l.must(r.Err())
	return all
}

func (l *life) answer(p store.Publication) {
	l.Helper()
	there := len(l.sim.Feed(account))
	if p.Network == store.Facebook {
		there = len(l.sim.PageFeed(page))
	}
	known := ask[int](l.bench, `SELECT count(*)::int FROM publications WHERE restaurant_id = $1 AND network = $2 AND state = 'published'`, l.id, p.Network)
	action := store.AgainAction
	if there > known {
		action = store.ThereAction
	}
	l.desk(func(tx *store.Tx) error {
		s, err := tx.SettlePublication(l.ctx, p.ID, action, boss)
		if err == nil && s.Outcome != "ok" {
			err = fmt.Errorf("settled: %s", s.Outcome)
		}
		return err
	})
}
