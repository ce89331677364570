package whatsapp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// Back-fill: the ledger is brought up to what the vendor's history has, at every start, every hour, and whenever a number or
// a hook was away. The rules:
//
//   - What is older than a day before we first took care of the number is past: it is kept as handled, and nobody is woken.
//   - Everything else is missed: it goes through the same ingest as a webhook and leads to the same turn.
//   - What is younger than a minute and not here may still be on its way: it is left to its webhook and looked for again soon.
//
// A pass reads the number's messages as one list, oldest first, and then makes sure of every chat that has moved: one whose
// newest message is not here is read by itself. Where a server has no such list, all chats that have moved are read.
const (
	pageSize    = 200
	pagesAtOnce = 5                // then the chore rests for a moment
	restBetween = time.Second      // gently
	chatsAtOnce = 100              // of one page of chats
	hourly      = time.Hour        // between two passes
	soonAgain   = 2 * time.Minute  // when something was too fresh
	tooFresh    = time.Minute      // its webhook is probably on its way
	pastDay     = 24 * time.Hour   // before the first start: whoever wrote then still waits for an answer
	mostPages   = 500              // of one pass: a server that never ends does not keep us
	callTime    = 20 * time.Second // of one page
)

// History does one stretch of a pass. busy says that it goes on after a moment.
func (b *Bot) History(ctx context.Context, c store.Chore) (next time.Duration, busy bool, err error) {
	client := b.Channels[c.Channel]
	if client == nil {
		return hourly, false, nil
	}
	state, err := b.DB.ChannelState(ctx, c.Channel)
	if err != nil {
		return 0, false, err
	}
	p, err := b.DB.BeginPass(ctx, c.Channel)
	if err != nil {
		return 0, false, err
	}
	if whole, err := b.tellsAll(ctx, c.Channel, client, p); err != nil || !whole {
		return soonAgain, false, err
	}
	w := &backfill{bot: b, client: client, chore: c, pass: p, since: state.FirstAt, budget: pagesAtOnce}
	switch p.Phase {
	case store.PassList:
		err = w.list(ctx)
	default:
		err = w.chats(ctx)
	}
	switch {
	case err != nil:
		return 0, false, err
	case w.ended && w.pass.Soon:
		return soonAgain, false, nil
	case w.ended:
		return hourly, false, nil
	}
	return restBetween, true, nil
}

