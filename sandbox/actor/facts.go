package actor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// fact is one thing that is known, with the value in the words it was given in. The key is the path to it in a tool's
// result, joined by spaces.
type fact struct{ key, value string }

// flatten lists the leaves of a JSON text in their order; text that is no JSON is one fact without a key.
func flatten(output string) []fact {
	if !json.Valid([]byte(output)) {
		if s := strings.TrimSpace(output); s != "" {
			return []fact{{"", s}}
		}
		return nil
	}
	return leaves(nil, "", json.RawMessage(output))
}

func leaves(all []fact, key string, raw json.RawMessage) []fact {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || string(raw) == "null":
	case raw[0] == '{':
		if f, ok := named(raw); ok {
			return append(all, fact{strings.TrimSpace(key + " " + f.key), f.value})
		}
		for _, k := range keys(raw) {
			all = leaves(all, strings.TrimSpace(key+" "+k), member(raw, k))
		}
	case raw[0] == '[':
		var items []json.RawMessage
		_ = json.Unmarshal(raw, &items)
		if s, ok := plainList(items); ok {
			return append(all, fact{key, s})
		}
		for _, it := range items {
			all = leaves(all, key, it)
		}
	default:
		all = append(all, fact{key, scalar(raw)})
	}
	return all
}

// named reads {"field":"hours","value":"…"}, the other way in which facts are listed.
func named(raw json.RawMessage) (fact, bool) {
	var f struct {
		Field, Key, Name, Section, Topic string
		Value                            json.RawMessage
	}
	if json.Unmarshal(raw, &f) != nil || len(f.Value) == 0 {
		return fact{}, false
	}
	for _, k := range []string{f.Field, f.Key, f.Section, f.Topic, f.Name} {
		if k != "" {
			return fact{k, strings.Join(values(leaves(nil, "", f.Value)), ", ")}, true
		}
	}
	return fact{}, false
}

func values(fs []fact) []string {
	var all []string
	for _, f := range fs {
		all = append(all, f.value)
	}
	return all
}

func plainList(items []json.RawMessage) (string, bool) {
	var all []string
	for _, it := range items {
		it = bytes.TrimSpace(it)
		if len(it) == 0 || it[0] == '{' || it[0] == '[' {
			return "", false
		}
		all = append(all, scalar(it))
	}
	return strings.Join(all, ", "), len(all) > 0
}

func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	return string(raw)
}

// keys of a JSON object in the order in which they stand there.
func keys(raw json.RawMessage) []string {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	var all []string
	for d.More() {
		k, err := d.Token()
		if err != nil {
			break
		}
		var skip json.RawMessage
		if d.Decode(&skip) != nil {
			break
		}
		all = append(all, fmt.Sprint(k))
	}
	return all
}

func member(raw json.RawMessage, key string) json.RawMessage {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(raw, &m)
	return m[key]
}

// failed says whether a tool's result reports an error, and with which words.
func failed(output string) (string, bool) {
	trimmed := strings.TrimSpace(output)
	if strings.HasPrefix(trimmed, "{") {
		for _, f := range flatten(trimmed) {
			if f.key == "error" || strings.HasPrefix(f.key, "error ") {
				return f.value, true
			}
		}
		return "", false
	}
	low := strings.ToLower(trimmed)
	for _, word := range []string{"error", "invalid", "unknown argument", "failed", "not allowed"} {
		if strings.HasPrefix(low, word) {
			return trimmed, true
		}
	}
	return "", false
}

// housekeeping are keys of results that tell the model how a call went, not the client what is so.
var housekeeping = []string{"ok", "status", "id", "proposed", "asked", "queued", "created", "pending", "success", "note", "message", "ref", "version"}

// about picks the facts of a topic: by the key in any of the five languages or in English as tools name it.
func about(facts []fact, t topic) []fact {
	e := entryOf(t)
	var found []fact
	for _, f := range facts {
		ws := words(strings.ReplaceAll(f.key, "_", " "))
		if f.value == "" || injection.MatchString(f.value) {
			continue
		}
		if anyPhrase(ws, e.named) || anyPhrase(ws, e.heard) {
			found = append(found, f)
		}
	}
	return found
}

// known are the facts about a point: from the system text, then from results of reading tools.
func (v view) known(p point) []fact {
	if p.topic == noTopic || peopleTopics[p.topic] {
		return nil
	}
	if found := about(v.facts, p.topic); len(found) > 0 {
		return narrow(found, p)
	}
	for i, r := range v.results {
		t, ok := v.tool(v.nameOf(i))
		if _, bad := failed(r.Output); bad || !ok || kindOf(t) != readTool {
			continue
		}
		all := flatten(r.Output)
		if found := about(all, p.topic); len(found) > 0 {
			return narrow(found, p)
		}
		if asked := entryOf(p.topic).named; v.askedFor(i, asked) && len(all) <= 4 {
			return narrow(unclaimed(aboutIt(useful(all))), p)
		}
	}
	return nil
}

func useful(all []fact) []fact {
	return slices.DeleteFunc(slices.Clone(all), func(f fact) bool {
		return slices.Contains(housekeeping, f.key) || f.value == "" || f.value == "true" || f.value == "false" || injection.MatchString(f.value)
	})
}

// aboutIt drops whose record it is, which answers no question about anything in it.
func aboutIt(all []fact) []fact {
	return slices.DeleteFunc(all, func(f fact) bool { return f.key == "name" || f.key == "stage" })
}

// unclaimed drops facts whose key names a topic.
func unclaimed(all []fact) []fact {
	return slices.DeleteFunc(all, func(f fact) bool {
		ws := nameWords(f.key)
		return slices.ContainsFunc(lexicon, func(e entry) bool { return anyPhrase(ws, e.named) })
	})
}

// askedFor says whether the call behind a result had an argument that names the topic.
func (v view) askedFor(i int, named string) bool {
	for _, c := range v.made {
		if (c.ID == v.results[i].CallID && c.ID != "") || c.Name == v.nameOf(i) {
			return anyPhrase(words(strings.Join(values(flatten(string(c.Args))), " ")), named)
		}
	}
	return false
}

func (v view) nameOf(i int) string {
	if v.results[i].Name != "" {
		return v.results[i].Name
	}
	for _, c := range v.made {
		if c.ID == v.results[i].CallID {
			return c.Name
		}
	}
	return ""
}

func (v view) tool(name string) (Tool, bool) {
	for _, t := range v.req.Tools {
		if t.Name == name {
			return t, true
		}
	}
	return Tool{}, false
}

// narrow keeps what was said of the day that the point asks about, when the value lists days.
func narrow(facts []fact, p point) []fact {
	day, ok := weekday(strings.Join(texts(p.details), " "))
	if !ok || p.topic != hours {
		return facts
	}
	for i, f := range facts {
		if d, keyed := weekday(f.key); keyed && d == day {
			return facts[i : i+1]
		}
	}
	return facts
}
