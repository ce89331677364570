package actor

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Script reads the model fixtures of a dialogue: blocks of lines, tried from the top.
//
//	when orari giusti                        a regular expression, or words that must all occur, in the client's newest words
//	call profile_read {"section":"hours"}    made one after the other, one per tool round
//	say Sì, domenica: 12:00-15:00.           the text once the calls are made; several lines make several lines
//
//	redo shorter                             instead of when: looked for in the manager's hint
//	refuse I can't help with that.           instead of say: the model declines
//
//	translate See you soon. => A presto.     what translations say, both ways; the Actor knows the sentences of its trade
//
// Lines that begin with # are remarks. Requests for structured output, redos without a block of their own, and
// whatever no block matches are answered by the Actor.
func Script(text string) (Mind, error) {
	s := &script{actor: New(1)}
	for n, line := range strings.Split(text, "\n") {
		if err := s.read(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("actor: script line %d: %w", n+1, err)
		}
	}
	for _, b := range s.blocks {
		if len(b.calls) == 0 && b.say == nil && b.refuse == "" {
			return nil, fmt.Errorf("actor: script: block %q neither calls nor says anything", b.words)
		}
	}
	return s, nil
}

type script struct {
	blocks []*block
	actor  *Actor
	pairs  []pair
}

type block struct {
	redo    bool
	words   string
	pattern *regexp.Regexp // nil: words that are no regular expression
	calls   []Call
	say     []string
	refuse  string
}

func (s *script) read(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	if verb == "translate" {
		one, other, ok := strings.Cut(rest, " => ")
		if !ok {
			return fmt.Errorf("translate needs one text => the other")
		}
		s.pairs = append(s.pairs, pair{strings.TrimSpace(one), strings.TrimSpace(other)})
		return nil
	}
	if verb == "when" || verb == "redo" {
		if rest == "" {
			return fmt.Errorf("%s needs words to look for", verb)
		}
		pattern, _ := regexp.Compile("(?i)" + rest)
		s.blocks = append(s.blocks, &block{redo: verb == "redo", words: rest, pattern: pattern})
		return nil
	}
	if len(s.blocks) == 0 {
		return fmt.Errorf("%q before the first when", verb)
	}
	return s.blocks[len(s.blocks)-1].read(verb, rest)
}

func (b *block) read(verb, rest string) error {
	switch verb {
	case "call":
		name, args, _ := strings.Cut(rest, " ")
		if args = strings.TrimSpace(args); args == "" {
			args = "{}"
		}
		if name == "" || !json.Valid([]byte(args)) {
			return fmt.Errorf("call needs a tool and JSON arguments")
		}
		b.calls = append(b.calls, Call{Name: name, Args: json.RawMessage(args)})
	case "say":
		b.say = append(b.say, rest)
	case "refuse":
		b.refuse = rest
	default:
		return fmt.Errorf("unknown word %q (when, redo, call, say, refuse)", verb)
	}
	return nil
}

func (s *script) Answer(r Request) Reply {
	v := look(r)
	if len(r.Schema) > 0 && parseSchema(r.Schema).translates() {
		return Reply{Text: v.translation(s.pairs)}
	}
	if _, sound := r.written(); sound || len(r.Schema) > 0 {
		return s.actor.Answer(r)
	}
	for _, b := range s.blocks {
		if b.matches(v) {
			return b.answer(v)
		}
	}
	return s.actor.Answer(r)
}

func (b *block) matches(v view) bool {
	if b.redo != v.redo {
		return false
	}
	heard := v.words()
	if b.redo {
		heard = v.hint
	}
	if b.pattern != nil && b.pattern.MatchString(heard) {
		return true
	}
	if b.pattern != nil && regexp.QuoteMeta(b.words) != b.words {
		return false
	}
	heard = strings.ToLower(heard)
	for _, w := range strings.Fields(strings.ToLower(b.words)) {
		if !strings.Contains(heard, w) {
			return false
		}
	}
	return true
}

// answer makes the next call of the block; with all calls made, or no tools on offer, it speaks.
func (b *block) answer(v view) Reply {
	if made := len(v.made); made < len(b.calls) && len(v.req.Tools) > 0 && v.req.ToolChoice != "none" {
		return Reply{Calls: []Call{b.calls[made]}}
	}
	return Reply{Text: strings.Join(b.say, "\n"), Refusal: b.refuse}
}