// tellsAll: a number that is not linked may answer with a history that lacks what came meanwhile; a pass over that would take
// it for complete. It is begun once the number is back.
func (b *Bot) tellsAll(ctx context.Context, channel store.Channel, client *whapi.Client, p store.Pass) (bool, error) {
	if p.Phase != store.PassList || p.Place > 0 {
		return true, nil
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	h, err := client.Health(call)
	if lacks(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return h.Status.CanSend(), b.linked(ctx, channel, h.Status)
}

// backfill is one stretch of a pass.
type backfill struct {
	bot    *Bot
	client *whapi.Client
	chore  store.Chore
	pass   store.Pass
	since  time.Time
	budget int // pages left in this stretch
	ended  bool
}

// spend takes one page of the budget and holds the chore for the call.
func (w *backfill) spend(ctx context.Context) (ok bool, err error) {
	if w.budget == 0 {
		return false, nil
	}
	w.budget--
	return true, w.bot.DB.RenewChore(ctx, w.chore)
}

// list reads the number's messages as one list.
func (w *backfill) list(ctx context.Context) error {
	for {
		if ok, err := w.spend(ctx); err != nil || !ok {
			return err
		}
		call, cancel := context.WithTimeout(ctx, callTime)
		page, err := w.client.Messages(call, w.query(w.pass.Place))
		cancel()
		switch {
		case lacks(err): // this server has no such list
			return w.turnToChats(ctx, true)
		case err != nil:
			return err
		}
		if err := w.keep(ctx, page.Messages); err != nil {
			return err
		}
		n := len(page.Messages) + len(page.Unreadable)
		w.pass.Place += n
		if n < pageSize || w.pass.Place >= pageSize*mostPages || page.Total > 0 && w.pass.Place >= page.Total {
			return w.turnToChats(ctx, false)
		}
		if err := w.bot.DB.SavePass(ctx, w.pass); err != nil {
			return err
		}
	}
}

func (w *backfill) query(place int) whapi.HistoryQuery {
	return whapi.HistoryQuery{Since: w.pass.From, Count: pageSize, Offset: place, OldestFirst: true}
}

// lacks says that a server does not have an endpoint, or not in a form that we can read. That a number is unlinked or unknown
// is something else.
func lacks(err error) bool {
	var e *whapi.Error
	if !errors.As(err, &e) || e.ChannelLost() {
		return false
	}
	return slices.Contains([]int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}, e.Status)
}

// turnToChats goes on with the chats. all: also those whose newest message is here, for the list was not to be had.
func (w *backfill) turnToChats(ctx context.Context, all bool) error {
	w.pass.Phase, w.pass.Place = store.PassChats, 0
	if all {
		w.pass.Phase = passAllChats
	}
	return w.bot.DB.SavePass(ctx, w.pass)
}

const passAllChats = "all chats"

// chats makes sure of every chat that has moved since the last pass, the newest first.
func (w *backfill) chats(ctx context.Context) error {
	for {
		if ok, err := w.spend(ctx); err != nil || !ok {
			return err
		}
		call, cancel := context.WithTimeout(ctx, callTime)
		page, err := w.client.Chats(call, chatsAtOnce, w.pass.Place)
		cancel()
		switch {
		case lacks(err):
			return w.end(ctx)
		case err != nil:
			return err
		}
		for _, c := range page.Chats {
			if moved := lastMoved(c); !moved.IsZero() && moved.Before(w.pass.From) {
				return w.end(ctx) // and all behind it, too
			}
			if done, err := w.sureOf(ctx, c); err != nil || !done {
				return err
			}
		}
		w.pass.Place += len(page.Chats)
		if len(page.Chats) < chatsAtOnce || page.Total > 0 && w.pass.Place >= page.Total {
			return w.end(ctx)
		}
		if err := w.bot.DB.SavePass(ctx, w.pass); err != nil {
			return err
		}
	}
}

func (w *backfill) end(ctx context.Context) error {
	w.ended = true
	return w.bot.DB.EndPass(ctx, w.pass)
}

// lastMoved is when a chat had its newest message; zero where the vendor does not say.
func lastMoved(c whapi.Chat) time.Time {
	at := c.Timestamp
	if c.LastMessage != nil {
		at = max(at, c.LastMessage.Timestamp)
	}
	if at <= 0 {
		return time.Time{}
	}
	return time.Unix(at, 0)
}

// sureOf reads a chat by itself if its newest message is not here. done is false when the budget has run out in between.
func (w *backfill) sureOf(ctx context.Context, c whapi.Chat) (done bool, err error) {
	chat := store.VendorChatID(id(c.ID))
	if w.pass.Phase != passAllChats {
		if here, err := w.isHere(ctx, c); err != nil || here {
			return true, err
		}
	}
	place, done, err := w.bot.DB.ChatPlace(ctx, w.pass, chat)
	for err == nil && !done {
		var ok bool
		if ok, err = w.spend(ctx); err != nil || !ok {
			return false, err
		}
		place, done, err = w.readChat(ctx, c.ID, place)
		if err == nil {
			err = w.bot.DB.SaveChatPlace(ctx, w.pass, chat, place, done)
		}
	}
	return done, err
}

func (w *backfill) isHere(ctx context.Context, c whapi.Chat) (bool, error) {
	m := c.LastMessage
	if m == nil || m.ID == "" {
		return c.Timestamp == 0, nil // a chat without messages
	}
	if w.fresh(*m) {
		w.pass.Soon = true
		return true, w.bot.DB.SavePass(ctx, w.pass)
	}
	name := messageID(m.ID)
	if m.Action != nil && m.Action.Target != "" {
		name = messageID(m.Action.Target)
	}
	held, err := w.bot.DB.HeldOf(ctx, w.pass.Channel, []store.VendorMessageID{name})
	return len(held) > 0, err
}

func (w *backfill) readChat(ctx context.Context, chat string, place int) (next int, done bool, err error) {
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	page, err := w.client.History(call, chat, w.query(place))
	if lacks(err) {
		return place, true, nil // the vendor does not know it any more
	}
	if err != nil {
		return place, false, err
	}
	n := len(page.Messages) + len(page.Unreadable)
	next = place + n
	done = n < pageSize || page.Total > 0 && next >= page.Total || next >= pageSize*mostPages
	return next, done, w.keep(ctx, page.Messages)
}

func (w *backfill) fresh(m whapi.Message) bool { return w.bot.DB.Clock.Now().Sub(m.At()) < tooFresh }

// keep hands one page over, chat by chat, in the order in which things happened.
func (w *backfill) keep(ctx context.Context, page []whapi.Message) error {
	slices.SortStableFunc(page, func(a, b whapi.Message) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	held, err := w.held(ctx, page)
	if err != nil {
		return err
	}
	byChat := map[store.VendorChatID]*store.Recall{}
	var order []store.VendorChatID
	for _, m := range page {
		if m.ID == "" || m.ChatID == "" || m.At().Before(w.pass.From.Add(-time.Second)) && m.Timestamp > 0 {
			continue
		}
		chat := store.VendorChatID(id(m.ChatID))
		if byChat[chat] == nil {
			byChat[chat] = &store.Recall{Channel: w.pass.Channel, Chat: chat, Group: chatKind(m.ChatID) == "group", Since: w.since}
			order = append(order, chat)
		}
		w.sort(byChat[chat], m, held)
	}
	for _, chat := range order {
		byChat[chat].Missed = lastEdits(byChat[chat].Missed)
		if n, err := w.bot.DB.Recall(ctx, *byChat[chat]); err != nil {
			return err
		} else if n > 0 {
			w.bot.Log.Info("history had what no webhook has brought", "channel", w.pass.Channel, "messages", n)
		}
	}
	return nil
}

func (w *backfill) held(ctx context.Context, page []whapi.Message) (map[store.VendorMessageID]store.Held, error) {
	var ids []store.VendorMessageID
	for _, m := range page {
		ids = append(ids, messageID(m.ID))
	}
	return w.bot.DB.HeldOf(ctx, w.pass.Channel, ids)
}

// sort decides what a message of the history is to us.
func (w *backfill) sort(r *store.Recall, m whapi.Message, held map[store.VendorMessageID]store.Held) {
	now := w.bot.DB.Clock.Now()
	events, _ := Convert(r.Channel, whapi.Payload{Messages: []whapi.Message{m}}, now)
	if nobodys(events[0]) {
		return
	}
	e := events[0]
	if m.FromMe && m.Status != "" {
		r.Receipts = append(r.Receipts, store.Receipt{Channel: r.Channel, VendorID: e.VendorID, Status: id(m.Status), At: e.SentAt})
	}
	h, here := held[e.VendorID]
	switch {
	case here && rewritten(e, h):
		e.Op, e.Target = store.OpEdit, e.VendorID
	case here:
		return
	case w.fresh(m):
		w.pass.Soon = true
		return
	}
	if e.SentAt.Before(w.since.Add(-pastDay)) {
		r.Past = append(r.Past, e)
	} else {
		r.Missed = append(r.Missed, e)
		r.Abouts = append(r.Abouts, Abouts(r.Channel, whapi.Payload{Messages: []whapi.Message{m}})...)
	}
}

// lastEdits leaves the newest edit of each message: of two in one second nobody could tell later which came last.
func lastEdits(events []store.Inbound) []store.Inbound {
	newest := map[store.VendorMessageID]int{}
	for i, e := range events {
		if e.Op == store.OpEdit {
			newest[e.Target] = i
		}
	}
	kept := events[:0]
	for i, e := range events {
		if e.Op != store.OpEdit || newest[e.Target] == i {
			kept = append(kept, e)
		}
	}
	return kept
}

// rewritten: the vendor shows other words under the same message, so that an edit has passed us by. Only of plain words: what
// stands for a picture or a voice note with us may say more than the vendor does.
func rewritten(e store.Inbound, h store.Held) bool {
	plain := (e.Kind == whapi.TypeText || e.Kind == whapi.TypeLinkPreview) && (h.Kind == whapi.TypeText || h.Kind == whapi.TypeLinkPreview)
	return plain && !h.Deleted && h.Author != store.Marketa && !bytes.Equal(h.BodyHash, store.HashText(e.Body))
}
