package telegram

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"marketa/store"
)

// pacer keeps within Telegram's allowances: about one message a second in a chat, twenty a minute in a group (edits and all
// topics count), thirty a second over all. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
type pacer struct {
	clock store.Clock
	all   *rate.Limiter

	mu    sync.Mutex
	chats map[int64]*lane
}

// lane is one chat's allowance.
type lane struct {
	until time.Time     // Telegram itself said how long to wait
	calm  *rate.Limiter // a person's chat
	last  []time.Time   // a group: when the messages of the last minute went, oldest first
}

const (
	perMinute = 18 // of the twenty; somebody may press in between
	minute    = time.Minute
)

func newPacer(clock store.Clock) *pacer {
	return &pacer{clock: clock, all: rate.NewLimiter(25, 25), chats: map[int64]*lane{}}
}

// delay takes a place in line and returns how long to wait for it; 0: go ahead. One that has to wait for long takes no place.
func (p *pacer) delay(chat int64) time.Duration {
	now := p.clock.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lane(chat)
	if wait := l.until.Sub(now); wait > 0 {
		return wait
	}
	if wait := l.wait(now); wait > shortWait {
		return wait
	}
	return max(l.take(now), reserve(p.all, now))
}

func (p *pacer) lane(chat int64) *lane {
	l := p.chats[chat]
	if l == nil {
		l = &lane{}
		if chat >= 0 {
			l.calm = rate.NewLimiter(1, 5)
		}
		p.chats[chat] = l
	}
	return l
}

// wait is how long the lane is full.
func (l *lane) wait(now time.Time) time.Duration {
	for len(l.last) > 0 && now.Sub(l.last[0]) >= minute {
		l.last = l.last[1:]
	}
	if l.calm != nil || len(l.last) < perMinute {
		return 0
	}
	return l.last[len(l.last)-perMinute].Add(minute).Sub(now)
}

func (l *lane) take(now time.Time) time.Duration {
	if l.calm != nil {
		return reserve(l.calm, now)
	}
	wait := l.wait(now)
	l.last = append(l.last, now.Add(wait))
	return wait
}

// reserve takes a place in line, unless it is so far away that the caller will step aside: a place that nobody uses would push all others
// back, again and again.
func reserve(l *rate.Limiter, now time.Time) time.Duration {
	r := l.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > shortWait {
		r.CancelAt(now)
	}
	return wait
}

// hold keeps a chat quiet for as long as Telegram wants.
func (p *pacer) hold(chat int64, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lane(chat).until = p.clock.Now().Add(d)
}
