// Package opening is when a place is open: by weekday, with exceptions by date. It reads what people write ("Tue-Sun 12-15,
// lunedì chiusi") and writes it down in one way.
//
// It knows nothing of Marketa and imports no other package of it. Start reading at Read; what people may write stands in
// words.go.
package opening

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Span is from when to when, "12:00" to "15:30"; To may be past midnight.
type Span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Spans are those of one day; none: closed.
type Spans []Span

// MarshalJSON writes closed as an empty list, never as null.
func (s Spans) MarshalJSON() ([]byte, error) {
	if s == nil {
		s = Spans{}
	}
	return json.Marshal([]Span(s))
}

// Hours are what is known: days that are in neither are not known. The keys of Except are days ("2026-12-24") or periods
// ("2026-08-10..2026-08-24").
type Hours struct {
	Week   map[time.Weekday]Spans
	Except map[string]Spans
}

// Empty says that nothing is known.
func (h Hours) Empty() bool { return len(h.Week)+len(h.Except) == 0 }

// Key names a weekday as rows do: mon, tue.
func Key(day time.Weekday) string { return strings.ToLower(day.String()[:3]) }

// Set puts what is known of one key: a weekday's or an exception's. False for one that is neither.
func (h *Hours) Set(key string, spans Spans) bool {
	for _, day := range week() {
		if Key(day) == key {
			if h.Week == nil {
				h.Week = map[time.Weekday]Spans{}
			}
			h.Week[day] = spans
			return true
		}
	}
	if _, _, ok := period(key); !ok {
		return false
	}
	if h.Except == nil {
		h.Except = map[string]Spans{}
	}
	h.Except[key] = spans
	return true
}

// Get is what is known of one key.
func (h Hours) Get(key string) (spans Spans, known bool) {
	for _, day := range week() {
		if Key(day) == key {
			spans, known = h.Week[day]
			return spans, known
		}
	}
	spans, known = h.Except[key]
	return spans, known
}

// Keys are all that is known, the week first, from Monday.
func (h Hours) Keys() (out []string) {
	for _, day := range week() {
		if _, known := h.Week[day]; known {
			out = append(out, Key(day))
		}
	}
	return append(out, slices.Sorted(maps.Keys(h.Except))...)
}

// Current leaves out exceptions that are over.
func (h Hours) Current(now time.Time) Hours {
	out := Hours{Week: h.Week, Except: map[string]Spans{}}
	for key, spans := range h.Except {
		if _, to, ok := period(key); ok && !to.Before(now.AddDate(0, 0, -1)) {
			out.Except[key] = spans
		}
	}
	return out
}

// String is all of it on one line, with days of the same hours together: "Tue–Sat 12:00–15:00, 19:00–23:00; Sun 12:00–15:30; Mon closed".
func (h Hours) String() string {
	var parts []string
	days := week()
	for i := 0; i < len(days); {
		spans, known := h.Week[days[i]]
		from := i
		for i++; i < len(days); i++ {
			if next, same := h.Week[days[i]]; !same || !known || !slices.Equal(next, spans) {
				break
			}
		}
		if known {
			parts = append(parts, dayNames(days[from], days[i-1])+" "+spans.String())
		}
	}
	for _, key := range slices.Sorted(maps.Keys(h.Except)) {
		parts = append(parts, Name(key)+" "+h.Except[key].String())
	}
	return strings.Join(parts, "; ")
}

func (s Spans) String() string {
	if len(s) == 0 {
		return "closed"
	}
	parts := make([]string, len(s))
	for i, x := range s {
		parts[i] = x.From + "–" + x.To
	}
	return strings.Join(parts, ", ")
}

// Name is a key as people read it: "Mon", "24 Dec 2026", "10 Aug – 24 Aug 2026".
func Name(key string) string {
	for _, day := range week() {
		if Key(day) == key {
			return short(day)
		}
	}
	from, to, ok := period(key)
	switch {
	case !ok:
		return key
	case from.Equal(to):
		return from.Format("2 Jan 2006")
	case from.Year() == to.Year():
		return from.Format("2 Jan") + " – " + to.Format("2 Jan 2006")
	}
	return from.Format("2 Jan 2006") + " – " + to.Format("2 Jan 2006")
}

// Names are several keys as people read them: "Mon–Fri, 24 Dec 2026".
func Names(keys []string) string {
	var parts []string
	days := week()
	for i := 0; i < len(days); i++ {
		from := i
		for i < len(days) && slices.Contains(keys, Key(days[i])) {
			i++
		}
		if i > from {
			parts = append(parts, dayNames(days[from], days[i-1]))
		}
	}
	for _, key := range keys {
		if _, _, ok := period(key); ok {
			parts = append(parts, Name(key))
		}
	}
	return strings.Join(parts, ", ")
}

func dayNames(from, to time.Weekday) string {
	switch (to - from + 7) % 7 {
	case 0:
		return short(from)
	case 1:
		return short(from) + ", " + short(to)
	}
	return short(from) + "–" + short(to)
}

func short(day time.Weekday) string { return day.String()[:3] }

// week is a week as restaurants count it.
func week() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

func period(key string) (from, to time.Time, ok bool) {
	a, b, ranged := strings.Cut(key, "..")
	if !ranged {
		b = a
	}
	from, err := time.Parse(time.DateOnly, a)
	to, bad := time.Parse(time.DateOnly, b)
	return from, to, err == nil && bad == nil && !to.Before(from)
}

func dateKey(from, to time.Time) string {
	if from.Equal(to) {
		return from.Format(time.DateOnly)
	}
	return fmt.Sprintf("%s..%s", from.Format(time.DateOnly), to.Format(time.DateOnly))
}
