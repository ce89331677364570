package rest

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// Certainty is what a failed call knows about the other side.
type Certainty int

const (
	// Unknown: the request may have arrived and may have been done. The connection broke or time ran out after it was
	// open, or the answer cannot be read. Look before repeating. The zero value, because it is the careful one.
	Unknown Certainty = iota
	// NotSent: no byte of the request left. Repeating is safe.
	NotSent
	// Answered: the vendor refused by a status; what that status promises is for the vendor's client to say.
	Answered
)

func (c Certainty) String() string {
	switch c {
	case NotSent:
		return "nothing was sent"
	case Answered:
		return "answered"
	default:
		return "outcome unknown"
	}
}

// witness sees whether a connection was handed to the request. Only a transport that was seen asking for one and never
// seen getting it has certainly sent nothing: a round tripper that does not report stays Unknown. From the moment the
// connection is there another goroutine writes, and with HTTP/2 the frames may even be out before the report of it.
type witness struct{ asked, got atomic.Bool }

func (w *witness) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) }, // stays true when the transport tries once more
	})
}

func (w *witness) certainty() Certainty {
	if w.asked.Load() && !w.got.Load() {
		return NotSent
	}
	return Unknown
}
