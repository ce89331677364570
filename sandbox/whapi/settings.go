package whapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"
)

// settings are a channel's: all fields as they were sent, and the hooks among them as we understand them.
type settings struct {
	fields map[string]json.RawMessage
	hooks  []Hook
	auto   []string // kinds of files that are downloaded as they come
}

func defaultSettings() settings {
	return settings{fields: map[string]json.RawMessage{
		"callback_backoff_delay_ms":     []byte("3000"),
		"max_callback_backoff_delay_ms": []byte("900000"),
		"callback_persist":              []byte("true"),
		"media":                         []byte(`{"auto_download":[]}`),
		"webhooks":                      []byte("[]"),
	}}
}

// patch replaces the top-level fields that were sent, each as a whole, and names those that changed.
func (st settings) patch(sent map[string]json.RawMessage) (settings, []string, error) {
	next := st
	next.fields = maps.Clone(st.fields)
	changes := []string{}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		raw := compact(sent[name])
		if err := next.check(name, raw); err != nil {
			return st, nil, err
		}
		if !bytes.Equal(raw, next.fields[name]) {
			changes = append(changes, name)
		}
		next.fields[name] = raw
	}
	return next, changes, nil
}

// check refuses what the vendor's file forbids; fields it does not know are kept as they are.
func (st *settings) check(name string, raw []byte) error {
	switch name {
	case "callback_backoff_delay_ms":
		return between(name, raw, 3000, 15000)
	case "max_callback_backoff_delay_ms":
		return between(name, raw, 600000, 3600000)
	case "media":
		return st.checkMedia(raw)
	case "webhooks":
		var hooks []Hook
		if json.Unmarshal(raw, &hooks) != nil {
			return refuse(400, "wrong settings format: webhooks")
		}
		for _, h := range hooks {
			if err := h.check(); err != nil {
				return err
			}
		}
		st.hooks = hooks
	}
	return nil
}

// downloadable are the kinds that auto_download knows.
var downloadable = []string{"image", "audio", "voice", "video", "document", "sticker"}

func (st *settings) checkMedia(raw []byte) error {
	var media struct {
		Auto []string `json:"auto_download"`
	}
	if json.Unmarshal(raw, &media) != nil || slices.ContainsFunc(media.Auto, func(kind string) bool { return !slices.Contains(downloadable, kind) }) {
		return refuse(400, "wrong settings format: media.auto_download")
	}
	st.auto = media.Auto
	return nil
}

// downloads says whether files of a kind are downloaded as they come; gif and short are videos.
func (st settings) downloads(kind string) bool {
	if kind == "gif" || kind == "short" {
		kind = "video"
	}
	return slices.Contains(st.auto, kind)
}

func between(name string, raw []byte, low, high float64) error {
	var n float64
	if json.Unmarshal(raw, &n) != nil || n < low || n > high {
		return refuse(400, fmt.Sprintf("wrong settings format: %s must be from %v to %v", name, low, high))
	}
	return nil
}

func (h Hook) check() error {
	u, err := url.Parse(h.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return refuse(400, "wrong settings format: webhooks.url")
	case !slices.Contains([]string{"", "body", "path", "method"}, h.Mode):
		return refuse(400, "wrong settings format: webhooks.mode")
	case len(h.Headers) > 5:
		return refuse(400, "wrong settings format: webhooks.headers, 5 at most")
	}
	for _, e := range h.Events {
		if oldTypes[e.Type] == "" && !slices.Contains(subscribable, e) {
			return refuse(400, "wrong settings format: webhooks.events")
		}
	}
	return nil
}

// add appends a hook and keeps the others exactly as they were sent.
func (st settings) add(h Hook) settings {
	var raw []json.RawMessage
	_ = json.Unmarshal(st.fields["webhooks"], &raw) // checked when it was stored
	next := st
	next.fields, next.hooks = maps.Clone(st.fields), append(slices.Clone(st.hooks), h)
	next.fields["webhooks"] = encode(append(raw, encode(h)))
	return next
}

func compact(raw []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

var subscribable = []HookEvent{
	{"messages", "post"}, {"messages", "put"}, {"messages", "patch"}, {"messages", "delete"},
	{"statuses", "post"}, {"statuses", "put"},
	{"chats", "post"}, {"chats", "put"}, {"chats", "patch"}, {"chats", "delete"},
	{"contacts", "post"}, {"contacts", "patch"},
	{"groups", "post"}, {"groups", "put"}, {"groups", "patch"},
	{"presences", "post"}, {"calls", "post"}, {"channel", "post"}, {"channel", "patch"},
	{"users", "post"}, {"users", "delete"}, {"labels", "post"}, {"labels", "delete"}, {"service", "post"},
}

// backoff grows by step with every failure up to most.
type backoff struct{ step, most time.Duration }

var defaultBackoff = backoff{3 * time.Second, 15 * time.Minute}

// wait is the courier's question; the settings patched last answer for all channels.
func (s *Sim) wait(failures int) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return min(time.Duration(failures)*s.backoff.step, s.backoff.most)
}

func (st settings) backoff() backoff {
	return backoff{st.milliseconds("callback_backoff_delay_ms"), st.milliseconds("max_callback_backoff_delay_ms")}
}

func (st settings) milliseconds(name string) time.Duration {
	var n float64
	_ = json.Unmarshal(st.fields[name], &n) // checked when it was stored
	return time.Duration(n) * time.Millisecond
}

// GET /settings
func (s *Sim) getSettings(c call) (any, error) { return c.ch.settings.fields, nil }

// PATCH /settings
func (s *Sim) patchSettings(c call) (any, error) {
	sent, err := decode[map[string]json.RawMessage](c)
	if err != nil {
		return nil, err
	}
	before := c.ch.settings
	after, changes, err := before.patch(sent)
	if err != nil {
		return nil, err
	}
	c.ch.settings, s.backoff = after, after.backoff()
	return map[string]any{"before_update": before.fields, "after_update": after.fields, "changes": changes}, nil
}

// DELETE /settings
func (s *Sim) deleteSettings(c call) (any, error) {
	c.ch.settings = defaultSettings()
	s.backoff = defaultBackoff
	return success, nil
}

// GET /settings/events
func (s *Sim) getSettingsEvents(call) (any, error) { return subscribable, nil }

// POST /settings/webhook_test: one body without items.
func (s *Sim) postWebhookTest(c call) (any, error) {
	in, err := decode[struct {
		Hook
		Type string `json:"type"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Type == "" || in.Mode == "" {
		return nil, refuse(400, "wrong parameters: type and mode are required")
	}
	if err := in.Hook.check(); err != nil {
		return nil, err
	}
	name := eventName{in.Type, "post"}
	s.dispatch(in.Hook.parcel(name, c.ch.Name, encode(payload{Event: name, ChannelID: c.ch.ID})))
	return success, nil
}
