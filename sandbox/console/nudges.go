package console

import "sync"

// nudges wakes every stream when the console itself changed something that no simulator tells (the clock, a switch).
type nudges struct {
	mu    sync.Mutex
	heard map[chan struct{}]struct{}
}

func (n *nudges) subscribe() (<-chan struct{}, func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.heard == nil {
		n.heard = map[chan struct{}]struct{}{}
	}
	ch := make(chan struct{}, 1)
	n.heard[ch] = struct{}{}
	return ch, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.heard, ch)
	}
}

func (n *nudges) nudge() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for ch := range n.heard {
		select {
		case ch <- struct{}{}:
		default: // a nudge is already waiting; it will show this change too
		}
	}
}
