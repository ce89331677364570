package whapi

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// filter is what a history request asks for.
type filter struct {
	page
	from, to    int64 // seconds, both ends included; 0: open
	fromMe      *bool
	author      string
	normalTypes bool // true leaves actions out
	oldestFirst bool
}

// page is the part of a list that is wanted.
type page struct{ count, offset int }

// GET /messages/list
func (s *Sim) getList(c call) (any, error) { return s.list(c, nil) }

// GET /messages/list/{ChatID}
func (s *Sim) getChatList(c call) (any, error) {
	chat, err := s.pathChat(c)
	if err != nil {
		return nil, err
	}
	return s.list(c, chat)
}

// pathChat finds the chat that the path names.
func (s *Sim) pathChat(c call) (*chat, error) {
	id := c.vars["ChatID"]
	if !chatPattern.MatchString(id) {
		return nil, refuse(400, "Wrong request parameters: ChatID")
	}
	if chat := c.ch.chats[s.canonical(id)]; chat != nil {
		return chat, nil
	}
	return nil, refuse(404, "Specified chat not found")
}

func (s *Sim) list(c call, in *chat) (any, error) {
	f, err := readFilter(c.r.URL.Query())
	if err != nil {
		return nil, err
	}
	var found []*record
	for _, r := range c.ch.history {
		if (in == nil || r.chat == in) && f.matches(r) {
			found = append(found, r)
		}
	}
	if !f.oldestFirst {
		slices.Reverse(found)
	}
	messages := []messageJSON{}
	for _, r := range cut(found, f.page) {
		messages = append(messages, s.message(r))
	}
	return map[string]any{
		"messages": messages, "count": f.count, "total": len(found), "offset": f.offset,
		"first": f.offset, "last": f.offset + max(len(messages)-1, 0),
	}, nil
}

// covers says whether a moment is in the wanted stretch of time.
func (f filter) covers(at time.Time) bool {
	return (f.from == 0 || at.Unix() >= f.from) && (f.to == 0 || at.Unix() <= f.to)
}

func (f filter) matches(r *record) bool {
	switch {
	case r.deleted || r.unsynced || !f.covers(r.at),
		f.fromMe != nil && r.fromMe != *f.fromMe,
		f.author != "" && r.from != f.author,
		f.normalTypes && r.action != nil:
		return false
	}
	return true
}

// readFilter is strict: query booleans are the words true and false, count is 1 to 500.
func readFilter(q url.Values) (filter, error) {
	var f filter
	var err error
	if f.page, err = readPage(q); err != nil {
		return f, err
	}
	f.author = digits(q.Get("author"))
	from, errFrom := number(q, "time_from", 0)
	to, errTo := number(q, "time_to", 0)
	fromMe, errMe := word(q, "from_me")
	normal, errNormal := word(q, "normal_types")
	for _, err := range []error{errFrom, errTo, errMe, errNormal} {
		if err != nil {
			return f, err
		}
	}
	f.from, f.to, f.fromMe, f.normalTypes = int64(from), int64(to), fromMe, normal != nil && *normal
	switch q.Get("sort") {
	case "asc":
		f.oldestFirst = true
	case "", "desc":
	default:
		return f, refuse(400, "Wrong request parameters: sort")
	}
	return f, nil
}

func readPage(q url.Values) (page, error) {
	count, err := number(q, "count", 100)
	if err != nil || count < 1 || count > 500 {
		return page{}, refuse(400, "Wrong request parameters: count")
	}
	offset, err := number(q, "offset", 0)
	return page{count, offset}, err
}

// cut gives the wanted part of a list.
func cut[T any](all []T, p page) []T {
	start := min(p.offset, len(all))
	return all[start:min(start+p.count, len(all))]
}

func number(q url.Values, name string, otherwise int) (int, error) {
	if !q.Has(name) {
		return otherwise, nil
	}
	n, err := strconv.Atoi(q.Get(name))
	if err != nil || n < 0 {
		return 0, refuse(400, "Wrong request parameters: "+name)
	}
	return n, nil
}

func word(q url.Values, name string) (*bool, error) {
	var yes bool
	switch q.Get(name) {
	case "":
		return nil, nil
	case "true":
		yes = true
	case "false":
	default:
		return nil, refuse(400, "Wrong request parameters: "+name+" must be true or false")
	}
	return &yes, nil
}
