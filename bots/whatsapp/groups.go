package whatsapp

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/riverqueue/river"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// LookWorker asks WhatsApp who is in a group and whether our numbers may write there.
type LookWorker struct {
	river.WorkerDefaults[store.LookAtGroup]
	Bot *Bot
}

func (w *LookWorker) Timeout(*river.Job[store.LookAtGroup]) time.Duration { return 30 * time.Second }

func (w *LookWorker) Work(ctx context.Context, job *river.Job[store.LookAtGroup]) error {
	ctx = store.WithRestaurant(ctx, job.Args.Restaurant)
	err := w.Bot.lookAt(ctx, job.Args.Chat)
	if store.IsLeaseLost(err) {
		return nil
	}
	return err
}

// lookTime is how long one number is asked.
const lookTime = 8 * time.Second

func (b *Bot) lookAt(ctx context.Context, chat store.ChatID) error {
	var g store.Group
	if err := b.DB.Tx(ctx, func(tx *store.Tx) (err error) { g, err = tx.LeaseGroup(ctx, chat); return err }); err != nil {
		return err
	}
	own, err := b.own(ctx)
	if err != nil {
		return err
	}
	answers, silent := b.askAll(ctx, g)
	ctx = context.WithoutCancel(ctx)
	if silent { // nobody could be asked
		return b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.LookLater(ctx, g) })
	}
	sight := sightOf(answers, own)
	sight.LIDs = b.hidden(ctx, sight.Members)
	return b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.SawGroup(ctx, g, sight) })
}

// seen is what one number was told about a group: the group, or that it is not there.
type seen struct {
	group whapi.Group
	found bool
	gone  bool
}

// askAll asks every number; silent says that none of them has got a word out of the vendor.
func (b *Bot) askAll(ctx context.Context, g store.Group) (answers map[store.Channel]seen, silent bool) {
	answers, silent = map[store.Channel]seen{}, true
	for channel, client := range b.Channels {
		call, cancel := context.WithTimeout(ctx, lookTime)
		group, err := client.Group(call, string(g.VendorChatID))
		cancel()
		var refused *whapi.Error
		switch {
		case err == nil:
			answers[channel], silent = seen{group: group, found: true}, false
		case errors.As(err, &refused) && refused.Permanent() && (refused.Status == http.StatusNotFound || refused.Status == http.StatusForbidden):
			answers[channel], silent = seen{gone: true}, false
		default:
			b.Log.Warn("a group could not be looked at", "channel", channel, "error", err)
		}
	}
	return answers, silent
}

// sightOf puts together what the numbers were told. That one was told of no such group means something only where another
// one was told of it, or where the vendor lists members and it is not among them: a vendor that does not know groups says 404
// to everybody.
func sightOf(answers map[store.Channel]seen, own map[string]store.Channel) (s store.GroupSight) {
	s.Seats = map[store.Channel]string{}
	var told *whapi.Group
	for channel, a := range answers {
		if a.found {
			s.Seats[channel] = "open"
			told = &a.group
		}
	}
	if told == nil {
		return s
	}
	s.Title, s.Announcements = clean(told.Name), &told.Announcements
	ranks := map[store.Channel]string{}
	for _, p := range told.Participants {
		id := contact(p.ID)
		if channel, ours := own[id]; ours {
			ranks[channel] = p.Rank
		} else if id != "" {
			s.Members = append(s.Members, store.Member{ID: id, Rank: rank(p.Rank)})
		}
	}
	known := map[store.Channel]bool{}
	for _, channel := range own {
		known[channel] = true
	}
	for channel, a := range answers {
		r, in := ranks[channel]
		switch {
		case a.gone, !in && known[channel] && len(told.Participants) > 0:
			s.Seats[channel] = "out"
		case told.Announcements && in && rank(r) == "member":
			s.Seats[channel] = "mute"
		}
	}
	return s
}

func rank(s string) string {
	if s == "admin" || s == "creator" {
		return s
	}
	return "member"
}

// hidden are the members' hidden identities, as far as the vendor tells; nothing depends on it.
func (b *Bot) hidden(ctx context.Context, members []store.Member) map[string]string {
	var phones []string
	for _, m := range members {
		if !strings.Contains(m.ID, "@") {
			phones = append(phones, m.ID)
		}
	}
	if len(phones) == 0 || len(phones) > 100 {
		return nil
	}
	for _, client := range b.Channels {
		call, cancel := context.WithTimeout(ctx, lookTime)
		lids, err := client.LIDs(call, phones)
		cancel()
		if err == nil {
			return lids
		}
	}
	return nil
}

// own is which of our numbers an id belongs to.
func (b *Bot) own(ctx context.Context) (map[string]store.Channel, error) {
	own := map[string]store.Channel{}
	err := b.DB.Tx(ctx, func(tx *store.Tx) error {
		all, err := tx.Identities(ctx)
		for _, i := range all {
			if i.Kind != "name" {
				own[i.Value] = i.Channel
				own[strings.TrimSuffix(i.Value, "@lid")] = i.Channel // some write it without
			}
		}
		return err
	})
	return own, err
}

// learnEvery is how long what we know of ourselves holds; a number may get another name, or be linked anew.
const learnEvery = time.Hour

// Know keeps what we know of ourselves fresh until the context ends.
func (b *Bot) Know(ctx context.Context) {
	for {
		b.LearnSelves(ctx)
		if b.DB.Clock.Wait(ctx, b.DB.Clock.Now().Add(learnEvery)) != nil {
			return
		}
	}
}

