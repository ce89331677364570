package wire

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Fault is one thing that goes wrong with one call.
type Fault struct {
	Delay      time.Duration     // waits on the clock before anything else
	Status     int               // with Body and Header: answered instead of doing the work
	Header     map[string]string // e.g. Retry-After
	Body       string
	Cut        bool // the connection closes and the work was not done
	LoseAnswer bool // the work is done, then the connection closes: the outcome that lies
}

// Faults scripts what goes wrong, by operation name; "*" stands for every operation.
type Faults struct {
	mu    sync.Mutex
	queue map[string][]Fault
	down  map[string]Fault

	either []choice
}

// Next lets the coming calls of op fail one after the other, in the order given.
func (f *Faults) Next(op string, faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.queue == nil {
		f.queue = map[string][]Fault{}
	}
	f.queue[op] = append(f.queue[op], faults...)
}

// NextOf lets the next call of any of these operations fail, whichever comes first; the others are spared.
func (f *Faults) NextOf(ops []string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.either = append(f.either, choice{ops, fault})
}

type choice struct {
	ops   []string
	fault Fault
}

// Down makes every call of op fail that way until Up.
func (f *Faults) Down(op string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down == nil {
		f.down = map[string]Fault{}
	}
	f.down[op] = fault
}

// Up ends Down for op and forgets what was queued for it.
func (f *Faults) Up(op string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.down, op)
	delete(f.queue, op)
}

// IsDown says whether op fails until further notice.
func (f *Faults) IsDown(op string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, down := f.down[op]
	return down
}

func (f *Faults) take(op string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range []string{op, "*"} {
		if q := f.queue[name]; len(q) > 0 {
			f.queue[name] = q[1:]
			return q[0], true
		}
	}
	for i, c := range f.either {
		if slices.Contains(c.ops, op) {
			f.either = slices.Delete(f.either, i, i+1)
			return c.fault, true
		}
	}
	for _, name := range []string{op, "*"} {
		if fault, down := f.down[name]; down {
			return fault, true
		}
	}
	return Fault{}, false
}

// Wrap runs next under the script. op names the operation of a request; clock serves the delays.
func (f *Faults) Wrap(clock *Clock, op func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, scripted := f.take(op(r))
		if !scripted {
			next.ServeHTTP(w, r)
			return
		}
		fault.serve(w, r, clock, next)
	})
}

func (f Fault) serve(w http.ResponseWriter, r *http.Request, clock *Clock, next http.Handler) {
	if f.Delay > 0 && clock.Wait(r.Context(), clock.Now().Add(f.Delay)) != nil {
		return
	}
	switch {
	case f.LoseAnswer:
		// The caller may hang up while we work: the work is done all the same, as with a real vendor.
		next.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
		panic(http.ErrAbortHandler)
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		for k, v := range f.Header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	default:
		next.ServeHTTP(w, r)
	}
}
