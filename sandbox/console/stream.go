package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	gather = 40 * time.Millisecond // one keystroke's consequences arrive together
	breath = 3 * time.Second       // looks again for what nobody nudges about: a typing that ran out, a clock moved elsewhere
	pings  = 5                     // a quiet line says something every so many breaths
)

// event is one message of the stream. A section that is null is gone; Fresh means that what came before is void.
type event struct {
	Fresh    bool                       `json:"fresh,omitempty"`
	Sections map[string]json.RawMessage `json:"sections"`
}

// stream sends the whole state, then whatever changes, until the page leaves or the console closes.
func (c *Console) stream(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // a server's limit on answers is not meant for one that never ends
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	_, _ = fmt.Fprint(w, "retry: 1000\n\n")

	for {
		g := c.current()
		if !g.stream(w, r, out) {
			return
		}
	}
}

// stream tells one page of one sandbox; true when another one follows.
func (c *generation) stream(w http.ResponseWriter, r *http.Request, out *http.ResponseController) (more bool) {
	wake, stop := c.listen(r)
	defer stop()
	known := map[string]json.RawMessage{}
	for quiet := 0; ; {
		changed := diff(known, c.sections())
		switch {
		case len(changed) > 0:
			body, _ := json.Marshal(event{Fresh: len(known) == 0, Sections: changed})
			_, _ = fmt.Fprintf(w, "event: state\ndata: %s\n\n", body)
			keep(known, changed)
			quiet = 0
		case quiet >= pings:
			_, _ = fmt.Fprint(w, "event: ping\ndata: {}\n\n")
			quiet = 0
		}
		if out.Flush() != nil {
			return false
		}
		if !wake() {
			over, last := c.ended()
			return over && !last && r.Context().Err() == nil
		}
		quiet++
	}
}

// listen subscribes to everybody who knows of changes. wake blocks until there may be one and answers false when the
// stream is over.
func (c *generation) listen(r *http.Request) (wake func() bool, stop func()) {
	whatsapp, stopWhatsApp := c.WhatsApp.Subscribe()
	tele, stopTelegram := c.Telegram.Subscribe()
	own, stopOwn := c.nudges.subscribe()
	var crm <-chan struct{} // nil: never
	stopCRM := func() {}
	if c.Outside.Planfix != nil {
		crm, stopCRM = c.Outside.Planfix.Subscribe()
	}
	ticker := time.NewTicker(breath)
	over := func() bool {
		select {
		case <-r.Context().Done():
			return true
		case <-c.over:
			return true
		case <-time.After(gather):
			return false
		}
	}
	wake = func() bool {
		select {
		case <-r.Context().Done():
		case <-c.over:
		case <-whatsapp:
		case <-tele:
		case <-own:
		case <-crm:
		case <-ticker.C:
		}
		return !over()
	}
	return wake, func() { ticker.Stop(); stopWhatsApp(); stopTelegram(); stopOwn(); stopCRM() }
}

// diff is what the page must hear to get from known to now.
func diff(known, now map[string]json.RawMessage) map[string]json.RawMessage {
	changed := map[string]json.RawMessage{}
	for key, body := range now {
		if string(known[key]) != string(body) {
			changed[key] = body
		}
	}
	for key := range known {
		if _, still := now[key]; !still {
			changed[key] = json.RawMessage("null")
		}
	}
	return changed
}

func keep(known, changed map[string]json.RawMessage) {
	for key, body := range changed {
		if string(body) == "null" {
			delete(known, key)
			continue
		}
		known[key] = body
	}
}
