package vertex_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"marketa/internal/fault"
	"marketa/sandbox/props"
	sim "marketa/sandbox/vertex"
	"marketa/sandbox/wire"
	"marketa/tools/images/vertex"
)

type bench struct {
	*testing.T
	sim   *sim.Sim
	clock *wire.Clock
	url   string
}

func newBench(t *testing.T, quota int) *bench {
	b := &bench{T: t, clock: wire.Simulated(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))}
	b.sim = sim.New(sim.Config{Clock: b.clock, Token: "good", Project: "p", Location: "europe-west3", Quota: quota})
	server := httptest.NewServer(b.sim.Handler())
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *bench) client(token string, change ...func(*vertex.Config)) *vertex.Client {
	b.Helper()
	cfg := vertex.Config{BaseURL: b.url, Project: "p", Location: "europe-west3", Credentials: token, HTTP: &http.Client{}}
	for _, f := range change {
		f(&cfg)
	}
	c, err := vertex.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func cosine(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestTextsLieNearThePhotosOfWhatTheyName(t *testing.T) {
	t.Parallel()
	b := newBench(t, 999)
	c := b.client("good")
	photos := map[string][]float32{}
	for _, name := range props.Scenes() {
		v, err := c.Image(t.Context(), props.Photo(name))
		if err != nil || len(v) != vertex.Size {
			t.Fatalf("%s: %d numbers, %v", name, len(v), err)
		}
		photos[name] = v
	}
	for text, want := range map[string]string{"lemon cake": "cake", "a plum tart": "plum", "paella with seafood": "paella", "the terrace in summer": "summer", "cappuccino": "cappuccino",
		"Spaghetti with tomato sauce": "pasta", "the team": "team", "red wine in the evening": "wine", "snow": "winter", "pizza": "pizza"} {
		at, err := c.Text(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		best := ""
		for name, v := range photos {
			if best == "" || cosine(at, v) > cosine(at, photos[best]) {
				best = name
			}
		}
		if best != want {
			t.Errorf("%q lies nearest to the photo of %s", text, best)
		}
	}
	if alike := cosine(photos["cake"], mustImage(t, c, props.Photo("cake2"))); alike < .99 {
		t.Errorf("two photos of one scene lie %.2f apart", alike)
	}
}

func mustImage(t *testing.T, c *vertex.Client, photo []byte) []float32 {
	t.Helper()
	v, err := c.Image(t.Context(), photo)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAServiceAccountSignsIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	key, err := b.sim.ServiceAccount(b.url)
	if err != nil {
		t.Fatal(err)
	}
	c := b.client(key)
	for range 2 { // the second one with the same token
		if _, err := c.Text(t.Context(), "pizza"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.sim.ServiceAccount(b.url); err != nil { // another key: ours is worth nothing any more
		t.Fatal(err)
	}
	_, err = b.client(key).Text(t.Context(), "pizza")
	expect(t, err, 0, "NO_TOKEN", false, fault.Denied)
}

func TestCredentialsThatAreNoneAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a token", "{}", `{"type":"external_account","credential_source":{"executable":{"command":"/bin/true"}}}`} {
		if _, err := vertex.New(vertex.Config{Project: "p", Location: "l", Credentials: text}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func expect(t *testing.T, err error, status int, code string, again bool, kind fault.Kind) {
	t.Helper()
	var e *vertex.Error
	if !errors.As(err, &e) {
		t.Errorf("%v, want status %d %s", err, status, code)
		return
	}
	if e.Status != status || e.Code != code || e.SafeToRetry() != again || (kind != "" && fault.KindOf(err) != kind) {
		t.Errorf("%v (again %v, %s), want %d %s (again %v, %s)", err, e.SafeToRetry(), fault.KindOf(err), status, code, again, kind)
	}
}

func TestErrorsSayWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	good := b.client("good")
	call := func(c *vertex.Client) error { _, err := c.Text(t.Context(), "pizza"); return err }
	expect(t, call(b.client("bad")), 401, "UNAUTHENTICATED", false, fault.Denied)
	expect(t, call(b.client("good", func(c *vertex.Config) { c.Project = "other" })), 403, "PERMISSION_DENIED", false, fault.Denied)
	expect(t, call(b.client("good", func(c *vertex.Config) { c.Location = "us-central1" })), 404, "NOT_FOUND", false, fault.Denied)
	_, err := good.Image(t.Context(), []byte("no picture"))
	expect(t, err, 400, "INVALID_ARGUMENT", false, fault.Invalid)
	b.sim.Faults().Next("predict", wire.Fault{Status: 503, Body: "<html>away</html>"}, wire.Fault{Cut: true}, wire.Fault{LoseAnswer: true},
		wire.Fault{Status: 429, Body: `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"secret words","details":[{"retryDelay":"7s"}]}}`})
	expect(t, call(good), 503, "", true, fault.Unavailable)
	expect(t, call(good), 0, "", true, fault.Unavailable)
	expect(t, call(good), 0, "", true, fault.Unavailable)
	err = call(good)
	expect(t, err, 429, "RESOURCE_EXHAUSTED", true, fault.RateLimited)
	var e *vertex.Error
	if errors.As(err, &e) && e.RetryAfter() != 7*time.Second {
		t.Errorf("wait %v", e.RetryAfter())
	}
	if err := call(good); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestTheQuotaIsPerMinute(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	c := b.client("good")
	for i := range 3 {
		if _, err := c.Text(t.Context(), "pizza"); (err != nil) != (i == 2) {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
	b.clock.Advance(time.Minute)
	if _, err := c.Text(t.Context(), "pizza"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestAnAnswerWithoutAVectorIsAFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	c := b.client("good")
	for _, kind := range []sim.Kind{sim.Short, sim.Zeros, sim.Nothing, sim.Page, sim.Late, sim.Inside} {
		b.sim.Misbehave(kind)
		v, err := c.Text(t.Context(), "pizza")
		var e *vertex.Error
		if v != nil || !errors.As(err, &e) || !e.SafeToRetry() {
			t.Errorf("%s: %d numbers, %v", kind, len(v), err)
		}
	}
	if _, err := c.Text(context.Background(), " "); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no words: %v", err)
	}
}
