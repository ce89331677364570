package whapi

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

// vendor answers each call with what the test wrote down, and keeps what arrived.
type vendor struct {
	*Client
	answers []answer
	calls   []call
}

type answer struct {
	status int
	body   string
	header http.Header
}

type call struct {
	method, path string // path as sent, with its query
	body         string
}

func newVendor(t *testing.T, answers ...answer) *vendor {
	t.Helper()
	v := &vendor{answers: answers}
	srv := httptest.NewServer(v)
	t.Cleanup(srv.Close)
	v.Client = New(Config{BaseURL: srv.URL, Token: " tok_company\n"})
	return v
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v.calls = append(v.calls, call{r.Method, r.URL.RequestURI(), string(body)})
	if r.Header.Get("Authorization") != "Bearer tok_company" || r.URL.Query().Has("token") || len(v.answers) == 0 {
		http.Error(w, `{"error":{"code":500,"message":"unexpected call"}}`, http.StatusInternalServerError)
		return
	}
	a := v.answers[0]
	v.answers = v.answers[1:]
	for name := range a.header {
		w.Header().Set(name, a.header.Get(name))
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func ok(body []byte) answer { return answer{status: 200, body: string(body)} }

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

var greeting = Text{To: "380501112233@s.whatsapp.net", Body: "ciao"}

func TestATextIsSentAndItsIdIsAtMessageId(t *testing.T) {
	t.Parallel()
	v := newVendor(t, ok(file(t, "answer_sent.json")))
	m, err := v.SendText(t.Context(), Text{To: "120363000000000011@g.us", Body: "@380501112233 the reel is ready, please check",
		Quoted: "Zk81xQw.TtPq4cV-khBq53B6TdE-E8JdK1"})
	if err != nil || m.ID != "Qf3sT9.aZkLm12pQ-gRtwl0rVw-E8JdK1" || m.Status != StatusPending || m.Source != "api" || !m.FromMe {
		t.Fatalf("%+v, %v", m, err)
	}
	if c := v.calls[0]; c.method != "POST" || c.path != "/messages/text" || !sameJSON(c.body, string(file(t, "request_text.json"))) {
		t.Errorf("%+v", c)
	}
}

func TestAPlainTextNamesNoQuote(t *testing.T) {
	t.Parallel()
	v := newVendor(t, ok(file(t, "answer_sent.json")))
	if _, err := v.SendText(t.Context(), greeting); err != nil {
		t.Fatal(err)
	}
	if want := `{"to":"380501112233@s.whatsapp.net","body":"ciao"}`; v.calls[0].body != want {
		t.Errorf("%s", v.calls[0].body)
	}
}

func TestTheIdIsFoundWhereOlderServersPutIt(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"sent":true,"message":{"id":"a"}}`, `{"sent":true,"id":"a"}`, `{"sent":true,"message":{},"id":"a"}`, `{"id":"a"}`,
		`{"messages":[{"id":"a"}]}`, `{"sent":"true","message":null,"messages":[{"id":"a"},{"id":"b"}]}`, `{"message":{"id":"a"},"id":"b"}`} {
		m, err := newVendor(t, ok([]byte(body))).SendText(t.Context(), greeting)
		if err != nil || m.ID != "a" {
			t.Errorf("%s: %+v, %v", body, m, err)
		}
	}
}

func TestAnAnswerThatDoesNotSayWhatHappenedIsUnknown(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `{}`, `[]`, `null`, `"ok"`, `{"sent":true}`, `{"sent":true,"message":{}}`, `{"sent":false}`, `{"sent":false,"message":{"id":"a"}}`,
		`{"messages":[]}`, `{"error":{"code":500,"message":"no"}}`, `<html>`} {
		_, err := newVendor(t, ok([]byte(body))).SendText(t.Context(), greeting)
		if e := failure(t, err); !e.Unknown() || e.SafeToRetry() || e.Status != 200 {
			t.Errorf("%s: %v", body, err)
		}
	}
	m, _ := newVendor(t, ok([]byte(`{"sent":false,"message":{"id":"a"}}`))).SendText(t.Context(), greeting)
	if m.ID != "a" {
		t.Error("the id that could be looked for is lost")
	}
}

func TestHistoryAsksAsTheVendorCounts(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	at := time.Date(2026, 11, 22, 10, 0, 0, 500_000_000, time.UTC)
	for _, test := range []struct {
		q    HistoryQuery
		want url.Values
	}{
		{HistoryQuery{}, url.Values{}},
		{HistoryQuery{Since: at, Until: at}, url.Values{"time_from": {"1795341600"}, "time_to": {"1795341601"}}},
		{HistoryQuery{FromMe: &yes, Count: 20, Offset: 40}, url.Values{"from_me": {"true"}, "count": {"20"}, "offset": {"40"}}},
		{HistoryQuery{FromMe: &no, Count: 5000, OldestFirst: true}, url.Values{"from_me": {"false"}, "count": {"500"}, "sort": {"asc"}}},
	} {
		v := newVendor(t, answer{status: 200, body: `{"messages":[],"count":0,"total":0,"offset":0}`})
		if _, err := v.History(t.Context(), "120363000000000011@g.us", test.q); err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(v.calls[0].path)
		if v.calls[0].method != "GET" || u.Path != "/messages/list/120363000000000011@g.us" || !reflect.DeepEqual(u.Query(), test.want) {
			t.Errorf("%+v", v.calls[0])
		}
	}
}

func TestHistoryKeepsEveryMessageAndCountsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	v := newVendor(t, answer{status: 200, body: `{"messages":[{"id":"a","text":{"body":"ciao"}},7,{"type":"text"},{"id":"b"}],"count":"4","total":9,"offset":2,"first":3,"last":6}`})
	p, err := v.History(t.Context(), "380501112233@s.whatsapp.net", HistoryQuery{})
	if err != nil || len(p.Messages) != 2 || p.Messages[0].Text.Body != "ciao" || len(p.Messages[0].Raw) == 0 || len(p.Unreadable) != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	if p.Count != 4 || p.Total != 9 || p.Offset != 2 || p.First != 3 || p.Last != 6 {
		t.Errorf("%+v", p)
	}
}

// Whoever reconciles a send takes "not in the history" for "not sent": an answer without a list must not look like an empty one.
func TestAHistoryWithoutAListIsNoEmptyHistory(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"messages":null}`, `{"messages":{}}`, `{"error":{"code":500}}`, `[]`} {
		if p, err := newVendor(t, ok([]byte(body))).History(t.Context(), "c@g.us", HistoryQuery{}); err == nil {
			t.Errorf("%s: %+v", body, p)
		}
	}
}

