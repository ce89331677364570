package planfix

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// TokenHeader is the header that the account's scenario sends with every call; the vendor signs nothing.
const TokenHeader = "X-CRM-Token"

// Verified compares what came in TokenHeader with the expected token, in constant time whatever the lengths. Without an
// expected token nobody is let in. A wrong token is answered with 404.
func Verified(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && want != ""
}

// Event is one call of a scenario in the account: an admin types what it says, so every field may be missing. It proves
// nothing about the task: read that by its number.
//
// https://planfix.com/ru/help/HTTP-запросы
type Event struct {
	Name       string // "status_changed", or a command: "create_restaurant", "link_restaurant", "run_usp", "run_handover"
	Task       int64  // 0: not said
	Status     string // the status's name, in the account's language
	Restaurant string // our own reference, where the scenario sends it
	At         string // as the account writes times

	Other map[string]string // what else the scenario sends, by lower-case name

	raw [sha256.Size]byte
}

// ErrUnreadable is a body that is no JSON object. Answer 200 all the same, keep it and tell somebody: the account repeats what is
// not answered with 200 and holds everything back meanwhile.
var ErrUnreadable = errors.New("planfix: webhook: no JSON object")

const (
	maxValue = 4000 // bytes kept of one value
	maxOther = 50
)

// ParseEvent reads a verified call. What the body does not say may be in the address. Variables that the account did not
// replace ("{{Task.Number}}") count as missing.
func ParseEvent(body []byte, query url.Values) (Event, error) {
	values := map[string]string{}
	if len(bytes.TrimSpace(body)) > 0 {
		fields, err := object(body)
		if err != nil {
			return Event{}, err
		}
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			put(values, key, plain(fields[key]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		put(values, key, query.Get(key))
	}
	if len(values) == 0 {
		return Event{}, ErrUnreadable
	}
	e := Event{raw: sha256.Sum256(append(append([]byte{}, body...), query.Encode()...))}
	e.take(values)
	return e, nil
}

func (e *Event) take(values map[string]string) {
	pick := func(key string) string { v := values[key]; delete(values, key); return v }
	e.Name, e.Status, e.Restaurant, e.At = strings.ToLower(pick("event")), pick("status"), pick("restaurant"), pick("at")
	e.Task = ParseTask(pick("task"))
	e.Other = values
}

// Key knows a repeated delivery: the account repeats a call to the letter. Empty when the call carries no time, because the same
// words may then be a new event.
func (e Event) Key() string {
	if e.At == "" {
		return ""
	}
	return hex.EncodeToString(e.raw[:])
}

func object(body []byte) (map[string]any, error) {
	var fields map[string]any
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	if in.Decode(&fields) != nil || fields == nil || in.More() {
		return nil, ErrUnreadable
	}
	return fields, nil
}

// put keeps a value that says something; the first one of a name stays.
func put(values map[string]string, key, value string) {
	key, value = strings.ToLower(clean(key)), clean(value)
	if key == "" || value == "" || strings.Contains(key+value, "{{") || len(key) > 100 {
		return
	}
	if len(values) >= maxOther && !ours(key) || values[key] != "" {
		return
	}
	values[key] = value
}

func ours(key string) bool {
	return key == "event" || key == "task" || key == "status" || key == "restaurant" || key == "at"
}

func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

// clean makes text that a database takes.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) > maxValue {
		s = strings.ToValidUTF8(s[:maxValue], "")
	}
	return strings.TrimSpace(s)
}

// ParseTask reads "10234", "#10234", "10 234" and a task's address; 0 for everything else.
func ParseTask(s string) int64 {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		_, s, _ = strings.Cut(u.Path, "/task/")
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '#' {
			return -1
		}
		return r
	}, strings.TrimRight(s, "/"))
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
