package whapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Settings of the channel. What has no field here is in Raw.
type Settings struct {
	CallbackBackoffDelayMS    int64 `json:"callback_backoff_delay_ms"`
	MaxCallbackBackoffDelayMS int64 `json:"max_callback_backoff_delay_ms"`
	CallbackPersist           bool  `json:"callback_persist"`
	Media                     struct {
		AutoDownload []string `json:"auto_download"` // image, audio, voice, video, document, sticker
		InitAvatars  bool     `json:"init_avatars"`
	} `json:"media"`
	Webhooks    []Hook          `json:"webhooks"`
	OfflineMode bool            `json:"offline_mode"`
	FullHistory bool            `json:"full_history"`
	Raw         json.RawMessage `json:"-"`
}

// Hook is one address that the vendor tells about events. Its headers hold the token by which we know the vendor.
type Hook struct {
	URL     string            `json:"url"`
	Mode    string            `json:"mode,omitempty"`    // body (also when empty), path, method
	Headers map[string]string `json:"headers,omitempty"` // at most five
	Events  []HookEvent       `json:"events"`
}

// HookEvent is a kind of event to be told about.
type HookEvent struct {
	Type   string `json:"type"`   // messages, statuses, chats, contacts, groups, presences, calls, channel, users, labels, service
	Method string `json:"method"` // post, put, patch, delete; the payload calls it event
}

// Settings reads them all.
//
// GET /settings: https://support.whapi.cloud/help-desk/receiving/webhooks/detailed-webhook-settings
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	const op = "settings"
	var raw json.RawMessage
	if err := c.rest.Do(ctx, http.MethodGet, "/settings", nil, nil, &raw); err != nil {
		return Settings{}, failed(op, err)
	}
	s := Settings{}
	if _, err := read(raw, &s); err != nil {
		return Settings{}, unclear(op, "the answer is not what was expected")
	}
	s.Raw = raw
	return s, nil
}

// Patch names the settings to change; others stay. A named one is replaced as a whole: to add a hook, send all hooks.
type Patch map[string]any

// PatchSettings changes the settings that patch names.
//
// PATCH /settings: https://support.whapi.cloud/help-desk/receiving/webhooks/detailed-webhook-settings
func (c *Client) PatchSettings(ctx context.Context, patch Patch) error {
	if err := c.rest.Do(ctx, http.MethodPatch, "/settings", nil, patch, nil); err != nil {
		return failed("patch settings", err)
	}
	return nil
}

// EnsureHooks makes sure that each of ours is there exactly once, as given. Ours are known by the end of their path,
// /webhooks/whapi/{channel}/{log|bot}, on whatever host: after a move the old ones are replaced, and two installations that
// share a number and a channel name would take the hooks from each other. All other hooks stay as they are, to the letter.
//
// Nothing is written when nothing has to change. Read and write are two calls: a hook that somebody adds in between is lost.
func (c *Client) EnsureHooks(ctx context.Context, ours []Hook) (changed bool, err error) {
	const op = "ensure hooks"
	wanted, err := byKey(ours)
	if err != nil {
		return false, invalid(op, err.Error())
	}
	s, err := c.Settings(ctx)
	if err != nil {
		return false, err
	}
	there, err := rawHooks(s.Raw)
	if err != nil {
		return false, unclear(op, "the hooks in the settings cannot be read, so they are left alone")
	}
	hooks, changed := merge(there, ours, wanted)
	if !changed {
		return false, nil
	}
	return true, c.PatchSettings(ctx, Patch{"webhooks": hooks})
}

// hookKey is the channel and the name of one of our hooks.
func hookKey(address string) (key string, ours bool) {
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	parts := strings.Split(strings.TrimSuffix(u.Path, "/"), "/")
	n := len(parts)
	if n < 5 || parts[n-4] != "webhooks" || parts[n-3] != "whapi" || parts[n-2] == "" || (parts[n-1] != "log" && parts[n-1] != "bot") {
		return "", false
	}
	return parts[n-2] + "/" + parts[n-1], true
}

func byKey(ours []Hook) (map[string]Hook, error) {
	hooks := map[string]Hook{}
	for _, h := range ours {
		key, ok := hookKey(h.URL)
		if !ok {
			return nil, errors.New("a hook's address must end in /webhooks/whapi/{channel}/{log|bot}")
		}
		if _, twice := hooks[key]; twice {
			return nil, fmt.Errorf("the hook %s is given twice", key)
		}
		hooks[key] = h
	}
	return hooks, nil
}

