package telegram

import (
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

// render draws a text with its entities as HTML that is safe to insert into a page: only the tags below, attributes
// escaped, links to http, https, tg, ton and mailto. Line breaks stay line breaks (white-space: pre-wrap).
func render(text string, ents []entity) string {
	ents = slices.Clone(ents)
	sortEntities(ents)
	r := renderer{units: units(text), waiting: ents}
	for _, at := range r.edges() {
		r.copyTo(at)
		r.closeAt(at)
		r.openAt(at)
	}
	return r.out.String()
}

type renderer struct {
	units   []uint16
	pos     int
	out     strings.Builder
	waiting []entity
	open    []entity
}

// edges are all positions where something begins or ends, and the text's end.
func (r *renderer) edges() []int {
	all := []int{0, len(r.units)}
	for i := range r.waiting {
		e := &r.waiting[i]
		e.Offset = min(max(e.Offset, 0), len(r.units))
		e.Length = min(max(e.Length, 0), len(r.units)-e.Offset)
		all = append(all, e.Offset, e.end())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (r *renderer) copyTo(at int) {
	r.out.WriteString(html.EscapeString(string(utf16.Decode(r.units[r.pos:at]))))
	r.pos = at
}

// closeAt closes what ends here; what merely stands above it is closed and opened again.
func (r *renderer) closeAt(at int) {
	ends := slices.IndexFunc(r.open, func(e entity) bool { return e.end() <= at })
	if ends < 0 {
		return
	}
	above := slices.Clone(r.open[ends:])
	for _, e := range slices.Backward(above) {
		_, closing := r.tags(e)
		r.out.WriteString(closing)
	}
	r.open = r.open[:ends]
	for _, e := range above {
		if e.end() > at {
			r.push(e)
		}
	}
}

func (r *renderer) openAt(at int) {
	for len(r.waiting) > 0 && r.waiting[0].Offset <= at {
		if r.waiting[0].Length > 0 {
			r.push(r.waiting[0])
		}
		r.waiting = r.waiting[1:]
	}
}

func (r *renderer) push(e entity) {
	opening, _ := r.tags(e)
	r.out.WriteString(opening)
	r.open = append(r.open, e)
}

func (r *renderer) tags(e entity) (opening, closing string) {
	switch e.Type {
	case "bold":
		return "<b>", "</b>"
	case "italic":
		return "<i>", "</i>"
	case "underline":
		return "<u>", "</u>"
	case "strikethrough":
		return "<s>", "</s>"
	case "spoiler":
		return `<span class="spoiler">`, "</span>"
	case "code":
		return "<code>", "</code>"
	case "pre":
		return "<pre>", "</pre>"
	case "blockquote":
		return "<blockquote>", "</blockquote>"
	case "expandable_blockquote":
		return `<blockquote class="expandable">`, "</blockquote>"
	case "mention", "text_mention", "hashtag", "bot_command":
		return `<span class="` + strings.ReplaceAll(e.Type, "_", "-") + `">`, "</span>"
	case "text_link":
		return anchor(e.URL)
	case "url":
		return anchor(r.words(e))
	case "email":
		return anchor("mailto:" + r.words(e))
	}
	return "", ""
}

func (r *renderer) words(e entity) string { return string(utf16.Decode(r.units[e.Offset:e.end()])) }

func anchor(address string) (opening, closing string) {
	u, err := url.Parse(address)
	if err != nil || !slices.Contains([]string{"http", "https", "tg", "ton", "mailto"}, u.Scheme) {
		return "", ""
	}
	return `<a href="` + html.EscapeString(address) + `" rel="noopener noreferrer" target="_blank">`, "</a>"
}
