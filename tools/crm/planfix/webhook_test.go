package planfix_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"marketa/sandbox/planfix"
	client "marketa/tools/crm/planfix"
)

func TestAnAdminsBodyIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body, query string
		want              client.Event
	}{
		{"AsInTheRunbook", `{"event":"status_changed","task":"10234","status":"In work","at":"02-03-2026 10:00"}`, "", client.Event{Name: "status_changed", Task: 10234, Status: "In work", At: "02-03-2026 10:00"}},
		{"ANumber", `{"event":"RUN_USP","task":10234}`, "", client.Event{Name: "run_usp", Task: 10234}},
		{"AHash", `{"Event":"run_usp","Task":"#10234"}`, "", client.Event{Name: "run_usp", Task: 10234}},
		{"Spaces", `{"task":"10 234"}`, "", client.Event{Task: 10234}},
		{"AnAddress", `{"task":"https://agency.planfix.com/task/10234/?comment=5"}`, "", client.Event{Task: 10234}},
		{"InTheAddress", ``, "task=10234&event=run_usp", client.Event{Name: "run_usp", Task: 10234}},
		{"TheBodyBeforeTheAddress", `{"task":"1"}`, "task=2&event=x", client.Event{Name: "x", Task: 1}},
		{"NotReplaced", `{"event":"x","task":"{{Task.Number}}","status":"{{Task.Status}}"}`, "task=%7B%7BTask.Number%7D%7D", client.Event{Name: "x"}},
		{"NoTask", `{"event":"x","task":"-5"}`, "", client.Event{Name: "x"}},
		{"TooLarge", `{"event":"x","task":"99999999999999999999"}`, "", client.Event{Name: "x"}},
		{"Nested", `{"event":"x","task":{"id":5},"status":null,"restaurant":"rest_7f3"}`, "", client.Event{Name: "x", Restaurant: "rest_7f3"}},
		{"NUL", `{"event":"x","status":"a\u0000b"}`, "", client.Event{Name: "x", Status: "a\uFFFDb"}},
	} {
		query, _ := url.ParseQuery(tt.query)
		got, err := client.ParseEvent([]byte(tt.body), query)
		if err != nil || got.Name != tt.want.Name || got.Task != tt.want.Task || got.Status != tt.want.Status || got.At != tt.want.At || got.Restaurant != tt.want.Restaurant {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func TestABodyThatIsNoObjectIsUnreadable(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, ` `, `null`, `[]`, `5`, `{`, `{"a":"b"}{}`, `event=x`, `{}`} {
		if e, err := client.ParseEvent([]byte(body), nil); err == nil {
			t.Errorf("%q: %+v", body, e)
		}
	}
}

func TestOnlyTheRightTokenIsLetIn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		got, want string
		in        bool
	}{{"s3cret", "s3cret", true}, {"s3cre", "s3cret", false}, {"S3cret", "s3cret", false}, {"", "s3cret", false}, {"", "", false}, {"x", "", false}} {
		if client.Verified(tt.got, tt.want) != tt.in {
			t.Errorf("%q against %q", tt.got, tt.want)
		}
	}
}

func TestARepeatedDeliveryHasTheSameKeyAndASecondEventAnother(t *testing.T) {
	t.Parallel()
	key := func(body string) string {
		e, err := client.ParseEvent([]byte(body), nil)
		if err != nil {
			t.Fatal(err)
		}
		return e.Key()
	}
	one, later := key(`{"task":"1","at":"10:00"}`), key(`{"task":"1","at":"10:01"}`)
	if one == "" || one != key(`{"task":"1","at":"10:00"}`) || one == later || key(`{"task":"1"}`) != "" {
		t.Fatal(one, later)
	}
}

// hook is our route as it will be: wrong token 404, else 200 at once.
func hook(t *testing.T, a *account) (address string, events chan client.Event) {
	t.Helper()
	events = make(chan client.Event, 32)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !client.Verified(r.Header.Get(client.TokenHeader), "crm") {
			http.NotFound(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		if e, err := client.ParseEvent(body, r.URL.Query()); err == nil {
			events <- e
		} else {
			t.Error(err)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/webhooks/planfix?task={{Task.Number}}", events
}

func TestEventsComeTwiceLateAndOutOfOrderAndTheTaskSaysWhatIsTrue(t *testing.T) {
	t.Parallel()
	a := open(t)
	address, events := hook(t, a)
	if err := a.sim.AddScenario(planfix.Scenario{Event: "status_changed", URL: address, Header: map[string]string{"X-CRM-Token": "crm"}}); err != nil {
		t.Fatal(err)
	}
	id := a.sim.AddTask("Casa Pepe", nil)
	a.sim.Post().Late(time.Hour)
	a.sim.Post().Twice(1)
	for _, status := range []int{2, 3} {
		if err := a.sim.Move(id, status); err != nil {
			t.Fatal(err)
		}
		a.clock.Advance(time.Minute)
	}
	first := <-events
	a.clock.Advance(time.Hour)
	second, again := <-events, <-events
	if first.Status != "Completed" || second.Status != "In work" || second.Key() != again.Key() || first.Key() == second.Key() || int(first.Task) != id {
		t.Fatalf("%+v\n%+v\n%+v", first, second, again)
	}
	if shown, err := a.Task(t.Context(), second.Task); err != nil || shown.Status.Name != "Completed" {
		t.Fatalf("%+v, %v", shown, err)
	}
}

func TestAButtonOfTheTaskIsACommand(t *testing.T) {
	t.Parallel()
	a := open(t)
	address, events := hook(t, a)
	err := a.sim.AddScenario(planfix.Scenario{
		Event: "run_usp", URL: address, Header: map[string]string{"X-CRM-Token": "crm"},
		Body: `{"event":"run_usp","task":"{{Task.Number}}","restaurant":"{{Task.Field1201}}","name":"{{Task.Name}}","other":"{{Unknown}}"}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	id := a.sim.AddTask(`Casa "Pepe"`, map[int]any{field: ours.Value})
	if err := a.sim.Press("run_usp", id); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Name != "run_usp" || int(e.Task) != id || e.Restaurant != ours.Value || e.Other["name"] != `Casa "Pepe"` || len(e.Other) != 1 {
		t.Fatalf("%+v", e)
	}
}

func FuzzParseEvent(f *testing.F) {
	for _, body := range []string{
		`{"event":"status_changed","task":"10234","status":"In work","at":"02-03-2026 10:00"}`, `{"task":1e9}`, `{"task":"https://x/task/5"}`,
		`{"event":"\u0000","task":"#5"}`, `null`, `[`, "{\"a\":\"\xff\"}", `{"A":"1","a":"2"}`,
	} {
		f.Add([]byte(body), "task=5")
	}
	f.Fuzz(func(t *testing.T, body []byte, raw string) {
		query, _ := url.ParseQuery(raw)
		e, err := client.ParseEvent(body, query)
		if err != nil {
			return
		}
		if e.Task < 0 || len(e.Other) > 60 {
			t.Errorf("%+v", e)
		}
		values := []string{e.Name, e.Status, e.Restaurant, e.At}
		for k, v := range e.Other {
			values = append(values, k, v)
		}
		for _, v := range values {
			if !utf8.ValidString(v) || strings.Contains(v, "\x00") || strings.Contains(v, "{{") && v != "" {
				t.Errorf("%q", v)
			}
		}
		same, err := client.ParseEvent(body, query)
		if err != nil || same.Key() != e.Key() || same.Task != e.Task || len(same.Other) != len(e.Other) {
			t.Errorf("%+v and then %+v", e, same)
		}
	})
}
