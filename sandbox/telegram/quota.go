package telegram

import "time"

// quota is what Telegram lets the bot send. Edits and new topics count like messages.
type quota struct {
	refuse  map[int64]*refusal // by chat; 0 is any chat
	enforce bool
	sent    []sending // of the last minute
}

type refusal struct{ left, retryAfter int }

type sending struct {
	chat int64
	at   time.Time
}

// Limit refuses the next n messages, edits or topics in a chat (0: in any) with 429 and retryAfter seconds.
func (s *Sim) Limit(chatID int64, n int, retryAfter int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.quota.refuse == nil {
		s.quota.refuse = map[int64]*refusal{}
	}
	s.quota.refuse[chatID] = &refusal{left: n, retryAfter: retryAfter}
}

// EnforceLimits switches the real limits on, without the bursts that Telegram tolerates: one message per second in a
// chat, twenty per minute in a group with all its topics, thirty per second in all.
func (s *Sim) EnforceLimits(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota.enforce = on
	s.quota.sent = nil
}

// lockedSpend pays for n messages or says how long to wait.
func (s *Sim) lockedSpend(c *chat, n int) error {
	for _, id := range []int64{c.id, 0} {
		if r := s.quota.refuse[id]; r != nil && r.left > 0 {
			r.left--
			return tooMany(r.retryAfter)
		}
	}
	if !s.quota.enforce {
		return nil
	}
	now := s.clock.Now()
	if wait := s.quota.wait(c, n, now); wait > 0 {
		return tooMany(int((wait + time.Second - 1) / time.Second))
	}
	for range n {
		s.quota.sent = append(s.quota.sent, sending{c.id, now})
	}
	return nil
}

// wait is the time until a chat may receive n more messages.
func (q *quota) wait(c *chat, n int, now time.Time) time.Duration {
	for len(q.sent) > 0 && now.Sub(q.sent[0].at) >= time.Minute {
		q.sent = q.sent[1:]
	}
	here := func(s sending) bool { return s.chat == c.id }
	wait := q.window(now, time.Second, 1, 1, here)
	if c.kind != "private" {
		wait = max(wait, q.window(now, time.Minute, 20, n, here))
	}
	return max(wait, q.window(now, time.Second, 30, n, func(sending) bool { return true }))
}

// window is the time until n more fit into limit per span.
func (q *quota) window(now time.Time, span time.Duration, limit, n int, counts func(sending) bool) time.Duration {
	var recent []time.Time
	for _, s := range q.sent {
		if counts(s) && now.Sub(s.at) < span {
			recent = append(recent, s.at)
		}
	}
	over := len(recent) + min(n, limit) - limit
	if over <= 0 {
		return 0
	}
	return recent[over-1].Add(span).Sub(now)
}
