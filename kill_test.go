package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	killPoints   = flag.String("kill.points", "10", "at how many moments of the database the platform is killed: a number, or all")
	killAt       = flag.String("kill.at", "", "kill at this moment only, as a failed run has printed it; a second one after a comma strikes during the recovery")
	killParallel = flag.Int("kill.parallel", 8, "how many platforms run at once")
	killBatch    = flag.String("kill.batch", "1/1", "2/5: the second of five parts of all runs")
)

// TestKill9BetweenAnyTwoStepsIsHarmless walks from a client's burst to the approved reply, with the real binary as another
// process that knows nothing but the names of the environment. It is killed (kill -9) before or after a round trip to the
// database or a call of a vendor, and started again at once. Then work resumes within 15 s, and in the end the client has
// the approved text once, or a manager was asked because nobody can know.
//
// By default it is killed at every call of a vendor and at a sample of the round trips to the database; all of them take
// a quarter of an hour: go test -run TestKill9 -kill.points all -v. Parts of the walk that only read are one moment, for
// whether they were killed before or after makes no difference to anybody.
func TestKill9BetweenAnyTwoStepsIsHarmless(t *testing.T) {
	t.Parallel()
	r := &killRuns{bin: buildBinary(t)}
	if *killAt == "" {
		r.all(t, choose(t, r.count(t)))
	} else {
		p, err := parsePlan(*killAt)
		if err != nil {
			t.Fatal(err)
		}
		r.all(t, []plan{p})
	}
	t.Log(r.report())
}

// killRuns plays walks, several at once, and keeps what came out.
type killRuns struct {
	bin string

	mu   sync.Mutex
	ends []ending
}

// count plays the walk undisturbed and gives every moment of it.
func (r *killRuns) count(t *testing.T) (seen []moment) {
	t.Run("undisturbed", func(t *testing.T) {
		w := newKillWalk(t, r.bin, plan{})
		if end := w.play(); end.outcome != "sent" {
			t.Fatalf("the walk ends in %q", end.outcome)
		}
		seen, _ = w.trap.past()
		t.Logf("%d moments: %s", len(seen), plan{moments: seen})
	})
	if t.Failed() {
		t.FailNow()
	}
	return seen
}

// choose makes the plans: every moment at the vendors' and while nothing happens, with a request to stop beside every kill;
// a sample of the moments at the database; from the press on some of them also with late webhooks; and a few that are
// followed by a second kill during the recovery.
func choose(t *testing.T, seen []moment) (plans []plan) {
	t.Helper()
	var db, vendors, late []moment
	for _, m := range seen {
		if strings.HasPrefix(m.name, "db:") {
			db = append(db, m)
		} else if vendors = append(vendors, m); m.how == before {
			told := map[bool]string{true: term, false: stall}[strings.HasPrefix(m.name, "idle:")]
			vendors = append(vendors, moment{m.name, m.n, told})
		}
		if len(late) > 0 || m.name == "idle:card" {
			late = append(late, m)
		}
	}
	if !slices.ContainsFunc(db, func(m moment) bool { return strings.HasPrefix(m.name, "db:commit-") }) {
		t.Fatal("no commit was seen: the proxy no longer understands what goes by")
	}
	n := len(db)
	if *killPoints != "all" {
		var err error
		if n, err = strconv.Atoi(*killPoints); err != nil || n < 0 {
			t.Fatalf("-kill.points %q is neither a number nor all", *killPoints)
		}
	}
	for _, m := range append(vendors, sample(db, n)...) {
		plans = append(plans, plan{moments: []moment{m}})
	}
	for _, m := range late {
		if strings.HasPrefix(m.name, "whapi:") {
			plans = append(plans, plan{late: true, moments: []moment{m}})
		}
	}
	for _, m := range sample(late, (n+1)/2) {
		plans = append(plans, plan{late: true, moments: []moment{m}})
	}
	for i, m := range sample(db, (n+3)/4) {
		plans = append(plans, plan{moments: []moment{m, {"db:any", 1 + 37*i%280, []string{before, after}[i%2]}}})
	}
	plans = unique(plans)
	t.Logf("%d moments at the database, %d runs", len(db), len(plans))
	return part(t, plans)
}

func unique(plans []plan) (once []plan) {
	seen := map[string]bool{}
	for _, p := range plans {
		if !seen[p.String()] {
			once = append(once, p)
		}
		seen[p.String()] = true
	}
	return once
}

// sample takes n evenly.
func sample(all []moment, n int) (some []moment) {
	n = min(n, len(all))
	for i := range n {
		some = append(some, all[(2*i+1)*len(all)/(2*n)])
	}
	return some
}

// part is what -kill.batch wants of the plans. A plan's name decides, for two runs do not count quite the same moments.
func part(t *testing.T, plans []plan) (mine []plan) {
	t.Helper()
	var i, n int
	if _, err := fmt.Sscanf(*killBatch, "%d/%d", &i, &n); err != nil || i < 1 || i > n {
		t.Fatalf("-kill.batch %q is not like 2/5", *killBatch)
	}
	for _, p := range plans {
		name := fnv.New32a()
		_, _ = name.Write([]byte(p.String()))
		if int(name.Sum32()%uint32(n)) == i-1 {
			mine = append(mine, p)
		}
	}
	return mine
}

// all plays the plans. They wait most of the time, so that more of them run at once than there are processors.
func (r *killRuns) all(t *testing.T, plans []plan) {
	free := make(chan struct{}, *killParallel)
	var running sync.WaitGroup
	for _, p := range plans {
		free <- struct{}{}
		running.Go(func() {
			defer func() { <-free }()
			t.Run(p.String(), func(t *testing.T) {
				end := newKillWalk(t, r.bin, p).play()
				r.mu.Lock()
				defer r.mu.Unlock()
				r.ends = append(r.ends, end)
			})
		})
	}
	running.Wait()
}

// report counts the outcomes.
func (r *killRuns) report() string {
	outcomes := map[string]int{}
	var resumed, drained []time.Duration
	for _, e := range r.ends {
		outcomes[e.outcome]++
		if e.missed {
			outcomes["moment not reached"]++
		}
		if e.lost > 0 {
			outcomes["a card was lost between Telegram and us"]++
		}
		if e.resumed > 0 {
			resumed = append(resumed, e.resumed)
		}
		drained = append(drained, e.drained...)
	}
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(outcomes)) {
		fmt.Fprintf(&out, "%s: %d, ", name, outcomes[name])
	}
	fmt.Fprintf(&out, "work resumed %s, stopped when told %s", spread(resumed), spread(drained))
	return out.String()
}

func spread(d []time.Duration) string {
	if len(d) == 0 {
		return "never"
	}
	slices.Sort(d)
	return fmt.Sprintf("%d times (median %s, most %s)", len(d), d[len(d)/2].Round(10*time.Millisecond), d[len(d)-1].Round(10*time.Millisecond))
}
