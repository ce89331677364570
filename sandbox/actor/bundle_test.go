package actor_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"marketa/sandbox/actor"
)

const record = `{"facts":{"name":"Trattoria Sole","hours":"Tue-Sun 12:00-15:00, 19:00-23:00; Mon closed","menu":"lasagne, ossobuco, tiramisù","phone":"+39 06 1234567","style":"warm, no slang"}}`

// desk is the platform as the actor sees it: the tools of the first round, and what they answer.
type desk struct {
	t       *testing.T
	system  string
	talk    string // <conversation>
	tools   []actor.Tool
	results map[string]string // by tool
	choice  string
	extra   string // behind the unanswered words: a redo's tags
	seed    uint64
}

const triageSchema = `{"type":"object","properties":{"answer":{"type":"boolean"},"why":{"type":"string"}},"required":["answer","why"],"additionalProperties":false}`

func newDesk(t *testing.T) *desk {
	return &desk{t: t, seed: 7,
		system: "# Role\nYou write for a social media agency.\n# Goal of this stage\nKeep the running service going.\n# Restaurant\nname: Trattoria Sole\nstage: active\n# Rules\nNever promise prices.\n",
		tools: []actor.Tool{
			{Name: "profile_read", Description: "Read the restaurant's profile.", Schema: json.RawMessage(`{"type":"object","properties":{"section":{"type":"string"}},"additionalProperties":false}`)},
			{Name: "profile_propose", Description: "Propose a change of one fact in the profile; managers approve it.", Schema: json.RawMessage(`{"type":"object","properties":{"field":{"type":"string"},"value":{"type":"string"},"why":{"type":"string"}},"required":["field","value","why"],"additionalProperties":false}`)},
			{Name: "ask_managers", Description: "Ask the managers something that only people know.", Schema: json.RawMessage(`{"type":"object","properties":{"question":{"type":"string"}},"required":["question"],"additionalProperties":false}`)},
		},
		results: map[string]string{"profile_read": record, "profile_propose": `{"proposed":true,"id":"c-17"}`, "ask_managers": `{"asked":true}`},
	}
}

// request is what the platform sends for a burst; messages are separated by " | ".
func (d *desk) request(burst string) actor.Request {
	var b strings.Builder
	for i, m := range strings.Split(burst, " | ") {
		fmt.Fprintf(&b, "[client Anna, 2026-03-02 10:%02d] %s\n", 10+i, m)
	}
	text := "<conversation>\n" + d.talk + "\n</conversation>\n<unanswered>\n" + b.String() + "</unanswered>\n" + d.extra
	return actor.Request{System: d.system, Turns: []actor.Turn{{Role: "user", Text: text}}, Tools: d.tools, ToolChoice: d.choice}
}

// run plays the tool rounds to their end and returns the text and the calls on the way.
func (d *desk) run(burst string) (string, []actor.Call) {
	return d.play(actor.New(d.seed), d.request(burst))
}

func (d *desk) play(m actor.Mind, r actor.Request) (string, []actor.Call) {
	d.t.Helper()
	var made []actor.Call
	for round := range 6 {
		reply := m.Answer(r)
		if len(reply.Calls) == 0 {
			return reply.Text, made
		}
		asked, answered := actor.Turn{Role: "assistant"}, actor.Turn{Role: "tool"}
		for i, c := range reply.Calls {
			d.checkCall(c, made)
			c.ID = fmt.Sprintf("call_%d_%d", round, i)
			made = append(made, c)
			asked.Calls = append(asked.Calls, c)
			answered.Results = append(answered.Results, actor.Result{CallID: c.ID, Name: c.Name, Output: d.results[c.Name]})
		}
		r.Turns = append(r.Turns, asked, answered)
	}
	d.t.Fatalf("no end after %d calls: %+v", len(made), made)
	return "", nil
}

