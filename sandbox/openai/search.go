package openai

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// finds is a made-up search: the item, and the citations for the text behind it.
type finds struct {
	item      map[string]any
	citations []any
}

// search pretends to look on the web when that tool is on offer and the answer is a text.
func search(a answer, n uint64, items []item) (finds, bool) {
	at := slices.IndexFunc(a.req.Tools, responsesTool.searches)
	if at < 0 || a.think.text == "" || string(a.req.ToolChoice) == `"none"` {
		return finds{}, false
	}
	domain := "example.com"
	if f := a.req.Tools[at].Filters; f != nil && len(f.AllowedDomains) > 0 {
		domain = f.AllowedDomains[0]
	}
	url, query := "https://"+domain+"/", lastWords(items)
	action := map[string]any{"type": "search", "query": query, "queries": []any{query}}
	if slices.Contains(a.req.Include, "web_search_call.action.sources") {
		action["sources"] = []any{map[string]any{"type": "url", "url": url}}
	}
	cite := map[string]any{"type": "url_citation", "start_index": 0, "end_index": utf8.RuneCountInString(a.think.text), "url": url, "title": domain}
	return finds{map[string]any{"type": "web_search_call", "id": ident("ws_", n, "search"), "status": "completed", "action": action}, []any{cite}}, true
}

func lastWords(items []item) string {
	for _, it := range slices.Backward(items) {
		if it.Role == "user" {
			words := strings.Fields(plain(it.Content))
			return strings.Join(words[:min(len(words), 8)], " ")
		}
	}
	return ""
}
