package stripe

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketa/sandbox/wire"
)

// event: https://docs.stripe.com/api/events/object
type event struct {
	ID              string    `json:"id"`
	Object          string    `json:"object"`
	APIVersion      string    `json:"api_version"`
	Created         int64     `json:"created"`
	Data            eventData `json:"data"`
	Livemode        bool      `json:"livemode"`
	PendingWebhooks int       `json:"pending_webhooks"`
	Request         origin    `json:"request"`
	Type            string    `json:"type"`
}

type eventData struct {
	Object             json.RawMessage `json:"object"`
	PreviousAttributes map[string]any  `json:"previous_attributes,omitempty"`
}

type origin struct {
	ID             *string `json:"id"`
	IdempotencyKey *string `json:"idempotency_key"`
}

// endpoint: https://docs.stripe.com/api/webhook_endpoints/object
type endpoint struct {
	ID            string            `json:"id"`
	Object        string            `json:"object"`
	APIVersion    *string           `json:"api_version"`
	Created       int64             `json:"created"`
	EnabledEvents []string          `json:"enabled_events"`
	Livemode      bool              `json:"livemode"`
	Metadata      map[string]string `json:"metadata"`
	Secret        string            `json:"secret,omitempty"`
	Status        string            `json:"status"`
	URL           string            `json:"url"`

	old string // the secret before the last roll, still in use beside the new one
}

// emit makes an event of how the object is now and sends it to whoever asked for its kind.
func (s *Sim) emit(kind string, object any, before map[string]any) {
	e := &event{
		ID: s.id("evt_"), Object: "event", APIVersion: version, Created: s.now().Unix(), Type: kind,
		Data: eventData{Object: encode(object), PreviousAttributes: before},
	}
	s.events = append([]*event{e}, s.events...)
	for _, to := range s.endpoints {
		if slices.Contains(to.EnabledEvents, "*") || slices.Contains(to.EnabledEvents, kind) {
			e.PendingWebhooks++
		}
	}
	for _, to := range s.endpoints {
		if slices.Contains(to.EnabledEvents, "*") || slices.Contains(to.EnabledEvents, kind) {
			s.courier.Send(wire.Parcel{Key: e.ID, URL: to.URL, Body: encode(e), Header: map[string]string{
				endpointHeader: to.ID, eventHeader: e.ID, "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)", "Content-Type": "application/json; charset=utf-8",
			}})
		}
	}
}

// AddEndpoint lets webhooks of all kinds go to an address, signed with this secret, as set up in the dashboard.
func (s *Sim) AddEndpoint(address, secret string) {
	s.with(func() {
		v := version
		s.endpoints = append(s.endpoints, &endpoint{ID: s.id("we_"), Object: "webhook_endpoint", APIVersion: &v, Created: s.now().Unix(),
			EnabledEvents: []string{"*"}, Metadata: map[string]string{}, Secret: secret, Status: "enabled", URL: address})
	})
}

// RollSecret gives all endpoints a new secret; until it is rolled again both sign.
func (s *Sim) RollSecret(secret string) {
	s.with(func() {
		for _, e := range s.endpoints {
			e.old, e.Secret = e.Secret, secret
		}
	})
}

// Lost are the events that an endpoint did not accept within three days.
func (s *Sim) Lost() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lost)
}

// Happened are the kinds of all events so far, the oldest first.
func (s *Sim) Happened() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	kinds := make([]string, 0, len(s.events))
	for _, e := range slices.Backward(s.events) {
		kinds = append(kinds, e.Type)
	}
	return kinds
}

func (s *Sim) createEndpoint(c *call) (any, *refusal) {
	address, kinds, v := c.get("url"), c.listed("enabled_events"), c.get("api_version")
	switch {
	case address == "":
		return nil, missing("url")
	case !isWeb(address):
		return nil, refuse(http.StatusBadRequest, "url_invalid", "url", "Invalid URL: must start with http:// or https://")
	case len(kinds) == 0:
		return nil, missing("enabled_events")
	case v != "" && v != version:
		return nil, refuse(http.StatusBadRequest, "", "api_version", "Invalid API version: "+v)
	}
	e := &endpoint{ID: s.id("we_"), Object: "webhook_endpoint", APIVersion: optional(v), Created: s.now().Unix(), EnabledEvents: kinds,
		Metadata: c.within("metadata"), Secret: s.id("whsec_"), Status: "enabled", URL: address}
	s.endpoints = append(s.endpoints, e)
	return *e, nil
}

