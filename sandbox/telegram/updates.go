package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// updates is the bot's queue. An update stays in it until it was accepted or its time is over, whoever fetches it.
type updates struct {
	next    int64
	pending []*update
	allowed []string // empty: everything but what must be asked for
	hook    hook
	woken   chan struct{} // closed and replaced whenever something is pushed
	poll    *poll
}

type update struct {
	id      int64
	lane    string // updates of one lane are delivered one after the other
	body    json.RawMessage
	expires time.Time
}

// poll is a getUpdates call that waits.
type poll struct {
	aborted chan struct{}
	reason  string
}

// onRequest are the kinds that a bot gets only if it names them: https://core.telegram.org/bots/api#setwebhook
var onRequest = []string{"chat_member", "message_reaction", "message_reaction_count"}

func (u *updates) allows(kind string) bool {
	if len(u.allowed) == 0 {
		return !slices.Contains(onRequest, kind)
	}
	return slices.Contains(u.allowed, kind)
}

// lockedPush queues an update as it looks now; what happens later does not change it.
func (s *Sim) lockedPush(kind, lane string, ttl time.Duration, content any) {
	if !s.updates.allows(kind) {
		return
	}
	id := s.updates.next
	body, err := json.Marshal(map[string]any{"update_id": id, kind: content})
	if err != nil {
		panic(fmt.Sprintf("telegram: draw update: %v", err)) // our own structs: cannot happen
	}
	s.updates.next++
	u := &update{id: id, lane: lane, body: body, expires: s.clock.Now().Add(ttl)}
	s.updates.pending = append(s.updates.pending, u)
	s.lockedDispatch(u)
	close(s.updates.woken)
	s.updates.woken = make(chan struct{})
	s.lockedChanged()
}

// lockedWaiting drops what is too old and returns the rest.
func (s *Sim) lockedWaiting() []*update {
	now := s.clock.Now()
	s.updates.pending = slices.DeleteFunc(s.updates.pending, func(u *update) bool { return now.After(u.expires) })
	return s.updates.pending
}

func (s *Sim) lockedAccepted(id int64) {
	s.updates.pending = slices.DeleteFunc(s.updates.pending, func(u *update) bool { return u.id == id })
}

// lockedSubscribe takes allowed_updates over; left out, the previous choice stays.
func (s *Sim) lockedSubscribe(p params) {
	var kinds []string
	if raw := p.text("allowed_updates"); raw != "" && decode(raw, &kinds) == nil {
		s.updates.allowed = kinds
	}
}

// getUpdates: https://core.telegram.org/bots/api#getupdates. It waits up to 50 seconds; a second call ends the first.
func (s *Sim) getUpdates(ctx context.Context, p params) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, err := s.lockedPoll(ctx, p)
	entry := Call{Method: "getUpdates", At: s.clock.Now(), OK: err == nil}
	if err != nil {
		entry.Error = err.Error()
	}
	s.lockedLog(entry)
	return out, err
}

func (s *Sim) lockedPoll(ctx context.Context, p params) (any, error) {
	if s.updates.hook.url != "" {
		return nil, conflict("Conflict: can't use getUpdates method while webhook is active; " +
			"use deleteWebhook to delete the webhook first")
	}
	s.lockedSubscribe(p)
	s.lockedConfirm(p.int("offset"))
	limit := p.int("limit")
	if limit < 1 || limit > 100 {
		limit = 100
	}
	deadline := s.clock.Now().Add(time.Duration(min(max(p.int("timeout"), 0), 50)) * time.Second)
	for {
		waiting := s.lockedWaiting()
		if len(waiting) > 0 || !s.clock.Now().Before(deadline) {
			return bodies(waiting[:min(len(waiting), int(limit))]), nil
		}
		if err := s.lockedWait(ctx, deadline); err != nil {
			return nil, err
		}
	}
}

func bodies(all []*update) []json.RawMessage {
	out := []json.RawMessage{}
	for _, u := range all {
		out = append(out, u.body)
	}
	return out
}

// lockedConfirm forgets what came before offset; a negative one keeps only that many from the end.
func (s *Sim) lockedConfirm(offset int64) {
	pending := s.updates.pending
	if offset < 0 && int64(len(pending)) > -offset {
		offset = pending[int64(len(pending))+offset].id
	}
	if offset > 0 {
		s.updates.pending = slices.DeleteFunc(pending, func(u *update) bool { return u.id < offset })
	}
}

// lockedWait gives the lock away until an update came, the deadline passed, or the call was ended.
func (s *Sim) lockedWait(ctx context.Context, deadline time.Time) error {
	s.lockedAbortPoll("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	mine := &poll{aborted: make(chan struct{})}
	s.updates.poll = mine
	woken := s.updates.woken
	rang := make(chan struct{})
	stop := s.clock.AfterFunc(deadline.Sub(s.clock.Now()), func() { close(rang) })
	s.mu.Unlock()
	defer stop()
	var err error
	select {
	case <-woken:
	case <-rang:
	case <-mine.aborted:
	case <-ctx.Done():
		err = conflict("Conflict: the caller hung up")
	}
	s.mu.Lock()
	if s.updates.poll == mine {
		s.updates.poll = nil
	}
	if mine.reason != "" {
		return conflict(mine.reason)
	}
	return err
}

func (s *Sim) lockedAbortPoll(reason string) {
	if waiting := s.updates.poll; waiting != nil {
		waiting.reason = reason
		close(waiting.aborted)
		s.updates.poll = nil
	}
}