func TestOneMessageIsReadAgain(t *testing.T) {
	t.Parallel()
	v := newVendor(t, answer{status: 200, body: `{"id":"Aa11.Bb-Cc","type":"text","text":{"body":"ciao"}}`}, answer{status: 200, body: `{}`})
	m, err := v.Message(t.Context(), "Aa11.Bb-Cc")
	if err != nil || m.Text.Body != "ciao" || v.calls[0].method != "GET" || v.calls[0].path != "/messages/Aa11.Bb-Cc" {
		t.Errorf("%+v, %v, %+v", m, err, v.calls)
	}
	if _, err := v.Message(t.Context(), "Aa11.Bb-Cc"); err == nil {
		t.Error("an empty object passed for a message")
	}
}

func TestMarkReadPutsTheMessage(t *testing.T) {
	t.Parallel()
	v := newVendor(t, ok(file(t, "answer_success.json")), answer{status: 200, body: `{"success":false}`})
	if err := v.MarkRead(t.Context(), "Zk81xQw.TtPq4cV-khBq53B6TdE-E8JdK1"); err != nil {
		t.Fatal(err)
	}
	if want := (call{"PUT", "/messages/Zk81xQw.TtPq4cV-khBq53B6TdE-E8JdK1", ""}); v.calls[0] != want {
		t.Errorf("%+v", v.calls[0])
	}
	if e := failure(t, v.MarkRead(t.Context(), "Zk81xQw.TtPq4cV-khBq53B6TdE-E8JdK1")); !e.Permanent() {
		t.Errorf("%v", e)
	}
}

