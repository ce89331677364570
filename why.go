package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"marketa/internal/fault"
	"marketa/sandbox/console"
	"marketa/store"
)

// why answers the console's question about a card, from the platform's own records, as the desk sees them.
func (a *App) why(ctx context.Context, chat int64, message int) (console.Why, bool, error) {
	var r store.Reasons
	err := a.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		r, err = tx.ReasonsOf(ctx, chat, int64(message))
		return err
	})
	if errors.Is(err, fault.NotFound) {
		return console.Why{}, false, nil
	}
	if err != nil {
		return console.Why{}, false, err
	}
	return reasons(r), true, nil
}

func reasons(r store.Reasons) console.Why {
	w := console.Why{Title: "Why this draft?", Note: r.Notes.Why, Warnings: append(slices.Clone(r.Notes.Warnings), r.Notes.Tainted...), Evidence: r.Notes.Evidence}
	switch r.Author {
	case "manager":
		w.Title, w.Note = "Written by a manager", "These are a person's own words. No model had a part in them."
	case "none":
		w.Title = "Why is there no draft?"
	}
	before := r.StartedAt
	for _, s := range r.Steps {
		w.Steps = append(w.Steps, console.WhyRow{Name: stepWords(s.Node), Value: took(s.At.Sub(before))})
		before = s.At
	}
	for _, t := range r.Tools {
		w.Tools = append(w.Tools, whyTool(t))
	}
	w.Rows = whyRows(r)
	return w
}

// stepWords is a node of the agent's graph for people; one that has no words here goes by its name.
func stepWords(node string) string {
	words := map[string]string{"intake": "Read what the client sent", "context": "Gathered what is known", "triage": "Decided whether this needs an answer",
		"reason": "Thought and wrote", "tools": "Looked things up", "guard": "Checked the draft against the records", "translate": "Translated for the managers"}
	name, _, _ := strings.Cut(node, ":")
	return cmp.Or(words[name], strings.ReplaceAll(node, "_", " "))
}

func took(d time.Duration) string {
	switch {
	case d < 0:
		return ""
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func whyTool(t store.ToolCall) console.WhyTool {
	args, origins := t.OriginsOf()
	w := console.WhyTool{Name: t.Tool, Result: short(inWords(t.Result), 400)}
	for name, value := range args {
		w.Args = append(w.Args, console.WhyArg{Name: name, Value: strings.Trim(short(string(value), 160), `"`), Origin: origin(name, origins)})
	}
	slices.SortFunc(w.Args, func(a, b console.WhyArg) int { return cmp.Compare(a.Name, b.Name) })
	return w
}

// inWords is a result without the marks of JSON.
func inWords(result string) string {
	var fields map[string]any
	if json.Unmarshal([]byte(result), &fields) != nil {
		return result
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		switch value := fields[name].(type) {
		case map[string]any, []any:
			inner, _ := json.Marshal(value)
			parts = append(parts, name+": "+strings.NewReplacer(`"`, "", "{", "", "}", "", "[", "", "]", "", ",", ", ", ":", ": ").Replace(string(inner)))
		default:
			parts = append(parts, fmt.Sprintf("%s: %v", name, value))
		}
	}
	return strings.Join(parts, " · ")
}

// origin is where an argument came from; those inside of it (days[2], address.street) count for it.
func origin(name string, origins map[string][]string) string {
	var all []string
	for path, from := range origins {
		if rest, ok := strings.CutPrefix(path, name); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			all = append(all, from...)
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

func whyRows(r store.Reasons) (rows []console.WhyRow) {
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, console.WhyRow{Name: name, Value: value})
		}
	}
	var in, out int
	var micros int64
	for _, m := range r.Models {
		in, out, micros = in+m.InputTokens, out+m.OutputTokens, micros+m.CostMicros
		outcome := m.Outcome
		if outcome == "ok" {
			outcome = ""
		}
		add("Model, "+m.Task, strings.Join(slices.DeleteFunc([]string{m.Model, fmt.Sprintf("%d + %d tokens", m.InputTokens, m.OutputTokens), took(time.Duration(m.LatencyMs) * time.Millisecond), outcome},
			func(s string) bool { return s == "" }), " · "))
	}
	if len(r.Models) > 0 {
		add("In all", fmt.Sprintf("%d + %d tokens · $%.4f", in, out, float64(micros)/1e6))
	}
	mark := fmt.Sprintf("event %d of the conversation", r.Watermark)
	if r.ChatMark > r.Watermark {
		mark += fmt.Sprintf("; it now stands at %d, so this draft alone can no longer be sent", r.ChatMark)
	}
	add("Made for", mark)
	if r.Attempts > 1 {
		add("Begun", fmt.Sprintf("%d times, going on after an interruption", r.Attempts))
	}
	add("Rules", short(r.PolicyVersion, 12))
	return rows
}

func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
