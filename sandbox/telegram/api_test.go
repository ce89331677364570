package telegram

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"marketa/sandbox/wire"
)

const (
	token = "7000000001:sandbox-desk-bot-token-0000000000"
	maks  = int64(55501)
	iryna = int64(55502)
	desk  = int64(-1002000000001) // a forum with Maks and Iryna, the bot is an administrator
)

// bundle is a Telegram with two people and a forum, and raw HTTP to it.
type bundle struct {
	*Sim
	t     *testing.T
	clock *wire.Clock
	url   string
}

func setup(t *testing.T) *bundle {
	t.Helper()
	return setupOn(t, wire.Simulated(time.Unix(1795000000, 0)))
}

func setupOn(t *testing.T, clock *wire.Clock) *bundle {
	t.Helper()
	s := New(Config{Clock: clock, Token: token, Username: "desk_bot", Name: "Desk", Seed: 7})
	s.AddUser(User{ID: maks, FirstName: "Maks", Username: "maks", Language: "uk"})
	s.AddUser(User{ID: iryna, FirstName: "Iryna", LastName: "K", Username: "iryna"})
	s.AllowBot(maks)
	s.AddGroup(Group{ID: desk, Title: "SMM desk", Forum: true, Members: []int64{maks, iryna}, BotAdmin: true})
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	t.Cleanup(s.Close)
	return &bundle{Sim: s, t: t, clock: clock, url: srv.URL}
}

// wireAnswer is any answer of the wire.
type wireAnswer struct {
	Status      int
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter      int   `json:"retry_after"`
		MigrateToChatID int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
	Header http.Header
}

func (b *bundle) post(path, contentType string, body io.Reader) wireAnswer {
	b.t.Helper()
	resp, err := http.Post(b.url+path, contentType, body)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := wireAnswer{Status: resp.StatusCode, Header: resp.Header}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		b.t.Fatalf("%s: the answer is no JSON: %v", path, err)
	}
	return a
}

// do calls a method with a JSON body.
func (b *bundle) do(method, body string) wireAnswer {
	b.t.Helper()
	return b.post("/bot"+token+"/"+method, "application/json", bytes.NewBufferString(body))
}

// must is do for calls that have to succeed; the result is decoded into a map where it is an object.
func (b *bundle) must(method, body string) map[string]any {
	b.t.Helper()
	a := b.do(method, body)
	if !a.OK || a.Status != 200 {
		b.t.Fatalf("%s %s: %d %s", method, body, a.Status, a.Description)
	}
	var out map[string]any
	_ = json.Unmarshal(a.Result, &out)
	return out
}

// refuses checks an error's code, HTTP status and text.
func (b *bundle) refuses(method, body string, code int, words string) wireAnswer {
	b.t.Helper()
	a := b.do(method, body)
	if a.OK || a.ErrorCode != code || a.Status != code || a.Description != words {
		b.t.Errorf("%s %s\n got %d/%d %q\nwant %d %q", method, body, a.Status, a.ErrorCode, a.Description, code, words)
	}
	return a
}

// pull fetches the updates that wait and forgets them.
func (b *bundle) pull() []map[string]any {
	b.t.Helper()
	var all []map[string]any
	if err := json.Unmarshal(b.do("getUpdates", `{}`).Result, &all); err != nil {
		b.t.Fatal(err)
	}
	if n := len(all); n > 0 {
		b.do("getUpdates", quote(map[string]any{"offset": all[n-1]["update_id"].(float64) + 1}))
	}
	return all
}

// only fetches the single update that waits and returns its content of that kind.
func (b *bundle) only(kind string) map[string]any {
	b.t.Helper()
	all := b.pull()
	if len(all) != 1 || all[0][kind] == nil {
		b.t.Fatalf("want one %s, got %v", kind, all)
	}
	return all[0][kind].(map[string]any)
}

func quote(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// same compares an answer's object with the contract's JSON, both decoded.
func same(t *testing.T, got any, want string) {
	t.Helper()
	var a, b any
	_ = json.Unmarshal([]byte(quote(got)), &a)
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("\n got %s\nwant %s", quote(a), quote(b))
	}
}

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
