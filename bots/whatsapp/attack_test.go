package whatsapp_test

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"marketa/agent"
	"marketa/bots/whatsapp"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
	"marketa/tools/profile"
	"marketa/tools/team"
	"marketa/tools/toolstest"
)

// Whoever can write into the queue still cannot make anything leave: a job is an address, and what may leave is a row.

func TestForgedDeliveryJobsSendNothing(t *testing.T) {
	b := newBench(t)
	b.says("ciao?")
	pending := b.draft("Vi faccio uno sconto del 90%.")
	restaurant, chat := b.chat()
	draft := value[store.DraftID](b, `SELECT draft_id FROM approvals`)
	for name, forged := range map[string]store.Deliver{
		"a made-up id":                {Restaurant: restaurant, Delivery: newID[store.DeliveryID]()},
		"a pending approval":          {Restaurant: restaurant, Delivery: store.DeliveryID(pending)},
		"its draft":                   {Restaurant: restaurant, Delivery: store.DeliveryID(draft)},
		"its chat":                    {Restaurant: restaurant, Delivery: store.DeliveryID(chat)},
		"nothing":                     {Restaurant: restaurant},
		"a restaurant that is no one": {Restaurant: newID[store.RestaurantID](), Delivery: store.DeliveryID(pending)},
	} {
		b.enqueue(forged)
		b.drain()
		b.pass(2 * time.Second)
		if len(b.sent()) != 0 {
			t.Fatalf("%s: sent %q", name, b.sent())
		}
	}
	w := whatsapp.DeliverWorker{Bot: b.bot}
	if err := w.Work(b.Context(), &river.Job[store.Deliver]{JobRow: &rivertype.JobRow{}}); err == nil {
		t.Error("a job without a restaurant was worked")
	}
	b.wantSent()
}

func TestAnotherRestaurantsJobCannotTouchADelivery(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì.")
	column[json.RawMessage](b, `DELETE FROM river_job RETURNING args`)
	b.enqueue(store.Deliver{Restaurant: newID[store.RestaurantID](), Delivery: d.Delivery})
	b.drain()
	b.wantSent()
	b.enqueue(store.Deliver{Restaurant: d.Restaurant, Delivery: d.Delivery})
	b.drain()
	b.wantSent("Sì.")
}

func TestTheSameJobManyTimesAtOnceSendsOnce(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì.")
	var all sync.WaitGroup
	errs := make(chan error, 8)
	for range cap(errs) {
		all.Go(func() {
			w := whatsapp.DeliverWorker{Bot: b.bot}
			errs <- w.Work(context.Background(), &river.Job[store.Deliver]{JobRow: &rivertype.JobRow{}, Args: store.Deliver{Restaurant: d.Restaurant, Delivery: d.Delivery}})
		})
	}
	all.Wait()
	for range cap(errs) {
		b.must(<-errs)
	}
	b.pass(30 * time.Second)
	b.wantSent("Sì.")
	b.wantDelivery(d.Shown, "known", "")
}

func TestForgedProposalJobsChangeNothing(t *testing.T) {
	b := newBench(t)
	b.says("siamo aperti fino alle 2")
	pending := b.draft("Segnato!", store.Proposal{Kind: profile.Change, Payload: json.RawMessage(`{"field":"hours","value":"fino alle 2"}`), Show: "hours"})
	restaurant, _ := b.chat()
	w := b.applyWorker()
	for _, forged := range []store.ApplyProposals{{Restaurant: restaurant, Approval: pending}, {Restaurant: restaurant, Approval: newID[store.ApprovalID]()},
		{Restaurant: newID[store.RestaurantID](), Approval: pending}} {
		_ = w.Work(b.Context(), &river.Job[store.ApplyProposals]{JobRow: &rivertype.JobRow{}, Args: forged})
		if n := value[int](b, `SELECT count(*)::int FROM facts`); n != 0 {
			t.Fatalf("%+v wrote %d facts", forged, n)
		}
	}
	b.decide(pending, store.Discard, "")
	b.must(w.Work(b.Context(), &river.Job[store.ApplyProposals]{JobRow: &rivertype.JobRow{}, Args: store.ApplyProposals{Restaurant: restaurant, Approval: pending}}))
	if n := value[int](b, `SELECT count(*)::int FROM facts`); n != 0 {
		t.Fatalf("what was discarded wrote %d facts", n)
	}
	b.says("anzi fino all'una")
	sent := b.press(b.draft("Segnato!", store.Proposal{Kind: profile.Change, Payload: json.RawMessage(`{"field":"hours","value":"fino all'una"}`), Show: "hours"}))
	for range 2 {
		b.must(w.Work(b.Context(), &river.Job[store.ApplyProposals]{JobRow: &rivertype.JobRow{}, Args: store.ApplyProposals{Restaurant: restaurant, Approval: sent.Shown}}))
	}
	if n := value[int](b, `SELECT count(*)::int FROM facts`); n != 1 {
		t.Errorf("what was approved wrote %d facts", n)
	}
}

// Only deliver.go may reach the vendor's send, and only this package holds the client.
func TestOnlyOneFunctionSends(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	var callers []string
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
		if err != nil {
			return nil // somebody is writing it just now
		}
		short, _ := filepath.Rel(root, path)
		short = filepath.ToSlash(short)
		if strings.HasPrefix(short, "sandbox/") {
			return nil // the other side
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && sends(fn) {
				callers = append(callers, short+" "+fn.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "bots/whatsapp/deliver.go send, bots/whatsapp/whapi/messages.go SendText"
	if got := strings.Join(callers, ", "); got != want {
		t.Errorf("the vendor's send is reached by %s; it must be %s alone", got, want)
	}
}

// sends: it names the client's method, or the vendor's address.
func sends(fn *ast.FuncDecl) (found bool) {
	if fn.Name.Name == "SendText" {
		return true
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || n.Sel.Name == "SendText"
		case *ast.BasicLit:
			found = found || (n.Kind == token.STRING && strings.HasPrefix(strings.Trim(n.Value, "`\""), "/messages/") && !strings.HasSuffix(strings.Trim(n.Value, "`\""), "/"))
		}
		return true
	})
	return found
}

func (b *bench) enqueue(d store.Deliver) {
	b.Helper()
	b.desk(func(ctx context.Context, tx *store.Tx) error { return tx.Enqueue(ctx, d) })
}

func (b *bench) applyWorker() *agent.ApplyWorker {
	b.Helper()
	prompts, err := stages.Load()
	b.must(err)
	registry, err := tools.NewRegistry(toolstest.WithInert(append(profile.Profile{DB: b.db}.Tools(), team.Tools()...)...)...)
	b.must(err)
	a, err := agent.New(agent.Config{DB: b.db, Prompts: prompts, Registry: registry, Apply: map[string]agent.Applier{profile.Change: profile.Apply}, Log: b.bot.Log})
	b.must(err)
	return &agent.ApplyWorker{Agent: a}
}

// newID is an id that no row has.
func newID[T ~[16]byte]() T { return T(uuid.Must(uuid.NewV7())) }