// checkCall: arguments fit the tool's schema, and no call comes twice.
func (d *desk) checkCall(c actor.Call, before []actor.Call) {
	d.t.Helper()
	for _, b := range before {
		if b.Name == c.Name && string(b.Args) == string(c.Args) {
			d.t.Errorf("%s(%s) twice", c.Name, c.Args)
		}
	}
	for _, tool := range d.tools {
		if tool.Name == c.Name {
			if err := fits(tool.Schema, c.Args); err != nil {
				d.t.Errorf("%s(%s): %v", c.Name, c.Args, err)
			}
			return
		}
	}
	d.t.Errorf("%s is not on offer", c.Name)
}

func fits(rawSchema, value []byte) error {
	var s jsonschema.Schema
	if err := json.Unmarshal(bytes.ToLower(rawSchema), &s); err != nil {
		return err
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		return err
	}
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		return err
	}
	return resolved.Validate(v)
}

// triage asks whether the burst needs an answer.
func (d *desk) triage(burst string) (bool, string) {
	d.t.Helper()
	r := d.request(burst)
	r.Tools, r.Schema = nil, json.RawMessage(triageSchema)
	reply := actor.New(d.seed).Answer(r)
	if err := fits(r.Schema, []byte(reply.Text)); err != nil {
		d.t.Fatalf("%v: %s", err, reply.Text)
	}
	var out struct {
		Answer bool
		Why    string
	}
	_ = json.Unmarshal([]byte(reply.Text), &out)
	if out.Why == "" {
		d.t.Errorf("no reason for %q", burst)
	}
	return out.Answer, out.Why
}

// marks are small words of one language that stand in none of the others.
var marks = map[string]string{
	"en": "the with your you we will thanks this here who answer how what",
	"de": "und der die das ist wir dein deine ihr ihre zum zur danke hier wie gern gerne immer hallo",
	"it": "che del per il della sul sulla sui sugli sulle abbiamo grazie qui cosa ciao non team",
	"es": "hola el para sobre hemos gracias aquí qué una los las equipo tenemos de",
	"ru": "и на мы по в с спасибо здравствуйте что добрый до",
}

var quotedWords = regexp.MustCompile(`[“„«][^”“»]*[”“»]|\([^)]*\)`)

// tongue is the language of a reply by its small words; what it quotes does not count.
func tongue(reply string) string {
	best, most := "", 0
	for lang, words := range marks {
		n := 0
		for _, w := range regexp.MustCompile(`\p{L}+`).FindAllString(strings.ToLower(quotedWords.ReplaceAllString(reply, "")), -1) {
			if strings.Contains(" "+words+" ", " "+w+" ") {
				n++
			}
		}
		if n > most {
			best, most = lang, n
		}
	}
	return best
}

var (
	amount = regexp.MustCompile(`(?i)[€$£]\s?\d+|\d+(?:[.,]\d+)?\s?(?:€|\$|£|eur|euro|руб)`)
	promis = regexp.MustCompile(`(?i)\b(?:within \d|in \d+ (?:min|hour|stunde|ore|horas)|guarantee|garantier|garantia|гарантир)`)
)

// sound checks what holds for every reply: the name, nothing unfilled, no amount or promise of our own.
func (d *desk) sound(burst, reply string) {
	d.t.Helper()
	if !strings.Contains(reply, "Anna") {
		d.t.Errorf("no name in %q", reply)
	}
	if strings.ContainsAny(reply, "{}[]|") || strings.Contains(reply, "  ") || strings.Contains(reply, "()") {
		d.t.Errorf("unfinished: %q", reply)
	}
	for _, a := range amount.FindAllString(reply, -1) {
		if !strings.Contains(burst, a) {
			d.t.Errorf("the amount %q is invented: %q", a, reply)
		}
	}
	if promis.MatchString(reply) {
		d.t.Errorf("promises: %q", reply)
	}
	for _, n := range regexp.MustCompile(`\+?\d[\d ]{7,}\d`).FindAllString(reply, -1) {
		if !strings.Contains(burst, n) && !strings.Contains(record, n) {
			d.t.Errorf("the number %q is invented: %q", n, reply)
		}
	}
}
