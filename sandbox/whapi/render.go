package whapi

import (
	"strconv"
	"time"
)

// otherDevice is the source of what another number's linked device wrote: only our own carries the word api.
const otherDevice = "web"

// deviceID is the vendor's linked device; the phone itself has none.
const deviceID = 11

var statusCodes = map[string]int{"failed": 0, "pending": 1, "sent": 2, "delivered": 3, "read": 4, "played": 5, "deleted": 6}

// message is a record as the wire shows it now.
func (s *Sim) message(r *record) messageJSON {
	m := messageJSON{
		ID: r.id, FromMe: r.fromMe, Type: r.kind, Subtype: r.subtype, ChatID: s.chatID(r.chat.id), ChatName: s.chatName(r.chat),
		Timestamp: r.at.Unix(), Source: r.source, body: r.body, Action: r.action, Context: s.context(r), Reactions: reactions(r),
		From: s.contactID(r.from),
	}
	if r.fromMe {
		m.Status = r.status
	} else {
		m.FromName = s.nameOf(r.from)
	}
	if r.source == "api" || r.source == otherDevice {
		m.DeviceID = deviceID
	}
	return m
}

func (s *Sim) context(r *record) *contextJSON {
	if r.quoted == nil && len(r.mentions) == 0 && r.forwarded == 0 {
		return nil
	}
	c := &contextJSON{Forwarded: r.forwarded > 0, ForwardingScore: r.forwarded}
	for _, who := range r.mentions {
		c.Mentions = append(c.Mentions, s.contactID(who))
	}
	if q := r.quoted; q != nil {
		c.QuotedID, c.QuotedType, c.QuotedContent, c.QuotedAuthor = q.id, q.kind, q.body, s.contactID(q.from)
	}
	return c
}

// reactions counts by emoji, in the order in which each appeared first.
func reactions(r *record) []reactionJSON {
	var list []reactionJSON
next:
	for _, one := range r.reacted {
		for i := range list {
			if list[i].Emoji == one.emoji {
				list[i].Count++
				continue next
			}
		}
		list = append(list, reactionJSON{Emoji: one.emoji, Count: 1})
	}
	return list
}

// status is one receipt; the reader is named in groups only.
func (s *Sim) status(r *record, status, viewer string, at time.Time) statusJSON {
	j := statusJSON{
		ID: r.id, Code: statusCodes[status], Status: status,
		RecipientID: s.chatID(r.chat.id), Timestamp: strconv.FormatInt(at.Unix(), 10),
	}
	if r.chat.group() && viewer != "" {
		j.ViewerID = s.contactID(viewer)
	}
	return j
}

func (s *Sim) healthOf(ch *channel) healthJSON {
	h := healthJSON{
		ChannelID: ch.ID, StartAt: ch.started.Unix(), Uptime: int64(s.clock.Now().Sub(ch.started).Seconds()), Version: "1.8.7",
		DeviceID: deviceID, Status: healthStatus{Code: healthCodes[ch.health], Text: ch.health},
	}
	if ch.health == auth {
		h.User = ch.user()
	}
	return h
}

func (s *Sim) chatOf(ch *channel, c *chat) chatJSON {
	j := chatJSON{ID: s.chatID(c.id), Name: s.chatName(c), Type: c.kind, Unread: c.unread}
	if !c.last.IsZero() {
		j.Timestamp = c.last.Unix()
	}
	for i := len(ch.history) - 1; i >= 0; i-- {
		if r := ch.history[i]; r.chat == c && r.action == nil && !r.deleted && !r.unsynced {
			m := s.message(r)
			j.LastMessage = &m
			break
		}
	}
	return j
}
