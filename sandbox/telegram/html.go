package telegram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseError is the server's text after "can't parse entities: ".
type parseError string

func (e parseError) Error() string { return string(e) }

func parseErrorf(format string, args ...any) error { return parseError(fmt.Sprintf(format, args...)) }

var htmlTags = []string{"a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "tg-emoji",
	"tg-time", "span", "pre", "code", "blockquote"}

// parseHTML reads parse_mode HTML with the server's own strictness: byte offsets in errors, no unknown tag, no
// unclosed tag, no named reference but lt, gt, amp and quot. https://core.telegram.org/bots/api#html-style
func parseHTML(src string) (text string, ents []entity, err error) {
	p := &htmlParser{src: src}
	for p.i < len(p.src) {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, parseErrorf("Can't find end tag corresponding to start tag \"%s\"", p.open[n-1].name)
	}
	if p.surrogate {
		return "", nil, parseError("Text contains invalid Unicode characters after decoding HTML entities, check for " +
			"unmatched surrogate code units")
	}
	for i := range p.ents {
		if p.ents[i].Type == "code" {
			p.ents[i].Language = ""
		}
	}
	sortEntities(p.ents)
	return string(p.out), p.ents, nil
}

type htmlParser struct {
	src       string
	i         int
	out       []byte
	units     int // UTF-16 units written so far
	open      []openTag
	ents      []entity
	surrogate bool
}

type openTag struct {
	name, argument string
	date           int64
	offset, start  int // where its text begins: UTF-16 units, bytes of out
}

// at is the byte there, 0 behind the end.
func (p *htmlParser) at(i int) byte {
	if i < len(p.src) {
		return p.src[i]
	}
	return 0
}

func htmlSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0 || c == '\v'
}

func (p *htmlParser) spaces() {
	for p.at(p.i) != 0 && htmlSpace(p.at(p.i)) {
		p.i++
	}
}

func (p *htmlParser) step() error {
	switch c := p.at(p.i); {
	case c == '&':
		if r, next := reference(p.src, p.i); r != 0 {
			p.i = next
			p.write(r)
			return nil
		}
		p.i++
		p.write('&')
	case c == '<' && p.at(p.i+1) == '/':
		return p.endTag()
	case c == '<':
		return p.startTag()
	default:
		r, size := utf8.DecodeRuneInString(p.src[p.i:])
		p.i += size
		p.write(r)
	}
	return nil
}

func (p *htmlParser) write(r rune) {
	if r >= 0xd800 && r <= 0xdfff {
		p.surrogate = true
	}
	p.units++
	if r > 0xffff {
		p.units++
	}
	p.out = utf8.AppendRune(p.out, r)
}

// reference decodes &…; at i; 0 means that the ampersand stands for itself.
func reference(src string, i int) (r rune, next int) {
	end := i + 1
	for end < len(src) && (alnum(src[end]) || src[end] == '#' && end == i+1) {
		if src[i+1] != '#' && src[end] <= '9' {
			break // names are letters only
		}
		end++
	}
	switch name := src[i+1 : end]; name {
	case "lt":
		r = '<'
	case "gt":
		r = '>'
	case "amp":
		r = '&'
	case "quot":
		r = '"'
	default:
		r = numeric(name)
	}
	if r != 0 && end < len(src) && src[end] == ';' {
		end++
	}
	return r, end
}

