package wire

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestSimulatedClockWakesWaitersOnlyWhenTheirTimeHasCome(t *testing.T) {
	c := Simulated(time.Unix(0, 0))
	woke := make(chan struct{})
	go func() {
		_ = c.Wait(context.Background(), time.Unix(60, 0))
		close(woke)
	}()
	c.Advance(59 * time.Second)
	select {
	case <-woke:
		t.Fatal("woke a second early")
	default:
	}
	c.Advance(time.Second)
	<-woke
}

func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if Simulated(time.Unix(0, 0)).Wait(ctx, time.Unix(1, 0)) == nil {
		t.Fatal("no error from a cancelled wait")
	}
}

func TestALostAnswerHasDoneTheWork(t *testing.T) {
	var worked atomic.Int32
	f := &Faults{}
	f.Next("send", Fault{LoseAnswer: true})
	h := f.Wrap(Real(), func(*http.Request) string { return "send" }, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		worked.Add(1)
		w.WriteHeader(200)
	}))
	srv := httptest.NewServer(h)
	defer srv.Close()
	if resp, err := http.Post(srv.URL, "", nil); err == nil {
		t.Fatalf("the answer arrived: %s", resp.Status)
	}
	if worked.Load() != 1 {
		t.Fatalf("worked %d times", worked.Load())
	}
	if resp, err := http.Post(srv.URL, "", nil); err != nil || resp.StatusCode != 200 {
		t.Fatalf("the call after the fault: %v", err)
	}
}

func TestCourierRepeatsUntilAccepted(t *testing.T) {
	var calls atomic.Int32
	got := make(chan string, 8)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if calls.Add(1) < 3 {
			w.WriteHeader(503)
			return
		}
		got <- string(b)
	}))
	defer srv.Close()
	c := &Courier{Clock: Real(), Backoff: func(int) time.Duration { return time.Millisecond }}
	defer c.Close()
	c.Send(Parcel{URL: srv.URL, Body: []byte("x")})
	if <-got != "x" || calls.Load() != 3 {
		t.Fatalf("accepted after %d calls", calls.Load())
	}
}

func TestAnOrderedCourierKeepsTheOrderOfAKey(t *testing.T) {
	got := make(chan string, 64)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- string(b)
	}))
	defer srv.Close()
	c := &Courier{Clock: Real(), Ordered: true, Backoff: func(int) time.Duration { return time.Millisecond }}
	defer c.Close()
	for i := range 20 {
		c.Send(Parcel{Key: "chat", URL: srv.URL, Body: []byte{byte('a' + i)}})
	}
	for i := range 20 {
		if b := <-got; b != string(rune('a'+i)) {
			t.Fatalf("parcel %d was %q", i, b)
		}
	}
}

func TestServeRefusesAnythingButLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.168.0.1:0"} {
		if s, err := Serve(addr, http.NotFoundHandler()); err == nil {
			_ = s.Close()
			t.Errorf("served on %s", addr)
		}
	}
}

func TestOneOfSeveralOperationsFailsOnce(t *testing.T) {
	var f Faults
	h := f.Wrap(Real(), func(r *http.Request) string { return r.URL.Path }, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	f.NextOf([]string{"/a", "/b"}, Fault{Status: 503})
	for _, step := range []struct {
		path string
		want int
	}{{"/c", 200}, {"/b", 503}, {"/a", 200}, {"/b", 200}} {
		rec := httptest.NewRecorder()
		if h.ServeHTTP(rec, httptest.NewRequest("GET", step.path, nil)); rec.Code != step.want {
			t.Errorf("%s answers %d, want %d", step.path, rec.Code, step.want)
		}
	}
}
