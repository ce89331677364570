package telegram

import (
	"fmt"
	"strings"
	"time"

	"marketa/store"
)

// shownSubjects is how many of those whom an alert touches are named; the others are counted.
const shownSubjects = 5

// alertText is an alert as a message. It is pure.
func alertText(a store.AlertView, now time.Time) string {
	if a.ClearedAt != nil {
		return clearedText(a)
	}
	s := "⚠️ " + short(a.Text, 1500)
	if who := subjects(a.Who); who != "" {
		s += "\n👥 " + who
	}
	if a.Count > 1 {
		s += fmt.Sprintf("\n🔁 %d times since %s", a.Count, stamp(a.FirstAt, now, a.Zone))
	}
	return s
}

func clearedText(a store.AlertView) string {
	how := a.Cleared
	if how == "" {
		how = "It is over."
	}
	return fmt.Sprintf("✅ %s It lasted from %s to %s.\n<s>%s</s>", short(how, 500), stamp(a.FirstAt, *a.ClearedAt, a.Zone), clockTime(*a.ClearedAt, a.Zone), short(a.Text, 500))
}

func subjects(who []string) string {
	var names []string
	for _, w := range who[:min(len(who), shownSubjects)] {
		names = append(names, line(w, 60))
	}
	if more := len(who) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// alertsText answers /alerts: what is open, then what was during the last day. One message, however many there are.
func alertsText(all []store.AlertView, now time.Time) string {
	var open, over []string
	for _, a := range all {
		when := stamp(a.FirstAt, now, a.Zone)
		switch {
		case a.ClearedAt != nil:
			over = append(over, fmt.Sprintf("✅ from %s to %s: %s", when, clockTime(*a.ClearedAt, a.Zone), short(a.Text, 120)))
		case a.Over(now):
			over = append(over, fmt.Sprintf("▫️ %s: %s%s", when, short(a.Text, 120), times(a.Count)))
		default:
			open = append(open, fmt.Sprintf("⚠️ since %s: %s%s", when, short(a.Text, 400), times(a.Count)))
		}
	}
	s := "✅ No alert is open."
	if len(open) > 0 {
		s = "<b>" + plural(len(open), "alert is open", "alerts are open") + "</b>"
	}
	s = appendLines(s, open)
	if len(over) > 0 {
		s = appendLines(s+"\n\n<b>Over, in the last day</b>", over)
	}
	return s
}

func times(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(" (%d times)", n)
}

// appendLines adds what fits into one message, and says how much does not.
func appendLines(s string, lines []string) string {
	for i, l := range lines {
		if units(s+l) > maxUnits-100 {
			return s + fmt.Sprintf("\n… and %d more", len(lines)-i)
		}
		s += "\n" + l
	}
	return s
}
