package openai

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"marketa/sandbox/actor"
)

// toActor turns a checked request into the mind's terms; items are those kept from before and the new ones.
func (r responsesRequest) toActor(items []item) actor.Request {
	names := map[string]bool{}
	for _, t := range r.Tools {
		names[t.Name] = true
	}
	chosen, _ := readChoice(r.ToolChoice, names, len(r.Tools))
	out := actor.Request{System: r.Instructions, Model: r.Model, ToolChoice: chosen.forActor()}
	for _, t := range r.Tools {
		if t.Type == "function" && chosen.allows(t.Name) {
			out.Tools = append(out.Tools, actor.Tool{Name: t.Name, Description: t.Description, Schema: t.Parameters})
		}
	}
	if r.Text != nil && r.Text.Format != nil {
		out.Schema = r.Text.Format.forActor()
	}
	called := map[string]string{}
	for _, it := range items {
		if it.Type == "function_call" {
			called[it.CallID] = it.Name
		}
		out.Turns = addItem(out.Turns, it, called)
	}
	return out
}

func (c choice) allows(name string) bool { return len(c.only) == 0 || slices.Contains(c.only, name) }

func (c choice) forActor() string {
	if c.mode == "required" {
		return "any"
	}
	return c.mode
}

func (f format) forActor() json.RawMessage {
	switch f.Type {
	case "json_schema":
		return f.Schema
	case "json_object":
		return json.RawMessage(`{"type":"object"}`)
	}
	return nil
}

func addItem(turns []actor.Turn, it item, called map[string]string) []actor.Turn {
	switch it.Type {
	case "message":
		return append(turns, actor.Turn{Role: it.Role, Text: plain(it.Content), Pictures: picturesIn(it.Content)})
	case "function_call":
		c := actor.Call{ID: it.CallID, Name: it.Name, Args: json.RawMessage(*it.Arguments)}
		if n := len(turns); n > 0 && turns[n-1].Role == "assistant" && len(turns[n-1].Calls) > 0 {
			turns[n-1].Calls = append(turns[n-1].Calls, c)
			return turns
		}
		return append(turns, actor.Turn{Role: "assistant", Calls: []actor.Call{c}})
	case "function_call_output":
		r := actor.Result{CallID: it.CallID, Name: called[it.CallID], Output: plain(it.Output)}
		if n := len(turns); n > 0 && turns[n-1].Role == "tool" {
			turns[n-1].Results = append(turns[n-1].Results, r)
			return turns
		}
		return append(turns, actor.Turn{Role: "tool", Results: []actor.Result{r}})
	}
	return turns
}

// picturesIn are what is to be seen in content: those that came along, not those that stand behind an address.
func picturesIn(raw json.RawMessage) (all [][]byte) {
	list, _ := parts(raw, "text")
	for _, p := range list {
		address, flat := asString(p.ImageURL)
		if !flat {
			var nested struct{ URL string }
			_ = json.Unmarshal(p.ImageURL, &nested)
			address = nested.URL
		}
		_, code, inline := strings.Cut(address, ";base64,")
		if data, err := base64.StdEncoding.DecodeString(code); inline && err == nil {
			all = append(all, data)
		}
	}
	return all
}

// plain joins the words of content; pictures and files are named.
func plain(raw json.RawMessage) string {
	list, _ := parts(raw, "text")
	var b strings.Builder
	for _, p := range list {
		switch p.Type {
		case "input_image", "image_url":
			b.WriteString("\n[image]\n")
		case "input_file", "file":
			b.WriteString("\n[file " + p.Filename + "]\n")
		case "refusal":
			b.WriteString(p.Refusal)
		default:
			b.WriteString(p.Text)
		}
	}
	return strings.TrimSpace(b.String())
}
