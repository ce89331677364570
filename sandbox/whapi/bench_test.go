package whapi

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"marketa/sandbox/wire"
)

const (
	company = "380509990000"
	olena   = "380501112233"
	direct  = olena + "@s.whatsapp.net"
)

// bench is one vendor with two channels, one person, one inbox that hears everything from company, on a clock that
// stands still.
type bench struct {
	*testing.T
	sim   *Sim
	clock *wire.Clock
	url   string
	inbox *inbox
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, clock: wire.Simulated(time.Unix(1795000000, 0))}
	b.sim = New(Config{Clock: b.clock, Seed: 7})
	b.sim.AddChannel(Channel{Name: "company", ID: "MANTIS-AB12C", Token: "tok_company", Phone: company, Title: "SMM Studio", LID: "777888999000111"})
	b.sim.AddChannel(Channel{Name: "marketa", ID: "MANTIS-XY34Z", Token: "tok_marketa", Phone: "380508880000", Title: "Marketa"})
	b.sim.AddPerson(Person{Phone: "+380 50 111 22 33", Name: "Olena", LID: "222333444555666"})
	b.inbox = newInbox(t, b.clock)
	srv := httptest.NewServer(b.sim.Handler())
	t.Cleanup(srv.Close)
	t.Cleanup(b.sim.Close)
	b.url = srv.URL
	b.sim.ServeFilesAt(b.url)
	return b
}

// hooked is setup with the inbox subscribed to everything but put.
func hooked(t *testing.T) *bench {
	b := setup(t)
	b.sim.AddHook("company", b.everything())
	return b
}

func (b *bench) everything() Hook {
	h := Hook{URL: b.inbox.url}
	for _, e := range subscribable {
		if e.Method != "put" {
			h.Events = append(h.Events, e)
		}
	}
	return h
}

// delivery is one webhook as it arrived.
type delivery struct {
	method, path string
	header       http.Header
	at           time.Time
	body         map[string]any
	raw          string
}

// event is type.method, e.g. messages.post.
func (d delivery) event() string {
	e := d.body["event"].(map[string]any)
	return e["type"].(string) + "." + e["event"].(string)
}

// first is the first item of the body's array.
func (d delivery) first(key string) map[string]any { return d.body[key].([]any)[0].(map[string]any) }

// inbox takes webhooks and answers with the statuses it was given, then 200.
type inbox struct {
	url   string
	mu    sync.Mutex
	got   []delivery
	refed []int
	more  chan struct{}
}

func newInbox(t *testing.T, clock *wire.Clock) *inbox {
	in := &inbox{more: make(chan struct{}, 1000)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		d := delivery{method: r.Method, path: r.URL.Path, header: r.Header, at: clock.Now(), raw: string(raw)}
		if err := json.Unmarshal(raw, &d.body); err != nil {
			t.Errorf("webhook is not JSON: %v", err)
		}
		w.WriteHeader(in.take(d))
		in.more <- struct{}{}
	}))
	t.Cleanup(srv.Close)
	in.url = srv.URL + "/hook"
	return in
}

func (in *inbox) take(d delivery) int {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.got = append(in.got, d)
	if len(in.refed) == 0 {
		return 200
	}
	status := in.refed[0]
	in.refed = in.refed[1:]
	return status
}

func (in *inbox) refuse(statuses ...int) { in.mu.Lock(); in.refed = statuses; in.mu.Unlock() }

// settle waits until every webhook is delivered or sits out its back-off, and gives what arrived so far.
func (b *bench) settle() []delivery {
	b.Helper()
	guard := time.After(20 * time.Second)
	for {
		pending, waiting := b.sim.Courier().Pending()
		if pending == waiting {
			b.inbox.mu.Lock()
			defer b.inbox.mu.Unlock()
			return append([]delivery(nil), b.inbox.got...)
		}
		select {
		case <-guard:
			b.Fatal("webhooks are stuck")
		default:
			runtime.Gosched()
		}
	}
}

// events settles and names what arrived, in order.
func (b *bench) events() []string {
	b.Helper()
	var list []string
	for _, d := range b.settle() {
		list = append(list, d.event())
	}
	return list
}

// forget empties the inbox.
func (b *bench) forget() {
	b.settle()
	b.inbox.mu.Lock()
	b.inbox.got = nil
	b.inbox.mu.Unlock()
}

// arrive blocks until n more webhooks have come.
func (b *bench) arrive(n int) {
	b.Helper()
	guard := time.After(20 * time.Second)
	for range n {
		select {
		case <-b.inbox.more:
		case <-guard:
			b.Fatal("the webhook did not come")
		}
	}
}

func (b *bench) request(token, method, path, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return http.DefaultClient.Do(req)
}

// call speaks as company and gives the status and the decoded body.
func (b *bench) call(method, path, body string) (int, map[string]any) {
	b.Helper()
	return b.callAs("tok_company", method, path, body)
}

func (b *bench) callAs(token, method, path, body string) (int, map[string]any) {
	b.Helper()
	resp, err := b.request(token, method, path, body)
	if err != nil {
		b.Fatal(err)
	}
	return b.decoded(resp)
}

func (b *bench) do(req *http.Request) (int, map[string]any) {
	b.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	return b.decoded(resp)
}

func (b *bench) decoded(resp *http.Response) (int, map[string]any) {
	b.Helper()
	defer func() { _ = resp.Body.Close() }()
	raw, _ := io.ReadAll(resp.Body)
	var answer map[string]any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &answer); err != nil {
			b.Fatalf("%s %s: not an object: %s", resp.Request.Method, resp.Request.URL.Path, raw)
		}
	}
	return resp.StatusCode, answer
}

// ok is call that must answer 200.
func (b *bench) ok(method, path, body string) map[string]any {
	b.Helper()
	status, answer := b.call(method, path, body)
	if status != 200 {
		b.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

// send posts a text to Olena and gives its id.
func (b *bench) send(text string) string {
	b.Helper()
	return b.ok("POST", "/messages/text", `{"to":"`+direct+`","body":"`+text+`"}`)["message"].(map[string]any)["id"].(string)
}

func (b *bench) say(text string) string {
	b.Helper()
	id, err := b.sim.Say("company", olena, text)
	if err != nil {
		b.Fatal(err)
	}
	return id
}

func (b *bench) equal(what string, got, want any) {
	b.Helper()
	if !reflect.DeepEqual(got, want) {
		b.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func (b *bench) file(name string) string {
	b.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		b.Fatal(err)
	}
	return string(raw)
}

func (b *bench) example(name string) map[string]any {
	b.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(b.file(name)), &v); err != nil {
		b.Fatal(err)
	}
	return v
}

// like says whether everything in the example is in got, with a value of the same JSON kind.
func (b *bench) like(where string, example, got any) {
	b.Helper()
	if reflect.TypeOf(example) != reflect.TypeOf(got) {
		b.Errorf("%s: %T %v, in the example %T", where, got, got, example)
		return
	}
	switch e := example.(type) {
	case map[string]any:
		for key, v := range e {
			b.like(where+"."+key, v, got.(map[string]any)[key])
		}
	case []any:
		if len(got.([]any)) < len(e) {
			b.Errorf("%s: %d items, in the example %d", where, len(got.([]any)), len(e))
			return
		}
		for i := range e {
			b.like(where+"[]", e[i], got.([]any)[i])
		}
	}
}