func rawHooks(settings json.RawMessage) ([]json.RawMessage, error) {
	var s struct {
		Webhooks []json.RawMessage `json:"webhooks"`
		Error    json.RawMessage   `json:"error"`
	}
	if err := json.Unmarshal(settings, &s); err != nil {
		return nil, errNoObject
	}
	if s.Error != nil { // with status 200, all the same: writing now would take all other hooks away
		return nil, errNoObject
	}
	return s.Webhooks, nil
}

// merge puts ours into the list that is there. Of several with one key the one that is right already stays, else the first
// place is taken; the rest goes.
func merge(there []json.RawMessage, ours []Hook, wanted map[string]Hook) (hooks []json.RawMessage, changed bool) {
	place := places(there, wanted)
	for i, raw := range there {
		key, h := keyOf(raw)
		want, isOurs := wanted[key]
		switch {
		case !isOurs:
			hooks = append(hooks, raw)
		case place[key] != i:
			changed = true
		case h.same(want):
			hooks = append(hooks, raw)
		default:
			hooks, changed = append(hooks, overlay(raw, want)), true
		}
	}
	for _, want := range ours {
		key, _ := hookKey(want.URL)
		if _, there := place[key]; !there {
			hooks, changed = append(hooks, overlay(nil, want)), true
		}
	}
	return hooks, changed
}

// places says which entry of the list each wanted hook shall have.
func places(there []json.RawMessage, wanted map[string]Hook) map[string]int {
	place := map[string]int{}
	right := map[string]bool{}
	for i, raw := range there {
		key, h := keyOf(raw)
		want, ours := wanted[key]
		if _, taken := place[key]; ours && (!taken || (!right[key] && h.same(want))) {
			place[key], right[key] = i, h.same(want)
		}
	}
	return place
}

// keyOf reads a hook of the list; what is not ours, or no hook at all, has no key.
func keyOf(raw json.RawMessage) (string, Hook) {
	var h Hook
	if _, err := read(raw, &h); err != nil {
		return "", h
	}
	key, _ := hookKey(h.URL)
	return key, h
}

func (h Hook) same(other Hook) bool {
	return h.URL == other.URL && h.mode() == other.mode() && maps.Equal(h.Headers, other.Headers) && slices.Equal(h.events(), other.events())
}

func (h Hook) mode() string {
	if h.Mode == "" {
		return "body"
	}
	return h.Mode
}

// events in one order, for comparing.
func (h Hook) events() []string {
	var names []string
	for _, e := range h.Events {
		names = append(names, e.Type+"."+e.Method)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// overlay writes our fields over an entry that was ours already and leaves the fields that we do not know.
func overlay(raw json.RawMessage, h Hook) json.RawMessage {
	fields := map[string]any{}
	var before map[string]json.RawMessage
	if json.Unmarshal(raw, &before) == nil {
		for name, value := range before {
			fields[name] = value
		}
	}
	fields["url"], fields["mode"], fields["events"] = h.URL, h.mode(), h.Events
	delete(fields, "headers")
	if len(h.Headers) > 0 {
		fields["headers"] = h.Headers
	}
	b, _ := json.Marshal(fields) // strings, maps and what was JSON before: this cannot fail
	return b
}

// AllDownloads are the kinds of files that the vendor can fetch as they come; only those have a link later.
func AllDownloads() []string {
	return []string{"image", "audio", "voice", "video", "document", "sticker"}
}

// EnsureDownloads has the vendor fetch files of these kinds as they come. Nothing is written when it does so already; other
// settings of media stay as they are.
//
// https://support.whapi.cloud/help-desk/account/setting-auto-download
func (c *Client) EnsureDownloads(ctx context.Context, kinds []string) error {
	s, err := c.Settings(ctx)
	if err != nil {
		return err
	}
	wanted := slices.Clone(s.Media.AutoDownload)
	for _, kind := range kinds {
		if !slices.Contains(wanted, kind) {
			wanted = append(wanted, kind)
		}
	}
	if len(wanted) == len(s.Media.AutoDownload) {
		return nil
	}
	var there struct {
		Media map[string]json.RawMessage `json:"media"`
	}
	if err := json.Unmarshal(s.Raw, &there); err != nil {
		return unclear("ensure downloads", "the settings cannot be read, so they are left alone")
	}
	media := map[string]any{}
	for name, value := range there.Media {
		media[name] = value
	}
	media["auto_download"] = wanted
	return c.PatchSettings(ctx, Patch{"media": media})
}
