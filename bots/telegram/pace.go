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
	chats map[int64]*rate.Limiter
	until map[int64]time.Time // Telegram itself said how long to wait
}

func newPacer(clock store.Clock) *pacer {
	return &pacer{clock: clock, all: rate.NewLimiter(25, 25), chats: map[int64]*rate.Limiter{}, until: map[int64]time.Time{}}
}

// delay takes a place in line and returns how long to wait for it.
func (p *pacer) delay(chat int64) time.Duration {
	now := p.clock.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.until[chat].Sub(now); wait > 0 {
		return wait
	}
	l := p.chats[chat]
	if l == nil {
		l = chatLimiter(chat)
		p.chats[chat] = l
	}
	return max(l.ReserveN(now, 1).DelayFrom(now), p.all.ReserveN(now, 1).DelayFrom(now))
}

// hold keeps a chat quiet for as long as Telegram wants.
func (p *pacer) hold(chat int64, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until[chat] = p.clock.Now().Add(d)
}

func chatLimiter(chat int64) *rate.Limiter {
	if chat < 0 { // a group
		return rate.NewLimiter(rate.Every(time.Minute/18), 8)
	}
	return rate.NewLimiter(1, 5)
}