func (s *Sim) listEndpoints(c *call) (any, *refusal) {
	var shown []endpoint
	for _, e := range slices.Backward(s.endpoints) {
		without := *e
		without.Secret = "" // shown once
		shown = append(shown, without)
	}
	return paged(c, "/v1/webhook_endpoints", shown, func(e endpoint) string { return e.ID })
}

func (s *Sim) getEvent(c *call) (any, *refusal) {
	for _, e := range s.events {
		if e.ID == c.id {
			return *e, nil
		}
	}
	return nil, noSuch("event", "id", c.id)
}

func (s *Sim) listEvents(c *call) (any, *refusal) {
	kinds := c.listed("types")
	if kind := c.get("type"); kind != "" {
		kinds = append(kinds, kind)
	}
	since, _ := strconv.ParseInt(c.get("created[gte]"), 10, 64)
	oldest := s.now().AddDate(0, 0, -30).Unix()
	var found []*event
	for _, e := range s.events {
		if e.Created >= max(since, oldest) && (len(kinds) == 0 || slices.Contains(kinds, e.Type)) {
			found = append(found, e)
		}
	}
	return paged(c, "/v1/events", found, func(e *event) string { return e.ID })
}

const (
	endpointHeader = "X-Sim-Endpoint" // ours, taken off on the way
	eventHeader    = "X-Sim-Event"
	givesUpAfter   = 3 * 24 * time.Hour
)

// newCourier delivers unordered until any 2xx; the waits grow as the vendor's do in live mode.
func (s *Sim) newCourier() *wire.Courier {
	waits := []time.Duration{10 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 12 * time.Hour}
	return &wire.Courier{
		Clock: s.clock, Accept: func(status int) bool { return status/100 == 2 },
		Backoff: func(failures int) time.Duration { return waits[min(failures, len(waits))-1] },
		HTTP: &http.Client{Timeout: 30 * time.Second, Transport: signer{s},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// signer signs every attempt anew, with the time of the attempt, and gives up after three days.
type signer struct{ sim *Sim }

func (t signer) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("stripe: webhook: %w", err)
	}
	signature, expired := t.sim.sign(r.Header.Get(endpointHeader), r.Header.Get(eventHeader), body)
	if expired { // the courier would go on for ever: tell it that all is well
		return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}
	out := r.Clone(r.Context())
	out.Header.Del(endpointHeader)
	out.Header.Del(eventHeader)
	out.Header.Set("Stripe-Signature", signature)
	out.Body = io.NopCloser(bytes.NewReader(body))
	return http.DefaultTransport.RoundTrip(out)
}

func (s *Sim) sign(to, id string, body []byte) (signature string, expired bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	for _, e := range s.events {
		if e.ID == id && now.Sub(time.Unix(e.Created, 0)) > givesUpAfter && s.tries[id+to] > 0 {
			s.lost = append(s.lost, id)
			return "", true
		}
	}
	s.tries[id+to]++
	for _, e := range s.endpoints {
		if e.ID == to {
			return e.signature(now, body), false
		}
	}
	return "", true
}

// signature is "t=…,v1=…", one v1 per secret in use, and a v0 that means nothing, as in test mode.
func (e *endpoint) signature(now time.Time, body []byte) string {
	stamp := strconv.FormatInt(now.Unix(), 10)
	parts := []string{"t=" + stamp}
	for _, secret := range []string{e.Secret, e.old} {
		if secret != "" {
			parts = append(parts, "v1="+sum(secret, stamp, body))
		}
	}
	return strings.Join(append(parts, "v0="+sum("v0", stamp, body)), ",")
}

func sum(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(stamp + "."))
	_, _ = mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
