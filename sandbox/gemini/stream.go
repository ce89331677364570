package gemini

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"unicode/utf8"
)

// stream sends the answer in frames: server-sent events with alt=sse, else one JSON array, bit by bit.
func (s *Sim) stream(w http.ResponseWriter, r *http.Request, a answer, kind Kind) {
	out := &framer{w: w, sse: r.URL.Query().Get("alt") == "sse"}
	out.open()
	for i, f := range a.frames(rand.New(rand.NewPCG(uint64(len(a.id)), uint64(a.used.TotalTokenCount)))) {
		if i == 1 && s.interrupted(r, out, kind) {
			return
		}
		out.frame(f)
	}
	out.close()
}

// interrupted is what happens behind the first frame.
func (s *Sim) interrupted(r *http.Request, out *framer, kind Kind) bool {
	switch kind {
	case StallBetween:
		if s.cfg.Clock.Wait(r.Context(), s.cfg.Clock.Now().Add(StallFor)) != nil {
			panic(http.ErrAbortHandler)
		}
		return false
	case ErrorFrame:
		out.frame(overloaded.body())
		out.close()
	case CutStream:
		panic(http.ErrAbortHandler)
	case EndEarly:
	default:
		return false
	}
	return true
}

// frames cuts the text without regard for words or joined emoji, sends each call whole, and ends with a frame of its own
// for the reason, the usage and the signature of the text, as Gemini 3 does.
func (a answer) frames(r *rand.Rand) []response {
	var all []response
	said := 0
	for _, p := range a.parts {
		for _, bit := range p.cut(r) {
			f := a.frame([]part{bit})
			said += bit.tokens()
			f.UsageMetadata = &usage{PromptTokenCount: a.used.PromptTokenCount, CandidatesTokenCount: said, TotalTokenCount: a.used.PromptTokenCount + said}
			all = append(all, f)
		}
	}
	last := a.frame(nil)
	if a.sealed != "" {
		last = a.frame([]part{{Text: new(""), ThoughtSignature: a.sealed}})
	}
	return append(all, a.finished(last))
}

func (p part) cut(r *rand.Rand) []part {
	if p.Text == nil || p.Thought {
		return []part{p}
	}
	var bits []part
	for rest := []rune(*p.Text); len(rest) > 0; {
		n := min(len(rest), 1+r.IntN(max(2, min(40, len(rest)/2))))
		bits = append(bits, part{Text: new(string(rest[:n]))})
		rest = rest[n:]
	}
	return bits
}

type framer struct {
	w    http.ResponseWriter
	sse  bool
	sent int
}

func (f *framer) open() {
	kind := "application/json; charset=UTF-8"
	if f.sse {
		kind = "text/event-stream"
	}
	f.w.Header().Set("Content-Type", kind)
	if !f.sse {
		f.write([]byte("["))
	}
}

func (f *framer) frame(v any) {
	switch {
	case f.sse:
		f.write(append(append([]byte("data: "), encode(v)...), "\r\n\r\n"...))
	case f.sent > 0:
		f.write(append([]byte(",\r\n"), encode(v)...))
	default:
		f.write(encode(v))
	}
	f.sent++
}

func (f *framer) close() {
	if !f.sse {
		f.write([]byte("]"))
	}
}

// write flushes in two pieces, the first of which ends inside a letter of several bytes where there is one.
func (f *framer) write(b []byte) {
	at := len(b) / 2
	for i, c := range b {
		if c >= utf8.RuneSelf {
			at = i + 1
			break
		}
	}
	_, _ = f.w.Write(b[:at])
	_ = http.NewResponseController(f.w).Flush()
	_, _ = f.w.Write(b[at:])
	_ = http.NewResponseController(f.w).Flush()
}

// writeCut promises the whole body and breaks off in the middle.
func writeCut(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
