package openai

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"marketa/sandbox/actor"
)

// turn is what one model call works with: its number, its mind and what goes wrong with it.
type turn struct {
	n    uint64
	mind actor.Mind
	kind Kind
}

func (s *Sim) turn() turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.served++
	t := turn{n: s.served, mind: s.mind}
	if len(s.wrong) > 0 {
		t.kind, s.wrong = s.wrong[0], s.wrong[1:]
	}
	return t
}

// admitted draws the call's fate; false means that it was answered here.
func (s *Sim) admitted(w http.ResponseWriter, r *http.Request, model string, stream bool) (turn, bool) {
	t := s.turn()
	if t.kind == StallFirstByte {
		s.stall(r)
	}
	return t, !s.failed(w, t.kind, model, stream)
}

// stall waits on the clock; a caller who hangs up ends it.
func (s *Sim) stall(r *http.Request) {
	if s.cfg.Clock.Wait(r.Context(), s.cfg.Clock.Now().Add(StallFor)) != nil {
		panic(http.ErrAbortHandler)
	}
}

// thought is what the mind said, bent by the call's fate and the token limit.
type thought struct {
	text, refusal string
	calls         []called
	cutBy         string // "", max_output_tokens or content_filter
	in, out       int    // tokens; out includes the reasoning
	reasoning     int
}

type called struct{ itemID, callID, name, args string }

func (t turn) think(r actor.Request, prompt []byte, limit int, parallel bool) thought {
	reply := t.mind.Answer(r)
	if t.kind == EmptyAnswer {
		reply = actor.Reply{}
	}
	th := thought{text: reply.Text, refusal: reply.Refusal, in: len(prompt)/4 + 1, reasoning: 8 + len(prompt)%13}
	for i, c := range reply.Calls {
		th.calls = append(th.calls, t.call(i, c))
	}
	if !parallel && len(th.calls) > 1 {
		th.calls = th.calls[:1]
	}
	t.bend(&th, parallel)
	th.count()
	th.limit(limit)
	return th
}

func (t turn) call(i int, c actor.Call) called {
	args := string(c.Args)
	if args == "" {
		args = "{}"
	}
	n := t.n<<8 + uint64(i)
	return called{ident("fc_", n, "item"), ident("call_", n, "call"), c.Name, args}
}

func (t turn) bend(th *thought, parallel bool) {
	switch t.kind {
	case Incomplete, ContentFilter:
		half := []rune(th.text)
		th.text, th.calls = string(half[:len(half)/2]), nil
		th.cutBy = map[Kind]string{Incomplete: "max_output_tokens", ContentFilter: "content_filter"}[t.kind]
	case Refusal:
		th.text, th.calls, th.refusal = "", nil, "I'm sorry, but I can't help with that."
	case FencedJSON:
		th.text = "```json\n" + th.text + "\n```"
	case BrokenArguments:
		for i := range th.calls {
			th.calls[i].args = strings.TrimSuffix(th.calls[i].args, "}") + `,"`
		}
	case ParallelCalls:
		for i, c := range th.calls {
			if parallel {
				th.calls = append(th.calls, t.call(128+i, actor.Call{Name: c.name, Args: json.RawMessage(c.args)}))
			}
		}
	}
}

func (th *thought) count() {
	th.out = th.reasoning + tokens(th.text) + tokens(th.refusal)
	for _, c := range th.calls {
		th.out += tokens(c.args) + 4
	}
}

// limit applies the output limit, which pays for the reasoning too.
func (th *thought) limit(most int) {
	if most <= 0 || th.out <= most || th.cutBy != "" {
		return
	}
	words := []rune(th.text)
	left := max(0, most-th.reasoning) * 4
	th.text, th.calls, th.cutBy = string(words[:min(len(words), left)]), nil, "max_output_tokens"
	th.out = most
	th.reasoning = min(th.reasoning, most)
}

func tokens(s string) int { return (utf8.RuneCountInString(s) + 3) / 4 }

// ident makes ids that look random and repeat with the run.
func ident(prefix string, n uint64, what string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", what, n))
	return prefix + hex.EncodeToString(sum[:12])
}

// bits cuts a text without regard for words or joined emoji.
func bits(text string) []string {
	var all []string
	size := 1
	for rest := []rune(text); len(rest) > 0; {
		n := min(len(rest), size)
		all = append(all, string(rest[:n]))
		rest = rest[n:]
		size = size*5%23 + 1
	}
	return all
}
