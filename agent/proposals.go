package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"marketa/store"
	"marketa/tools"
)

// questionKind is a proposal that only asks (tools/team); it becomes a line on the card.
const questionKind = "question"

var errNoProposal = errors.New("agent: a saved proposal cannot be read")

func proposes(c store.ToolCall) bool { return len(c.Proposal) > 0 && string(c.Proposal) != "null" }

// proposals are what the turn's tools have asked for, in their order, each once.
func proposals(calls []store.ToolCall) (asks []string, acts []store.Proposal, err error) {
	seen := map[string]bool{}
	for _, c := range calls {
		if !proposes(c) {
			continue
		}
		var p tools.Proposal
		if json.Unmarshal(c.Proposal, &p) != nil {
			return nil, nil, fmt.Errorf("%w: %s", errNoProposal, c.Tool)
		}
		key := p.Kind + string(p.Payload)
		if seen[key] {
			continue
		}
		seen[key] = true
		if p.Kind == questionKind {
			asks = append(asks, p.Show)
			continue
		}
		acts = append(acts, store.Proposal{Kind: p.Kind, Payload: p.Payload, Show: p.Show})
	}
	return asks, acts, nil
}

// aside are arguments that only say where a value goes, or why: the value itself is what counts.
var aside = []string{"field", "why"}

// tainted are the values among the proposed changes for which nobody of us vouches, each with whose words they are. It
// goes by the origins that were stored when the tool was called.
func tainted(calls []store.ToolCall) []string {
	var out []string
	for _, c := range calls {
		var p tools.Proposal
		if !proposes(c) || json.Unmarshal(c.Proposal, &p) != nil || p.Kind == questionKind {
			continue
		}
		var origins tools.Origins
		var args any
		if json.Unmarshal(c.Origins, &origins) != nil || json.Unmarshal(c.Args, &args) != nil {
			out = append(out, "Where this comes from is not known: "+cutTo(p.Show, 80))
			continue
		}
		for _, path := range origins.Tainted() {
			if slices.Contains(aside, path) {
				continue
			}
			if line := taint(valueAt(args, path), origins[path]); !slices.Contains(out, line) {
				out = append(out, line)
			}
		}
	}
	return out
}

// taint says whose words a value is, in a manager's words.
func taint(value string, origins []tools.Origin) string {
	value = "“" + cutTo(oneLine(value), 80) + "”"
	var whose []string
	for _, o := range origins {
		switch o {
		case tools.FromClient:
			whose = append(whose, "the client's own words")
		case tools.FromForward:
			whose = append(whose, "words that the client has only forwarded")
		case tools.FromImage:
			whose = append(whose, "a picture or a file")
		case tools.FromWeb:
			whose = append(whose, "a web page")
		}
	}
	if len(whose) == 0 {
		return value + " stands like this in nobody's words: the model has put it together. Check it before sending."
	}
	return value + " comes from " + strings.Join(whose, " and ") + "; nobody else has confirmed it."
}

// valueAt finds what a path of tools.Origins names: phone, days[2], address.street.
func valueAt(v any, path string) string {
	for path != "" {
		switch at := v.(type) {
		case map[string]any:
			name := longestName(at, path)
			v, path = at[name], strings.TrimPrefix(path[len(name):], ".")
			if name == "" {
				return ""
			}
		case []any:
			index, rest, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
			i, err := strconv.Atoi(index)
			if err != nil || i < 0 || i >= len(at) {
				return ""
			}
			v, path = at[i], strings.TrimPrefix(rest, ".")
		default:
			return ""
		}
	}
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v) // it came from JSON
	return string(b)
}

func longestName(object map[string]any, path string) string {
	best := ""
	for name := range maps.Keys(object) {
		rest, ok := strings.CutPrefix(path, name)
		if ok && len(name) > len(best) && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			best = name
		}
	}
	return best
}
