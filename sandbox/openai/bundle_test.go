package openai_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/actor"
	"marketa/sandbox/openai"
	"marketa/sandbox/wire"
)

const key = "k-openai"

// mind answers from a function and keeps what it was asked.
type mind struct {
	say   func(actor.Request) actor.Reply
	asked []actor.Request
}

func (m *mind) Answer(r actor.Request) actor.Reply {
	m.asked = append(m.asked, r)
	return m.say(r)
}

func says(text string) *mind {
	return &mind{say: func(actor.Request) actor.Reply { return actor.Reply{Text: text} }}
}

// toolUser saves two drafts first and speaks once results are there.
func toolUser() *mind {
	return &mind{say: func(r actor.Request) actor.Reply {
		if last := r.Turns[len(r.Turns)-1]; last.Role == "tool" {
			return actor.Reply{Text: "Saved: " + last.Results[0].Output}
		}
		return actor.Reply{Calls: []actor.Call{
			{Name: "save_draft", Args: json.RawMessage(`{"a":1,"text":"Öffnungszeiten 🇮🇹"}`)},
			{Name: "save_draft", Args: json.RawMessage(`{"a":2}`)},
		}}
	}}
}

type bundle struct {
	t     *testing.T
	sim   *openai.Sim
	clock *wire.Clock
	url   string
}

func setup(t *testing.T, m actor.Mind) *bundle { return start(t, m, true) }

// compatible is a server like GMI Cloud.
func compatible(t *testing.T, m actor.Mind) *bundle { return start(t, m, false) }

func start(t *testing.T, m actor.Mind, responses bool) *bundle {
	t.Parallel()
	b := &bundle{t: t, clock: wire.Simulated(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
	b.sim = openai.New(openai.Config{Clock: b.clock, Key: key, Mind: m, ResponsesAPI: responses})
	srv := httptest.NewServer(b.sim.Handler())
	t.Cleanup(srv.Close)
	b.url = srv.URL
	return b
}

type answered struct {
	status int
	header http.Header
	body   []byte
	err    error // the body broke off
}

func (b *bundle) post(path, body string) answered { return b.send("POST", path, body, "Bearer "+key) }

func (b *bundle) send(method, path, body, auth string) answered {
	b.t.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answered{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return answered{resp.StatusCode, resp.Header, raw, err}
}

// begun waits until n calls have reached the simulator.
func (b *bundle) begun(n int) {
	for len(b.sim.Calls()) < n {
		runtime.Gosched()
	}
}

func (a answered) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("status %d, %v: %s", a.status, err, a.body)
	}
}

// response is a reading of the vendor's object that shares nothing with the simulator's.
type response struct {
	ID, Object, Status, Model string
	Created                   int64 `json:"created_at"`
	Error                     *struct{ Code, Message string }
	Incomplete                *struct{ Reason string } `json:"incomplete_details"`
	Previous                  *string                  `json:"previous_response_id"`
	Output                    []outputItem
	Usage                     *struct {
		In      int `json:"input_tokens"`
		Out     int `json:"output_tokens"`
		Total   int `json:"total_tokens"`
		Details struct {
			Reasoning int `json:"reasoning_tokens"`
		} `json:"output_tokens_details"`
	}
	ToolUsage struct {
		WebSearch struct {
			Requests int `json:"num_requests"`
		} `json:"web_search"`
	} `json:"tool_usage"`
}

type outputItem struct {
	Type, ID, Status, Name, Arguments string
	CallID                            string `json:"call_id"`
	Encrypted                         string `json:"encrypted_content"`
	Content                           []struct {
		Type, Text, Refusal string
		Annotations         []struct {
			Type, URL string
			End       int `json:"end_index"`
		}
	}
	Action struct {
		Type    string
		Queries []string
		Sources []struct{ URL string }
	}
}

func (a answered) response(t *testing.T) response {
	t.Helper()
	var r response
	a.into(t, &r)
	return r
}

func (r response) of(kind string) (found []outputItem) {
	for _, it := range r.Output {
		if it.Type == kind {
			found = append(found, it)
		}
	}
	return found
}

func (r response) text() string {
	var s strings.Builder
	for _, it := range r.of("message") {
		for _, c := range it.Content {
			s.WriteString(c.Text)
		}
	}
	return s.String()
}

type problem struct {
	Error struct{ Message, Type, Param, Code *string }
}

// frame is one server-sent event.
type frame struct {
	event string
	data  map[string]any
}

// frames parses as a strict reader does: a frame counts only once its blank line has come.
func (a answered) frames(t *testing.T) []frame {
	t.Helper()
	var all []frame
	chunks := bytes.Split(a.body, []byte("\n\n"))
	for _, chunk := range chunks[:len(chunks)-1] {
		var f frame
		for _, line := range strings.Split(string(chunk), "\n") {
			if v, ok := strings.CutPrefix(line, "event: "); ok {
				f.event = v
			}
			if v, ok := strings.CutPrefix(line, "data: "); ok && v != "[DONE]" {
				if err := json.Unmarshal([]byte(v), &f.data); err != nil {
					f.event = "broken"
				}
			} else if ok {
				f.event = "[DONE]"
			}
		}
		all = append(all, f)
	}
	return all
}

const hello = `{"model":"gpt-5.4-mini","input":"ciao"}`
const helloStream = `{"model":"gpt-5.4-mini","input":"ciao","stream":true}`