func TestTypingIsShownAndEndedWhateverIsAnswered(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"success":true}`, `{"contacts":[]}`, `OK`, ``} {
		v := newVendor(t, ok([]byte(body)), ok([]byte(body)))
		if err := v.Typing(t.Context(), "120363000000000011@g.us", true); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if err := v.Typing(t.Context(), "120363000000000011@g.us", false); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		want := []call{{"PUT", "/presences/120363000000000011@g.us", `{"presence":"typing","delay":20}`},
			{"PUT", "/presences/120363000000000011@g.us", `{"presence":"pause"}`}}
		if !reflect.DeepEqual(v.calls, want) {
			t.Errorf("%+v", v.calls)
		}
	}
}

func TestHealthDoesNotWakeTheChannel(t *testing.T) {
	t.Parallel()
	v := newVendor(t, ok(file(t, "answer_health.json")), answer{status: 200, body: `{"status":{"text":"QR","code":3}}`}, answer{status: 200, body: `{}`})
	h, err := v.Health(t.Context())
	if err != nil || h.ChannelID != "MANTIS-AB12C" || !h.Status.CanSend() || h.User.ID != "380509990000" || h.Uptime != 5120 {
		t.Errorf("%+v, %v", h, err)
	}
	if want := (call{"GET", "/health?wakeup=false", ""}); v.calls[0] != want {
		t.Errorf("%+v", v.calls[0])
	}
	if h, err = v.Health(t.Context()); err != nil || h.Status.CanSend() || !strings.Contains(h.Status.Say(), "QR code") {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err = v.Health(t.Context()); err == nil {
		t.Error("a health without a status passed")
	}
}

func TestEveryChannelStateHasItsWords(t *testing.T) {
	t.Parallel()
	for _, state := range []string{ChannelNotInit, ChannelInit, ChannelLaunch, ChannelQR, ChannelAuth, ChannelError, ChannelSyncError, ChannelStop, "NEWER", ""} {
		s := ChannelStatus{Text: state}
		if s.CanSend() != (state == "AUTH") || len(s.Say()) < 30 {
			t.Errorf("%s: %v, %q", state, s.CanSend(), s.Say())
		}
	}
}

// An empty id would name another endpoint: GET /messages/list/ lists every chat.
func TestCallsWithoutAnIdAreNotMade(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	for _, id := range []string{"", " ", ".", "..", "\n"} {
		_, history := v.History(t.Context(), id, HistoryQuery{})
		_, message := v.Message(t.Context(), id)
		_, send := v.SendText(t.Context(), Text{To: id, Body: "ciao"})
		for _, err := range []error{history, message, send, v.MarkRead(t.Context(), id), v.Typing(t.Context(), id, true)} {
			if e := failure(t, err); !e.Permanent() || e.Say() == "" {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
	for _, text := range []Text{{To: "380501112233", Body: "ciao"}, {To: "@s.whatsapp.net", Body: "ciao"}, {To: greeting.To}} {
		_, err := v.SendText(t.Context(), text)
		if e := failure(t, err); !e.Permanent() {
			t.Errorf("%+v: %v", text, err)
		}
	}
	if len(v.calls) != 0 {
		t.Errorf("%+v", v.calls)
	}
}

func TestAnIdCannotLeaveItsPath(t *testing.T) {
	t.Parallel()
	v := newVendor(t, ok(file(t, "answer_success.json")))
	if err := v.MarkRead(t.Context(), "../settings?x=1#y"); err != nil || v.calls[0].path != "/messages/..%2Fsettings%3Fx=1%23y" {
		t.Errorf("%v, %+v", err, v.calls)
	}
}

func TestTheTokenIsNotPrinted(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	_, err := v.Health(t.Context())
	for _, text := range []string{failure(t, err).Error(), failure(t, err).Say(), fmt.Sprintf("%+v", *v.Client)} {
		if strings.Contains(text, "tok_company") {
			t.Error(text)
		}
	}
}
