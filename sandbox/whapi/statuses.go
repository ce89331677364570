package whapi

import "net/http"

// travel runs the statuses of a message of ours: sent, delivered, and read when people read by themselves.
func (s *Sim) travel(ch *channel, r *record) {
	now := s.clock.Now()
	readers := s.readers(ch, r.chat)
	if len(readers) == 0 {
		r.status = "failed"
		row := s.status(r, r.status, "", now)
		row.Errors = []errorJSON{{Code: http.StatusNotFound, Message: "this number is not on WhatsApp"}}
		s.emitStatuses(ch, r.chat, row)
		return
	}
	for _, phone := range readers {
		r.seen = append(r.seen, receipt{phone, "sent", now})
	}
	r.status = "sent"
	s.emitStatuses(ch, r.chat, s.status(r, "sent", "", now))
	for _, row := range s.reach(r, "delivered") {
		s.emitStatuses(ch, r.chat, row)
	}
	if s.autoRead {
		s.emitStatuses(ch, r.chat, s.reach(r, "read")...)
	}
}

// reach moves all readers of a message forward and gives the rows that say so.
func (s *Sim) reach(r *record, status string) []statusJSON {
	var rows []statusJSON
	for _, one := range r.seen {
		rows = append(rows, s.reachBy(r, status, one.phone)...)
	}
	return rows
}

// reachBy moves one reader of a message forward. The message itself is as far as the slowest of its readers.
func (s *Sim) reachBy(r *record, status, phone string) []statusJSON {
	var rows []statusJSON
	now := s.clock.Now()
	slowest := statusCodes["played"]
	for i := range r.seen {
		one := &r.seen[i]
		if one.phone == phone && statusCodes[one.status] < statusCodes[status] {
			one.status, one.at = status, now
			rows = append(rows, s.status(r, status, one.phone, now))
		}
		if code := statusCodes[one.status]; code <= slowest {
			slowest, r.status = code, one.status
		}
	}
	return rows
}

// emitStatuses sends rows in one body.
func (s *Sim) emitStatuses(ch *channel, c *chat, rows ...statusJSON) {
	if len(rows) > 0 {
		s.emit(ch, eventName{"statuses", "post"}, c.id, payload{Statuses: rows})
		s.nudge()
	}
}

// markRead marks what people wrote into a chat, up to a message, as read by us.
func (s *Sim) markRead(ch *channel, upTo *record) {
	var rows []statusJSON
	for _, r := range ch.history {
		if r.chat == upTo.chat && !r.fromMe && r.action == nil && r.status != "read" {
			r.status = "read"
			rows = append(rows, s.status(r, "read", ch.Phone, s.clock.Now()))
			r.chat.unread--
			s.tellAuthor(r)
		}
		if r == upTo {
			break
		}
	}
	s.emitStatuses(ch, upTo.chat, rows...)
}

// tellAuthor lets another number of ours know that this one has read its message.
func (s *Sim) tellAuthor(r *record) {
	author := s.channelByPhone(r.from)
	if author == nil {
		return
	}
	if own := r.said.by(author); own != nil && own.fromMe {
		s.emitStatuses(author, own.chat, s.reachBy(own, "read", r.ch.Phone)...)
	}
}

// GET /statuses/{MessageID}: who got how far with a message of ours.
func (s *Sim) getStatuses(c call) (any, error) {
	r, err := c.message()
	if err != nil {
		return nil, err
	}
	if !r.fromMe {
		return nil, refuse(403, "View statuses available only for outgoing messages")
	}
	rows := []statusJSON{}
	for _, one := range r.seen {
		row := s.status(r, one.status, one.phone, one.at)
		row.RecipientID, row.ViewerID = "", s.contactID(one.phone)
		rows = append(rows, row)
	}
	return map[string]any{"statuses": rows}, nil
}
