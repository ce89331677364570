package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"marketa/sandbox/wire"
)

// Headers that tell the carrier which update a parcel holds. They never leave this process.
const (
	updateHeader     = "X-Simulator-Update"
	generationHeader = "X-Simulator-Generation"
	expiresHeader    = "X-Simulator-Expires"
)

// Courier delivers updates: one per request, one after the other within a lane (a chat for messages, a person for
// presses), again after 0, 2, 4, 8… seconds until any 2xx. Its knobs make it late, repeat, shuffle or lose. What it
// lost still counts as pending and comes back with the next webhook.
func (s *Sim) Courier() *wire.Courier { return s.courier }

func (s *Sim) newCourier() *wire.Courier {
	return &wire.Courier{
		Clock:   s.clock,
		Ordered: true,
		Backoff: s.backoff,
		Accept:  accepted,
		Done:    s.obey,
		HTTP: &http.Client{
			Timeout:       60 * time.Second,
			Transport:     carrier{s, &http.Transport{MaxIdleConnsPerHost: 40}},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func accepted(status int) bool { return status >= 200 && status <= 299 }

// backoff is immediate once, then doubles up to a pause between one and two minutes.
func (s *Sim) backoff(failures int) time.Duration {
	longest := 60 + int((s.seed+uint64(failures))%61)
	if failures <= 1 {
		return 0
	}
	return time.Duration(min(1<<min(failures-1, 10), longest)) * time.Second
}

// lockedDispatch hands an update to the courier, if it has somewhere to go on this machine.
func (s *Sim) lockedDispatch(u *update) {
	h := s.updates.hook
	if h.url == "" || !loopback(h.url) {
		return
	}
	header := map[string]string{
		updateHeader: strconv.FormatInt(u.id, 10), generationHeader: strconv.Itoa(h.generation),
		expiresHeader: u.expires.Format(time.RFC3339Nano),
	}
	if h.secret != "" {
		header["X-Telegram-Bot-Api-Secret-Token"] = h.secret
	}
	s.courier.Send(wire.Parcel{Key: fmt.Sprintf("%d/%s", h.generation, u.lane), URL: h.url, Header: header, Body: u.body})
}

// carrier makes one attempt. It silently drops what is too old or was meant for a webhook that is no longer set.
type carrier struct {
	s    *Sim
	next http.RoundTripper
}

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	id, _ := strconv.ParseInt(r.Header.Get(updateHeader), 10, 64)
	if !c.s.wanted(r.Header.Get(generationHeader), r.Header.Get(expiresHeader)) {
		return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, nil
	}
	out := r.Clone(r.Context())
	for _, name := range []string{updateHeader, generationHeader, expiresHeader} {
		out.Header.Del(name)
	}
	resp, err := c.next.RoundTrip(out)
	c.s.attempted(id, resp, err)
	return resp, err
}

func (s *Sim) wanted(generation, expires string) bool {
	until, err := time.Parse(time.RFC3339Nano, expires)
	s.mu.Lock()
	defer s.mu.Unlock()
	return err == nil && !s.clock.Now().After(until) && generation == strconv.Itoa(s.updates.hook.generation)
}

func (s *Sim) attempted(id int64, resp *http.Response, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	words := ""
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		words = "Connection refused"
	case err != nil:
		words = "Connection closed"
	case !accepted(resp.StatusCode):
		words = fmt.Sprintf("Wrong response from the webhook: %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	default:
		s.lockedAccepted(id)
		return
	}
	s.updates.hook.failedAt, s.updates.hook.failure = s.clock.Now(), words
}

// obey executes the call that an accepted answer may contain, see
// https://core.telegram.org/bots/api#making-requests-when-getting-updates. Nobody learns its result.
func (s *Sim) obey(_ wire.Parcel, body []byte) {
	p := newParams()
	if err := p.json(strings.NewReader(string(body))); err != nil && !errors.Is(err, io.EOF) {
		return
	}
	name := strings.ToLower(p.text("method"))
	if name == "" || strings.HasPrefix(name, "get") || slices.Contains([]string{"setwebhook", "deletewebhook", "close", "logout"}, name) {
		return
	}
	delete(p.values, "method")
	_, _ = s.call(context.Background(), name, p)
}
