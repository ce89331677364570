package whatsapp

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
		events = append(events, meant(message(channel, m, now), m))
	}
	for _, u := range p.MessagesUpdates {
		if e, ok := update(channel, u, now); ok {
			events = append(events, e)
		}
	}
	for _, target := range p.MessagesRemoved {
		events = append(events, removal(channel, target, now))
	}
	events = append(events, calls(channel, p.Calls, now)...)
	for _, s := range p.Statuses {
		receipts = append(receipts, store.Receipt{Channel: channel, VendorID: messageID(s.ID), Status: id(s.Status), Viewer: id(s.ViewerID), At: moment(s.Timestamp, now)})
	}
	return events, receipts
}

// message is one item of messages.post. Edits, deletions and reactions come as messages, too.
func message(channel store.Channel, m whapi.Message, now time.Time) store.Inbound {
	e := store.Inbound{Op: store.OpMessage, Channel: channel, Chat: store.VendorChatID(id(m.ChatID)), ChatKind: chatKind(m.ChatID),
		Title: clean(m.ChatName), VendorID: messageID(m.ID), Author: store.Client, Sender: sender(m), SenderName: clean(m.FromName),
		Kind: clean(cmp.Or(m.Type, whapi.TypeUnknown)), Body: clean(Visible(m.Type, m.Content)), SentAt: moment(m.Timestamp, now)}
	if m.Context != nil {
		e.Quoted = messageID(m.Context.QuotedID)
	}
	if e.Title == "" && !m.FromMe && e.ChatKind == "direct" {
		e.Title = e.SenderName
	}
	print, caption := fileOf(m.Content)
	if e.ChatKind == "group" {
		e.Print = print
	}
	if m.FromMe {
		e.Op, e.Author, e.Sender, e.SenderName, e.Words = store.OpEcho, store.Phone, "", "", caption
	}
	switch {
	case m.Type == whapi.TypeAction && m.Action != nil:
		return action(e, *m.Action)
	case m.Type == typeAlbum:
		return ofAlbum(e, albumOf(m))
	case m.Type == whapi.TypeAction && m.FromMe, m.Type == whapi.TypeSystem, m.Type == whapi.TypeCall, m.Type == whapi.TypePin:
		e.Op = store.OpNote // also an action of ours that cannot be read: it must not pass for an answer from the phone
	}
	return e
}

// action is something that happened to another message.
func action(e store.Inbound, a whapi.Action) store.Inbound {
	target := messageID(a.Target)
	switch a.Type {
	case whapi.ActionEdit, whapi.ActionEdited:
		e.Op, e.Target, e.Kind, e.Body = store.OpEdit, target, clean(cmp.Or(a.EditedType, whapi.TypeText)), edited(a)
	case whapi.ActionDelete, whapi.ActionRevoke:
		e.Op, e.Target, e.Kind, e.Body = store.OpDelete, target, whapi.TypeText, ""
	case whapi.ActionReaction:
		e.Op, e.Kind, e.Body, e.Quoted = store.OpReaction, "reaction", clean(a.Emoji), target
	case whapi.ActionVote:
		e.Kind, e.Body, e.Quoted = "vote", voted(a.Votes), target // an answer: something may follow from it
	case whapi.ActionComment:
		e.Body, e.Quoted = label("comment", clean(a.Comment)), target // words: somebody may expect an answer
	default:
		e.Op, e.Body, e.Quoted = store.OpNote, label(clean(kindWord(a.Type)), ""), target
	}
	return e
}

// edited is a message after its edit. What cannot be read says so: the older words no longer hold.
func edited(a whapi.Action) string {
	content, err := a.Edited()
	if err != nil || content == (whapi.Content{}) {
		return "[edited, and WhatsApp did not pass on the new words]"
	}
	return clean(Visible(a.EditedType, wordsOnly(content)))
}

// wordsOnly leaves out what an edit may or may not repeat, so that the same edit told in two ways reads the same: a file keeps its name.
func wordsOnly(c whapi.Content) whapi.Content {
	if c.Document != nil {
		c.Document = &whapi.ContentDocument{Caption: c.Document.Caption}
	}
	return c
}

// ofAlbum: a line that only announces photos asks for nothing; they come as messages of their own.
func ofAlbum(e store.Inbound, a album) store.Inbound {
	e.Body = clean(a.line())
	if len(a.items) == 0 {
		e.Op = store.OpNote
	}
	return e
}

