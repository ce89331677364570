package planfix

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// filterJSON is one condition.
type filterJSON struct {
	Type     int             `json:"type"`
	Operator string          `json:"operator"`
	Value    json.RawMessage `json:"value"`
	Field    int             `json:"field"`
}

// kind is how a condition's value is read and compared.
type kind int

const (
	numbers  kind = iota // equal, notequal to one or any of a list
	ordered              // also gt, lt
	exact                // text: equal, notequal
	contains             // text: equal means has, notequal means has not
	text                 // custom text: also have, nothave
	moment               // a date value object
	filled               // set or not set, whatever the value
	empty
)

func (k kind) operators() []string {
	switch k {
	case ordered:
		return []string{"equal", "notequal", "gt", "lt"}
	case text:
		return []string{"equal", "notequal", "have", "nothave"}
	case moment:
		return []string{"equal", "notequal", "gt", "lt", "gtAndEqual", "ltAndEqual"}
	}
	return []string{"equal", "notequal"}
}

// meaning of a condition's type; custom ones need field.
type meaning struct {
	fact   string
	kind   kind
	custom bool
}

func taskConditions() map[int]meaning {
	return map[int]meaning{
		57: {"id", numbers, false}, 8: {"name", contains, false}, 10: {"status", numbers, false}, 51: {"template", numbers, false},
		24: {"process", numbers, false}, 73: {"parent", numbers, false}, 7: {"counterparty", exact, false}, 12: {"created", moment, false},
		38: {"changed", moment, false}, 79: {"changed", moment, false},
		101: {"", text, true}, 102: {"", ordered, true}, 106: {"", exact, true}, 152: {"", filled, true}, 153: {"", empty, true},
	}
}

func contactConditions() map[int]meaning {
	return map[int]meaning{
		4001: {"name", contains, false}, 4003: {"phone", contains, false}, 4026: {"email", exact, false}, 4005: {"email", contains, false},
		4008: {"group", numbers, false}, 4016: {"template", numbers, false}, 4231: {"id", numbers, false},
		4226: {"telegram", exact, false}, 101: {"", text, true},
	}
}

// condition says whether it holds for the facts of a row.
type condition func(facts map[string]any) bool

// conditions reads them all before any is tried, so that a mistake is refused even when no row is there.
func (s *Sim) conditions(filters []filterJSON, known map[int]meaning) ([]condition, error) {
	var list []condition
	for _, f := range filters {
		m, ok := known[f.Type]
		switch {
		case !ok:
			return nil, refuse(400, 41, fmt.Sprintf("Unknown filter type %d", f.Type))
		case !slices.Contains(m.kind.operators(), f.Operator):
			return nil, refuse(400, 41, fmt.Sprintf("Filter %d has no operator %q", f.Type, f.Operator))
		case m.custom && f.Field == 0:
			return nil, refuse(400, 40, fmt.Sprintf("Filter %d needs field", f.Type))
		}
		if m.custom {
			if _, ok := s.fields[f.Field]; !ok {
				return nil, refuse(400, 41, fmt.Sprintf("Unknown custom field %d", f.Field))
			}
			m.fact = strconv.Itoa(f.Field)
		}
		holds, err := m.kind.read(f, s.clock.Now())
		if err != nil {
			return nil, err
		}
		list = append(list, func(facts map[string]any) bool { return holds(facts[m.fact]) })
	}
	return list, nil
}

func allHold(conditions []condition, facts map[string]any) bool {
	for _, holds := range conditions {
		if !holds(facts) {
			return false
		}
	}
	return true
}

// read makes a test of one fact.
func (k kind) read(f filterJSON, now time.Time) (func(fact any) bool, error) {
	wrong := refuse(400, 41, fmt.Sprintf("Filter %d has an invalid value", f.Type))
	not := f.Operator == "notequal" || f.Operator == "nothave"
	switch k {
	case numbers:
		var one float64
		var many []float64
		if json.Unmarshal(f.Value, &one) == nil {
			many = []float64{one}
		} else if json.Unmarshal(f.Value, &many) != nil {
			return nil, wrong
		}
		return func(fact any) bool { n, _ := fact.(float64); return slices.Contains(many, n) != not }, nil
	case ordered:
		var want float64
		if json.Unmarshal(f.Value, &want) != nil {
			return nil, wrong
		}
		return func(fact any) bool { n, is := fact.(float64); return is && compared(f.Operator, compareFloat(n, want)) }, nil
	case exact, contains, text:
		var want string
		if json.Unmarshal(f.Value, &want) != nil {
			return nil, wrong
		}
		within := k == contains || f.Operator == "have" || f.Operator == "nothave"
		return func(fact any) bool { s, _ := fact.(string); return alike(s, want, within) != not }, nil
	case moment:
		return readMoment(f, now)
	default:
		return func(fact any) bool { return (fact == nil || fact == "") == (k == empty) }, nil
	}
}

func alike(s, want string, within bool) bool {
	if within {
		return strings.Contains(strings.ToLower(s), strings.ToLower(want))
	}
	return strings.EqualFold(s, want)
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compared(operator string, c int) bool {
	switch operator {
	case "equal":
		return c == 0
	case "notequal":
		return c != 0
	case "gt":
		return c > 0
	case "lt":
		return c < 0
	case "gtAndEqual":
		return c >= 0
	default:
		return c <= 0
	}
}

// readMoment compares days; gt is after the last day, lt before the first.
func readMoment(f filterJSON, now time.Time) (func(any) bool, error) {
	var v struct {
		DateType  string `json:"dateType"`
		DateValue any    `json:"dateValue"`
		DateFrom  string `json:"dateFrom"`
		DateTo    string `json:"dateTo"`
	}
	wrong := refuse(400, 41, fmt.Sprintf("Filter %d has an invalid date", f.Type))
	if json.Unmarshal(f.Value, &v) != nil {
		return nil, wrong
	}
	today := now.UTC().Truncate(24 * time.Hour)
	from, to := today, today
	var err error
	switch v.DateType {
	case "today":
	case "yesterday":
		from = today.AddDate(0, 0, -1)
		to = from
	case "last":
		n, ok := v.DateValue.(float64)
		if !ok {
			return nil, wrong
		}
		from = today.AddDate(0, 0, -int(n))
	case "otherDate":
		from, err = time.Parse("02-01-2006", v.DateFrom)
		to = from
	case "otherRange":
		from, err = time.Parse("02-01-2006", v.DateFrom)
		if err == nil {
			to, err = time.Parse("02-01-2006", v.DateTo)
		}
	default:
		return nil, wrong
	}
	if err != nil {
		return nil, wrong
	}
	return func(fact any) bool {
		t, _ := fact.(time.Time)
		return compared(f.Operator, beside(t.UTC().Truncate(24*time.Hour), from, to))
	}, nil
}

// beside is 0 within the days, else before or after them.
func beside(day, from, to time.Time) int {
	switch {
	case day.Before(from):
		return -1
	case day.After(to):
		return 1
	}
	return 0
}

func (s *Sim) taskFacts(t *task) map[string]any {
	facts := map[string]any{
		"id": float64(t.id), "name": t.name, "status": float64(t.status), "template": float64(t.template), "process": float64(processID),
		"parent": float64(t.parent), "counterparty": t.counterparty, "created": t.created, "changed": t.changed,
	}
	for id, v := range t.custom {
		facts[strconv.Itoa(id)] = v
	}
	return facts
}
