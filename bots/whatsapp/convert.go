package whatsapp

import (
	"slices"
	"strings"
	"time"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// Convert turns the vendor's words into ours. It is pure: plain values in, plain values out. Nothing is dropped: a kind that
// we do not know yet becomes a visible line.
func Convert(channel store.Channel, p whapi.Payload, now time.Time) (events []store.Inbound, receipts []store.Receipt) {
	for _, m := range p.Messages {
		events = append(events, message(channel, m, now))
	}
	for _, u := range p.MessagesUpdates {
		if e, ok := update(channel, u, now); ok {
			events = append(events, e)
		}
	}
	for _, id := range p.MessagesRemoved {
		events = append(events, removal(channel, id, now))
	}
	for _, s := range p.Statuses {
		receipts = append(receipts, store.Receipt{Channel: channel, VendorID: store.VendorMessageID(clean(s.ID)),
			Status: clean(s.Status), Viewer: clean(s.ViewerID), At: orNow(s.Timestamp, now)})
	}
	return events, receipts
}

// message is one item of messages.post. Edits, deletions and reactions come as messages, too.
func message(channel store.Channel, m whapi.Message, now time.Time) store.Inbound {
	e := store.Inbound{Op: store.OpMessage, Channel: channel, Chat: store.VendorChatID(clean(m.ChatID)), ChatKind: chatKind(m.ChatID),
		Title: clean(m.ChatName), VendorID: store.VendorMessageID(clean(m.ID)), Author: store.Client, Sender: clean(sender(m)),
		SenderName: clean(m.FromName), Kind: clean(m.Type), Body: clean(Visible(m.Type, m.Content)), SentAt: orNow(m.Timestamp, now)}
	if m.Context != nil {
		e.Quoted = store.VendorMessageID(clean(m.Context.QuotedID))
	}
	if e.Title == "" && !m.FromMe && e.ChatKind == "direct" {
		e.Title = e.SenderName
	}
	if m.FromMe {
		e.Op, e.Author, e.Sender, e.SenderName = store.OpEcho, store.Phone, "", ""
	}
	switch {
	case m.Type == whapi.TypeAction && m.Action != nil:
		return action(e, *m.Action)
	case m.Type == whapi.TypeSystem || m.Type == whapi.TypeCall || m.Type == whapi.TypePin:
		e.Op = store.OpNote
	}
	return e
}

// action is something that happened to another message.
func action(e store.Inbound, a whapi.Action) store.Inbound {
	target := store.VendorMessageID(clean(a.Target))
	switch a.Type {
	case whapi.ActionEdit, whapi.ActionEdited:
		content, _ := a.Edited() // what cannot be read shows as an edit without words
		e.Op, e.Target, e.Kind, e.Body = store.OpEdit, target, clean(a.EditedType), clean(Visible(a.EditedType, content))
		if e.Kind == "" {
			e.Kind = whapi.TypeText
		}
	case whapi.ActionDelete, whapi.ActionRevoke:
		e.Op, e.Target, e.Kind = store.OpDelete, target, whapi.TypeText
	case whapi.ActionReaction:
		e.Op, e.Kind, e.Body, e.Quoted = store.OpReaction, "reaction", clean(a.Emoji), target
	default:
		e.Op, e.Body, e.Quoted = store.OpNote, "["+clean(a.Type)+"]", target
	}
	return e
}

// update is a change told by messages.patch. The same change may have come as an action: the second telling changes nothing.
func update(channel store.Channel, u whapi.MessageUpdate, now time.Time) (store.Inbound, bool) {
	if u.Trigger != nil && u.Trigger.Action != nil && u.Trigger.ChatID != "" {
		return message(channel, *u.Trigger, now), true
	}
	after := u.AfterUpdate
	if after == nil || after.ChatID == "" || onlyReactions(u.Changes) {
		return store.Inbound{}, false
	}
	e := message(channel, *after, now)
	if e.Op != store.OpMessage && e.Op != store.OpEcho {
		return e, true
	}
	e.Op, e.Target = store.OpEdit, store.VendorMessageID(clean(u.ID))
	e.VendorID = e.Target
	return e, true
}

func onlyReactions(changes []string) bool {
	return len(changes) > 0 && !slices.ContainsFunc(changes, func(c string) bool { return c != "reactions" })
}

// removal names a message only; the chat is found by it.
func removal(channel store.Channel, id string, now time.Time) store.Inbound {
	target := store.VendorMessageID(clean(id))
	return store.Inbound{Op: store.OpDelete, Channel: channel, ChatKind: "other", VendorID: target, Target: target, Author: store.Client, Kind: whapi.TypeText, SentAt: now}
}

// sender is who wrote, as far as the vendor says; in a direct chat the chat itself names the person.
func sender(m whapi.Message) string {
	if m.From != "" {
		return m.From
	}
	return whapi.Digits(m.ChatID)
}

func chatKind(id string) string {
	switch whapi.ChatID(id).Kind() {
	case whapi.KindDirect, whapi.KindLID:
		return "direct"
	case whapi.KindGroup:
		return "group"
	}
	return "other"
}

func orNow(seconds int64, now time.Time) time.Time {
	if seconds <= 0 {
		return now
	}
	return time.Unix(seconds, 0)
}

// clean makes text fit for the database: NUL and broken UTF-8 become U+FFFD.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
