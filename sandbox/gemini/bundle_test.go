package gemini_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/actor"
	"marketa/sandbox/gemini"
	"marketa/sandbox/wire"
)

const key = "k-gemini"

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

// toolUser calls both of two menus first and speaks once results are there.
func toolUser() *mind {
	return &mind{say: func(r actor.Request) actor.Reply {
		if last := r.Turns[len(r.Turns)-1]; last.Role == "tool" {
			return actor.Reply{Text: "Menu: " + last.Results[0].Output}
		}
		return actor.Reply{Calls: []actor.Call{
			{Name: "get_menu", Args: json.RawMessage(`{"day":"Sunday","n":2}`)},
			{Name: "get_menu", Args: json.RawMessage(`{"day":"Monday"}`)},
		}}
	}}
}

type bundle struct {
	t     *testing.T
	sim   *gemini.Sim
	clock *wire.Clock
	url   string
}

func setup(t *testing.T, m actor.Mind) *bundle {
	t.Parallel()
	b := &bundle{t: t, clock: wire.Simulated(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
	b.sim = gemini.New(gemini.Config{Clock: b.clock, Key: key, Mind: m})
	srv := httptest.NewServer(b.sim.Handler())
	t.Cleanup(srv.Close)
	b.url = srv.URL
	return b
}

const (
	plain  = "/v1beta/models/gemini-3.1-pro-preview:generateContent"
	stream = "/v1beta/models/gemini-3.1-pro-preview:streamGenerateContent?alt=sse"
)

type answered struct {
	status int
	body   []byte
	err    error // the body broke off
}

func (b *bundle) post(path, body string) answered {
	b.t.Helper()
	return b.send("POST", path, body, map[string]string{"x-goog-api-key": key})
}

func (b *bundle) send(method, path, body string, header map[string]string) answered {
	b.t.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answered{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return answered{status: resp.StatusCode, body: raw, err: err}
}

// body is a reading of the vendor's answer that shares nothing with the simulator's.
type body struct {
	Candidates []struct {
		Content struct {
			Role  string
			Parts []struct {
				Text             *string
				Thought          bool
				ThoughtSignature string
				InlineData       *struct{ MimeType, Data string }
				FunctionCall     *struct {
					ID, Name string
					Args     json.RawMessage
				}
			}
		}
		FinishReason, FinishMessage string
	}
	PromptFeedback *struct{ BlockReason string }
	UsageMetadata  *struct{ PromptTokenCount, CandidatesTokenCount, ThoughtsTokenCount, TotalTokenCount int }
	ModelVersion   string
	ResponseID     string
	Error          *struct {
		Code            int
		Status, Message string
		Details         []map[string]any
	}
}

func (a answered) read(t *testing.T) body {
	t.Helper()
	var b body
	if err := json.Unmarshal(a.body, &b); err != nil {
		t.Fatalf("status %d, %v: %s", a.status, err, a.body)
	}
	return b
}

func (a answered) frames(t *testing.T) []body {
	t.Helper()
	var all []body
	for _, frame := range bytes.Split(a.body, []byte("\r\n\r\n")) {
		data, ok := bytes.CutPrefix(frame, []byte("data: "))
		if !ok {
			continue
		}
		all = append(all, answered{body: data}.read(t))
	}
	return all
}

func (b body) text() string {
	var s strings.Builder
	for _, c := range b.Candidates {
		for _, p := range c.Content.Parts {
			if p.Text != nil && !p.Thought {
				s.WriteString(*p.Text)
			}
		}
	}
	return s.String()
}

const hello = `{"contents":[{"role":"user","parts":[{"text":"ciao"}]}]}`