// LearnSelves asks the vendor who our numbers are: phone, hidden identity, names. What it does not say stays as it was known;
// a group is understood with less of it, too.
func (b *Bot) LearnSelves(ctx context.Context) {
	for channel, client := range b.Channels {
		known := b.self(ctx, client)
		if len(known) == 0 {
			continue
		}
		if err := b.DB.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.Learn(ctx, channel, known) }); err != nil && ctx.Err() == nil {
			b.Log.Warn("who a number is could not be kept", "channel", channel, "error", err)
		}
	}
}

func (b *Bot) self(ctx context.Context, client *whapi.Client) (known []store.Identity) {
	call, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	add := func(kind, value string) {
		if value != "" {
			known = append(known, store.Identity{Kind: kind, Value: value})
		}
	}
	health, err := client.Health(call)
	if err == nil && health.User != nil {
		phone, _ := whapi.Phone(health.User.ID)
		add("phone", phone)
		add("name", nameOf(health.User.Name))
		if lid, err := client.LID(call, phone); phone != "" && err == nil {
			add("lid", lid)
		}
	}
	if profile, err := client.Profile(call); err == nil {
		add("name", nameOf(profile.Name))
	}
	return known
}

// nameOf is a name as it is looked for in what people say; too short a one is no name.
func nameOf(s string) string {
	name := strings.TrimSpace(spoken(s))
	if len([]rune(name)) < 3 {
		return ""
	}
	return name
}

// spoken are words as names are compared: small letters and digits, one blank between two words and at both ends.
func spoken(s string) string {
	words := strings.FieldsFunc(strings.ToLower(clean(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	return " " + strings.Join(words, " ") + " "
}

// contact is an id of a person as we compare them: digits of a phone, or a hidden identity with its @lid.
func contact(s string) string {
	if s == "" {
		return ""
	}
	if phone, ok := whapi.Phone(s); ok {
		return phone
	}
	return id(s)
}

// meant is what the message itself says about whom it is for; what stands inside a quote says nothing.
func meant(e store.Inbound, m whapi.Message) store.Inbound {
	const longest = 4000
	if e.ChatKind != "group" || m.FromMe || (e.Op != store.OpMessage && e.Op != store.OpEdit) {
		return e
	}
	words := e.Body
	if r := []rune(words); len(r) > longest {
		words = string(r[:longest])
	}
	e.Spoken, e.Asks = spoken(words), strings.ContainsAny(words, "?？؟")
	if m.Context == nil {
		return e
	}
	var mentions []string
	for _, who := range m.Context.Mentions[:min(len(m.Context.Mentions), 50)] {
		if c := contact(strings.TrimSpace(who)); c != "" && !strings.ContainsFunc(c, unicode.IsSpace) {
			mentions = append(mentions, c)
		}
	}
	e.Mentions, e.QuotedAuthor = strings.Join(mentions, " "), contact(m.Context.QuotedAuthor)
	return e
}

// fileOf is the print of a message's file, by which two copies of it are told to be one, and its caption as it was written.
func fileOf(c whapi.Content) (print, caption string) {
	for _, m := range []*whapi.ContentMedia{c.Image, c.Video, c.Short, c.GIF, c.Sticker} {
		if m != nil {
			return id(m.SHA256), clean(m.Caption)
		}
	}
	for _, a := range []*whapi.ContentAudio{c.Voice, c.Audio} {
		if a != nil {
			return id(a.SHA256), ""
		}
	}
	if c.Document != nil {
		return id(c.Document.SHA256), clean(c.Document.Caption)
	}
	return "", ""
}

// groupNews is what a webhook says about groups themselves.
func groupNews(channel store.Channel, p whapi.Payload) (out []store.GroupNews) {
	for _, g := range p.Groups {
		n := store.GroupNews{Channel: channel, Chat: store.VendorChatID(id(g.ID)), Action: "welcome", Title: clean(g.Name), Announcements: &g.Announcements}
		out = append(out, n)
	}
	for _, e := range p.GroupsParticipants {
		if !slices.Contains([]string{"add", "remove", "promote", "demote"}, e.Action) {
			continue // who asks to be let in is not in yet
		}
		n := store.GroupNews{Channel: channel, Chat: store.VendorChatID(id(e.GroupID)), Action: e.Action}
		for _, who := range e.Participants {
			if c := contact(who); c != "" {
				n.People = append(n.People, c)
			}
		}
		out = append(out, n)
	}
	for _, u := range p.GroupsUpdates {
		if u.AfterUpdate != nil && u.AfterUpdate.ID != "" {
			out = append(out, store.GroupNews{Channel: channel, Chat: store.VendorChatID(id(u.AfterUpdate.ID)), Action: "update", Title: clean(u.AfterUpdate.Name), Announcements: announced(u)})
		}
	}
	return out
}

// announced is who may write after a change, where the change says so: an update may name only what it changes.
func announced(u whapi.Update[whapi.Group]) *bool {
	if u.BeforeUpdate == nil || slices.ContainsFunc(u.Changes, func(c string) bool { return strings.Contains(strings.ToLower(c), "announce") }) ||
		u.BeforeUpdate.Announcements != u.AfterUpdate.Announcements {
		return &u.AfterUpdate.Announcements
	}
	return nil
}

// nobodys says that a chat is nobody's conversation: people's statuses, lists and newsletters. They are kept as they came, and
// make neither a chat nor a restaurant.
func nobodys(e store.Inbound) bool {
	kind := whapi.ChatID(e.Chat).Kind()
	return kind == whapi.KindBroadcast || kind == whapi.KindNewsletter
}
