package whapi

import (
	"cmp"
	"slices"
)

// GET /chats: the one with the newest message first.
func (s *Sim) getChats(c call) (any, error) {
	p, err := readPage(c.r.URL.Query())
	if err != nil {
		return nil, err
	}
	all := c.ch.newestChats()
	list := []chatJSON{}
	for _, one := range cut(all, p) {
		list = append(list, s.chatOf(c.ch, one))
	}
	return map[string]any{"chats": list, "count": p.count, "total": len(all), "offset": p.offset}, nil
}

// GET /chats/{ChatID}
func (s *Sim) getChat(c call) (any, error) {
	chat, err := s.pathChat(c)
	if err != nil {
		return nil, err
	}
	return s.chatOf(c.ch, chat), nil
}

func (ch *channel) newestChats() []*chat {
	all := make([]*chat, 0, len(ch.chats))
	for _, c := range ch.chats {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *chat) int {
		return cmp.Or(b.last.Compare(a.last), cmp.Compare(a.id, b.id))
	})
	return all
}