func numeric(name string) rune {
	digits, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, isHex := strings.CutPrefix(digits, "x"); isHex {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if !ok || err != nil || n >= 0x10ffff || len(name) >= 9 {
		return 0
	}
	return rune(n)
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *htmlParser) startTag() error {
	begin := p.i
	p.i++
	for !htmlSpace(p.at(p.i)) && p.at(p.i) != '>' {
		p.i++
	}
	if p.at(p.i) == 0 {
		return parseErrorf("Unclosed start tag at byte offset %d", begin)
	}
	tag := openTag{name: strings.ToLower(p.src[begin+1 : p.i]), offset: p.units, start: len(p.out)}
	if !slices.Contains(htmlTags, tag.name) {
		return parseErrorf("Unsupported start tag \"%s\" at byte offset %d", tag.name, begin)
	}
	for p.at(p.i) != '>' {
		p.spaces()
		if p.at(p.i) == '>' {
			break
		}
		if err := p.attribute(&tag, begin); err != nil {
			return err
		}
	}
	p.i++
	if tag.name == "span" && tag.argument != "spoiler" {
		return parseErrorf("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	p.open = append(p.open, tag)
	return nil
}

func (p *htmlParser) attribute(tag *openTag, begin int) error {
	from := p.i
	for c := p.at(p.i); !htmlSpace(c) && !strings.ContainsRune(`=>/"'`, rune(c)); c = p.at(p.i) {
		p.i++
	}
	name := p.src[from:min(p.i, len(p.src))]
	if name == "" {
		return parseErrorf("Empty attribute name in the tag \"%s\" at byte offset %d", tag.name, begin)
	}
	p.spaces()
	if p.at(p.i) == 0 {
		return parseErrorf("Unclosed start tag \"%s\" at byte offset %d", tag.name, begin)
	}
	if p.at(p.i) != '=' {
		tag.set(name, "")
		return nil
	}
	p.i++
	p.spaces()
	if p.at(p.i) == 0 {
		return parseErrorf("Unclosed start tag \"%s\" at byte offset %d", tag.name, begin)
	}
	value, err := p.value()
	if err != nil {
		return err
	}
	if p.at(p.i) == 0 {
		return parseErrorf("Unclosed start tag at byte offset %d", begin)
	}
	tag.set(name, value)
	return nil
}

func (p *htmlParser) value() (string, error) {
	quote := p.at(p.i)
	if quote != '\'' && quote != '"' {
		return p.token()
	}
	p.i++
	var out []byte
	for p.at(p.i) != quote && p.at(p.i) != 0 {
		if r, next := reference(p.src, p.i); p.at(p.i) == '&' && r != 0 {
			out, p.i = utf8.AppendRune(out, r), next
			continue
		}
		out = append(out, p.at(p.i))
		p.i++
	}
	if p.at(p.i) == quote {
		p.i++
	}
	return string(out), nil
}

// token is an unquoted value: letters, digits, periods and hyphens.
func (p *htmlParser) token() (string, error) {
	from := p.i
	for c := p.at(p.i); alnum(c) || c == '.' || c == '-'; c = p.at(p.i) {
		p.i++
	}
	if !htmlSpace(p.at(p.i)) && p.at(p.i) != '>' {
		return "", parseErrorf("Unexpected end of name token at byte offset %d", from)
	}
	return strings.ToLower(p.src[from:p.i]), nil
}

// set keeps the few attributes that mean something; the server ignores all others.
func (t *openTag) set(name, value string) {
	switch t.name + " " + name {
	case "a href", "tg-emoji emoji-id", "tg-time format":
		t.argument = value
	case "code class":
		if language, ok := strings.CutPrefix(value, "language-"); ok {
			t.argument = language
		}
	case "span class":
		if class, ok := strings.CutPrefix(value, "tg-"); ok {
			t.argument = class
		}
	case "blockquote expandable":
		t.argument = "1"
	case "tg-time unix":
		t.date, _ = strconv.ParseInt(value, 10, 64)
	}
}

func (p *htmlParser) endTag() error {
	begin := p.i
	if len(p.open) == 0 {
		return parseErrorf("Unexpected end tag at byte offset %d", begin)
	}
	p.i += 2
	for !htmlSpace(p.at(p.i)) && p.at(p.i) != '>' {
		p.i++
	}
	name := strings.ToLower(p.src[min(begin+2, len(p.src)):p.i])
	p.spaces()
	if p.at(p.i) != '>' {
		return parseErrorf("Unclosed end tag at byte offset %d", begin)
	}
	p.i++
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return parseErrorf("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	if p.units == tag.offset {
		return nil
	}
	return p.close(tag)
}

// close turns a finished tag into its entity.
func (p *htmlParser) close(tag openTag) error {
	e := entity{Offset: tag.offset, Length: p.units - tag.offset}
	switch tag.name {
	case "b", "strong":
		e.Type = "bold"
	case "i", "em":
		e.Type = "italic"
	case "u", "ins":
		e.Type = "underline"
	case "s", "strike", "del":
		e.Type = "strikethrough"
	case "span", "tg-spoiler":
		e.Type = "spoiler"
	case "blockquote":
		e.Type = "blockquote"
		if tag.argument != "" {
			e.Type = "expandable_blockquote"
		}
	case "tg-emoji":
		if id, err := strconv.ParseInt(tag.argument, 10, 64); err != nil || id == 0 {
			return parseError("Invalid custom emoji identifier specified")
		}
		e.Type, e.CustomEmojiID = "custom_emoji", tag.argument
	case "tg-time":
		e.Type, e.UnixTime, e.DateTimeFormat = "date_time", tag.date, tag.argument
	case "a":
		return p.closeLink(tag, e)
	case "pre", "code":
		return p.closeCode(tag, e)
	}
	if e.Type != "date_time" || e.UnixTime > 0 {
		p.ents = append(p.ents, e)
	}
	return nil
}

// closeLink drops the mark of a link that Telegram would not open, and keeps its text.
func (p *htmlParser) closeLink(tag openTag, e entity) error {
	url := tag.argument
	if url == "" {
		url = string(p.out[tag.start:])
	}
	if id, ok := linkedUser(url); ok {
		e.Type, e.User = "text_mention", &userObject{ID: id}
		p.ents = append(p.ents, e)
	} else if checked, err := checkLink(url, false); err == nil {
		e.Type, e.URL = "text_link", checked
		p.ents = append(p.ents, e)
	}
	return nil
}

// closeCode joins <pre><code class="language-x"> to one entity with a language.
func (p *htmlParser) closeCode(tag openTag, e entity) error {
	e.Type = tag.name
	if n := len(p.ents); n > 0 {
		last := &p.ents[n-1]
		whole := last.Offset == e.Offset && last.Length == e.Length
		if whole && tag.name == "pre" && last.Type == "code" && last.Language != "" {
			last.Type = "pre"
			return nil
		}
		if whole && tag.name == "code" && last.Type == "pre" && tag.argument != "" {
			last.Language = tag.argument
			return nil
		}
	}
	if tag.name == "code" {
		e.Language = tag.argument // only until a surrounding <pre> is found
	}
	p.ents = append(p.ents, e)
	return nil
}