// voted is the choice of somebody in a poll. Options may come as hashes, which say nothing to a person.
func voted(options []string) string {
	var words []string
	for _, o := range options {
		if o = clean(o); o != "" && hashOf(o) == nil {
			words = append(words, o)
		}
	}
	switch {
	case len(words) > 0:
		return label("vote", joined(", ", words...))
	case len(options) > 0:
		return label("vote", "see the poll on the phone")
	}
	return label("vote", "taken back")
}

// calls are those that have ended without us: somebody wanted to speak and could not.
func calls(channel store.Channel, all []whapi.CallEvent, now time.Time) (events []store.Inbound) {
	for _, c := range all {
		if c.Status != "missed" && c.Status != "canceled" && c.Status != "rejected" {
			continue // under way, or answered on the phone
		}
		chat := cmp.Or(c.ChatID, c.From)
		if !strings.Contains(chat, "@") && chat != "" {
			chat += "@s.whatsapp.net"
		}
		if chat == "" {
			continue
		}
		what := "missed call"
		if c.VideoCall {
			what = "missed video call"
		}
		seconds := c.Timestamp
		if seconds > now.Unix()*100 {
			seconds /= 1000 // the vendor's examples are in milliseconds
		}
		events = append(events, store.Inbound{Op: store.OpMessage, Channel: channel, Chat: store.VendorChatID(id(chat)), ChatKind: chatKind(chat), VendorID: messageID("call-" + c.ID),
			Author: store.Client, Sender: sender(whapi.Message{From: c.From, ChatID: chat}), Kind: whapi.TypeCall, Body: label(what, ""), SentAt: moment(seconds, now)})
	}
	return events
}

// update is a change told by messages.patch. The same change may have come as an action: the second telling changes nothing.
func update(channel store.Channel, u whapi.MessageUpdate, now time.Time) (store.Inbound, bool) {
	if u.Trigger != nil && u.Trigger.Action != nil && u.Trigger.ID != "" && u.Trigger.ChatID != "" {
		return meant(message(channel, *u.Trigger, now), *u.Trigger), true
	}
	after := u.AfterUpdate
	if after == nil || after.ChatID == "" || !changesWords(u.Changes) {
		return store.Inbound{}, false
	}
	e := message(channel, *after, now)
	if e.Op != store.OpMessage && e.Op != store.OpEcho {
		return e, e.VendorID != ""
	}
	e.Op, e.Target = store.OpEdit, messageID(u.ID)
	e.VendorID = e.Target
	e.Body = clean(Visible(after.Type, wordsOnly(after.Content)))
	return meant(e, *after), true
}

// changesWords is false for what changes around the words of a message. That matters for our own ones: told before our
// message is known, such a change would pass for words that somebody has edited on the phone.
func changesWords(changes []string) bool {
	around := []string{"reactions", "status", "labels", "context", "source", "device_id", "timestamp", "from_name", "chat_name", "pinned", "starred"}
	return len(changes) == 0 || slices.ContainsFunc(changes, func(c string) bool { return !slices.Contains(around, c) })
}

// removal names a message only; the chat is found by it.
func removal(channel store.Channel, vendorID string, now time.Time) store.Inbound {
	target := messageID(vendorID)
	return store.Inbound{Op: store.OpDelete, Channel: channel, ChatKind: "other", VendorID: target, Target: target, Author: store.Client, Kind: whapi.TypeText, SentAt: now}
}

// sender is who wrote, as far as the vendor says; in a direct chat the chat itself names the person. A phone is written as
// bare digits, a hidden identity with its @lid: digits alone do not say which of the two they are.
func sender(m whapi.Message) string {
	from := m.From
	if from == "" && chatKind(m.ChatID) == "direct" {
		from = m.ChatID
	}
	if phone, ok := whapi.Phone(from); ok {
		return phone
	}
	return id(from)
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

// moment is the vendor's time in whole seconds, ours where there is none or where it cannot be true: before WhatsApp was
// there, or a day and more ahead.
func moment(seconds int64, now time.Time) time.Time {
	const since = 1230768000 // 2009
	if seconds < since || seconds > now.Add(24*time.Hour).Unix() {
		return now
	}
	return time.Unix(seconds, 0)
}

func messageID(s string) store.VendorMessageID { return store.VendorMessageID(id(s)) }

// id makes an id fit for an index: one that is far longer than any of the vendor's is shortened, and stays different from
// others.
func id(s string) string {
	const longest = 200
	if s = clean(s); len(s) <= longest {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return strings.ToValidUTF8(s[:100], "") + "…" + hex.EncodeToString(sum[:])
}

// clean makes text fit for the database: NUL and broken UTF-8 become U+FFFD.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
