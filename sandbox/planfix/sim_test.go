package planfix

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/wire"
)

// bench is one account and a raw caller of its wire.
type bench struct {
	*Sim
	t     *testing.T
	clock *wire.Clock
	url   string
}

func setUp(t *testing.T) *bench {
	t.Helper()
	clock := wire.Simulated(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	s := New(Config{Clock: clock, Seed: 3})
	t.Cleanup(s.Close)
	s.AddToken("T")
	s.AddField(Field{ID: 1201, Name: "Platform id"})
	s.AddField(Field{ID: 1202, Name: "Seats", Type: 1})
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return &bench{s, t, clock, srv.URL + "/rest"}
}

// call sends a body a second after the last call and gives status and answer.
func (b *bench) call(method, path, body string) (int, map[string]any) {
	b.t.Helper()
	b.clock.Advance(time.Second)
	return b.hasty(method, path, body, "T")
}

func (b *bench) hasty(method, path, body, token string) (int, map[string]any) {
	b.t.Helper()
	req, _ := http.NewRequest(method, b.url+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, _ := io.ReadAll(resp.Body)
	answer := map[string]any{}
	_ = json.Unmarshal(raw, &answer)
	return resp.StatusCode, answer
}

func TestWhatTheVendorRefusesIsRefused(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	id := strconv.Itoa(b.AddTask("x", nil))
	for _, tt := range []struct {
		method, path, body string
		status             int
		code               float64
	}{
		{"POST", "/task/list", ``, 400, 40},
		{"POST", "/task/list", `{`, 400, 30},
		{"POST", "/task/list", `{"page":1}`, 400, 41},
		{"POST", "/task/list", `{"pageSize":101}`, 400, 41},
		{"POST", "/task/list", `{"fields":"id,title"}`, 400, 41},
		{"POST", "/task/list", `{"fields":"id,9999"}`, 400, 41},
		{"POST", "/task/list", `{"filterId":"5"}`, 400, 41},
		{"POST", "/task/list", `{"filters":[{"type":4003,"operator":"equal","value":"1"}]}`, 400, 41},
		{"POST", "/task/list", `{"filters":[{"type":57,"operator":"have","value":1}]}`, 400, 41},
		{"POST", "/task/list", `{"filters":[{"type":57,"operator":"equal","value":"1"}]}`, 400, 41},
		{"POST", "/task/list", `{"filters":[{"type":101,"operator":"equal","value":"1"}]}`, 400, 40},
		{"POST", "/task/list", `{"filters":[{"type":101,"operator":"equal","value":"1","field":9}]}`, 400, 41},
		{"POST", "/task/list", `{"filters":[{"type":12,"operator":"equal","value":"02-03-2026"}]}`, 400, 41},
		{"POST", "/task/", `{"description":"x"}`, 400, 40},
		{"POST", "/task/", `{"name":"x","title":"x"}`, 400, 41},
		{"POST", "/task/", `{"name":"x","status":{"id":77}}`, 400, 41},
		{"POST", "/task/", `{"name":"x","assignees":{"users":[{"id":"5"}]}}`, 400, 41},
		{"POST", "/task/", `{"name":"x","assignees":{"users":[{"id":5}]}}`, 400, 41},
		{"POST", "/task/", `{"name":"x","customFieldData":[{"field":{"id":1201},"value":5}]}`, 400, 41},
		{"POST", "/task/", `{"name":"x","customFieldData":[{"field":{"id":9},"value":"x"}]}`, 400, 41},
		{"POST", "/task/", `{"name":"x","files":[{"id":5}]}`, 400, 7000},
		{"POST", "/task/5", `{"name":"x"}`, 404, 1000},
		{"GET", "/task/5", ``, 404, 1000},
		{"GET", "/contact/5", ``, 404, 2000},
		{"GET", "/file/5", ``, 404, 7000},
		{"POST", "/file/5/attach/task?id=" + id, ``, 404, 7000},
		{"POST", "/file/", `x`, 400, 40},
		{"POST", "/task/" + id + "/comments/", `{"description":" "}`, 400, 40},
		{"POST", "/task/" + id + "/comments/", `{"description":"x","recipients":{"roles":["boss"]}}`, 400, 41},
		{"POST", "/task/" + id + "/comments/list", `{"typeList":"Some"}`, 400, 41},
		{"GET", "/process/task/9/statuses", ``, 400, 41},
	} {
		status, answer := b.call(tt.method, tt.path, tt.body)
		if status != tt.status || answer["code"] != tt.code || answer["result"] != "fail" || answer["error"] != answer["message"] {
			t.Errorf("%s %s %s: %d %v", tt.method, tt.path, tt.body, status, answer)
		}
	}
	if n := len(b.Tasks()); n != 1 {
		t.Errorf("%d tasks after refusals", n)
	}
}

func TestTokensScopesAndTheSecondAreKept(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.AddToken("R", "task_readonly")
	step := func(wait time.Duration, token, path string, want int, code any) {
		t.Helper()
		b.clock.Advance(wait)
		if status, answer := b.hasty("POST", path, `{"name":"x"}`, token); status != want || answer["code"] != code {
			t.Errorf("%s %s: %d %v", token, path, status, answer)
		}
	}
	step(time.Second, "", "/task/", 401, 1.0)
	step(0, "wrong", "/task/", 401, 1.0)
	step(0, "R", "/task/", 400, 5.0)
	step(0, "T", "/task/", 201, nil)
	step(999*time.Millisecond, "T", "/task/", 429, 22.0)
	step(time.Millisecond, "T", "/task/", 201, nil)
	b.EnforceRate(false)
	step(0, "T", "/task/", 201, nil)
	b.DailyLimit(1)
	step(0, "T", "/task/", 201, nil)
	step(0, "T", "/task/", 400, 22.0)
}

func TestConditionsFindWhatTheySay(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	one := b.AddTask("Casa Pepe", map[int]any{1201: "rest_1", 1202: 40.0})
	_ = b.Move(one, 2)
	b.clock.Advance(48 * time.Hour)
	two := b.AddTask("Osteria Anna", map[int]any{1201: "rest_2"})
	for filter, want := range map[string][]int{
		`{"type":57,"operator":"equal","value":` + strconv.Itoa(one) + `}`:                                                           {one},
		`{"type":57,"operator":"equal","value":[` + strconv.Itoa(one) + `,` + strconv.Itoa(two) + `]}`:                               {one, two},
		`{"type":8,"operator":"equal","value":"pepe"}`:                                                                               {one},
		`{"type":8,"operator":"notequal","value":"pepe"}`:                                                                            {two},
		`{"type":10,"operator":"equal","value":[2,3]}`:                                                                               {one},
		`{"type":10,"operator":"notequal","value":2}`:                                                                                {two},
		`{"type":101,"field":1201,"operator":"equal","value":"REST_2"}`:                                                              {two},
		`{"type":101,"field":1201,"operator":"equal","value":"rest_"}`:                                                               nil,
		`{"type":101,"field":1201,"operator":"have","value":"rest_"}`:                                                                {one, two},
		`{"type":101,"field":1201,"operator":"nothave","value":"_1"}`:                                                                {two},
		`{"type":102,"field":1202,"operator":"gt","value":39}`:                                                                       {one},
		`{"type":102,"field":1202,"operator":"lt","value":39}`:                                                                       nil,
		`{"type":152,"field":1202,"operator":"equal","value":""}`:                                                                    {one},
		`{"type":153,"field":1202,"operator":"equal","value":""}`:                                                                    {two},
		`{"type":12,"operator":"equal","value":{"dateType":"today"}}`:                                                                {two},
		`{"type":12,"operator":"lt","value":{"dateType":"otherDate","dateFrom":"03-03-2026","dateValue":"03-03-2026"}}`:              {one},
		`{"type":12,"operator":"gtAndEqual","value":{"dateType":"otherDate","dateFrom":"02-03-2026"}}`:                               {one, two},
		`{"type":38,"operator":"equal","value":{"dateType":"last","dateValue":1}}`:                                                   {two},
		`{"type":38,"operator":"equal","value":{"dateType":"otherRange","dateFrom":"01-03-2026","dateTo":"02-03-2026"}}`:             {one},
		`{"type":8,"operator":"equal","value":"a"},{"type":101,"field":1201,"operator":"notequal","value":"rest_1"}`:                 {two},
		`{"type":12,"operator":"equal","value":{"dateType":"yesterday"}},{"type":51,"operator":"equal","value":31}`:                  nil,
		`{"type":24,"operator":"equal","value":1},{"type":73,"operator":"equal","value":0},{"type":7,"operator":"equal","value":""}`: {one, two},
	} {
		status, answer := b.call("POST", "/task/list", `{"fields":"id","filters":[`+filter+`]}`)
		found := map[int]bool{}
		rows, _ := answer["tasks"].([]any)
		for _, row := range rows {
			found[int(row.(map[string]any)["id"].(float64))] = true
		}
		ok := status == 200 && len(found) == len(want)
		for _, id := range want {
			ok = ok && found[id]
		}
		if !ok {
			t.Errorf("%s: %d %v, want %v", filter, status, answer, want)
		}
	}
}

func TestFilesOfAChangeReplaceTheSet(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	id := b.AddTask("x", nil)
	one, two := b.upload("a.pdf"), b.upload("b.pdf")
	task := "/task/" + strconv.Itoa(id)
	for _, step := range []struct {
		body string
		want int
	}{{`{"files":[{"id":` + one + `}]}`, 1}, {`{"name":"y"}`, 1}, {`{"files":[{"id":` + two + `}]}`, 1}, {`{"files":[]}`, 0}} {
		b.call("POST", task, step.body)
		if v, _ := b.Task(id); len(v.Files) != step.want {
			t.Errorf("%s: %v", step.body, v.Files)
		}
	}
}

func (b *bench) upload(name string) string {
	b.t.Helper()
	b.clock.Advance(time.Second)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write([]byte("x"))
	_ = w.Close()
	req, _ := http.NewRequest("POST", b.url+"/file/", &form)
	req.Header.Set("Authorization", "Bearer T")
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct{ ID int }
	if json.NewDecoder(resp.Body).Decode(&answer) != nil || answer.ID == 0 {
		b.t.Fatal(resp.Status)
	}
	return strconv.Itoa(answer.ID)
}

func TestASilentChangeRunsNoScenario(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	got := b.listen(func(int) int { return 200 })
	id := strconv.Itoa(b.AddTask("x", nil))
	b.call("POST", "/task/"+id+"?silent=true", `{"status":{"id":2}}`)
	b.call("POST", "/task/"+id, `{"status":{"id":3}}`)
	if body := <-got; !strings.Contains(body, "Completed") {
		t.Fatal(body)
	}
}

// listen is our side: answer gives the status of the nth delivery, from 1.
func (b *bench) listen(answer func(nth int) int) (got chan string) {
	b.t.Helper()
	got = make(chan string, 64)
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		n++ // one at a time is what the vendor promises
		w.WriteHeader(answer(n))
		got <- string(body)
	}))
	b.t.Cleanup(srv.Close)
	if err := b.AddScenario(Scenario{Event: "status_changed", URL: srv.URL}); err != nil {
		b.t.Fatal(err)
	}
	return got
}

func TestAFailureSilencesTheAccountForThreeMinutesAndComesBackAfterFifteen(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	got := b.listen(func(nth int) int { return map[bool]int{true: 503, false: 200}[nth == 1] })
	id := b.AddTask("x", nil)
	_ = b.Move(id, 2)
	<-got
	b.settle()
	_ = b.Move(id, 3)
	b.clock.Advance(silence - time.Second)
	b.settle()
	if len(got) != 0 {
		t.Fatal("something left within the three minutes")
	}
	b.clock.Advance(time.Second)
	if body := <-got; !strings.Contains(body, "Completed") {
		t.Fatalf("first after the silence: %s", body)
	}
	b.settle()
	b.clock.Advance(15 * time.Minute)
	if body := <-got; !strings.Contains(body, "In work") {
		t.Fatalf("the second try: %s", body)
	}
}

func TestAfterFiveTriesTheVendorGivesUp(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	got := b.listen(func(int) int { return 202 }) // not exactly 200
	_ = b.Move(b.AddTask("x", nil), 2)
	for _, wait := range []time.Duration{0, 15 * time.Minute, 30 * time.Minute, time.Hour, time.Hour} {
		b.clock.Advance(wait)
		<-got
		b.settle()
	}
	b.clock.Advance(24 * time.Hour)
	b.settle()
	if _, lost := b.Post().Counted(); lost != 1 || len(got) != 0 {
		t.Fatalf("lost %d, %d more tries", lost, len(got))
	}
}

func TestHeldLettersComeShuffledAndDroppedOnesNever(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	got := b.listen(func(int) int { return 200 })
	id := b.AddTask("x", nil)
	b.Post().Drop(1)
	_ = b.Move(id, 5)
	b.Post().Hold()
	for _, status := range []int{1, 2, 3, 4} {
		_ = b.Move(id, status)
	}
	b.settle()
	if len(got) != 0 {
		t.Fatal("a held letter left")
	}
	b.Post().Release(true)
	var order []string
	for range 4 {
		order = append(order, <-got)
	}
	b.settle()
	all := strings.Join(order, "")
	if strings.Contains(all, "Rejected") || strings.Index(all, "New") < strings.Index(all, "In work") && strings.Index(all, "In work") < strings.Index(all, "Completed") {
		t.Fatal(all)
	}
}

// settle returns when nothing is under way but what waits for the clock.
func (b *bench) settle() {
	b.t.Helper()
	for {
		changed, settled := b.Post().look()
		if settled {
			return
		}
		select {
		case <-changed:
		case <-time.After(10 * time.Second):
			b.t.Fatal("the post stands still")
		}
	}
}

// look is whether all letters wait for the clock, and what tells of the next change.
func (p *Post) look() (changed chan struct{}, settled bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pending, waiting := p.counted()
	return p.changed, pending == waiting
}

func TestNothingLeavesLoopback(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	for _, address := range []string{"https://example.com/x", "http://10.0.0.1/", "http://127.0.0.1.example.com/", "::", ""} {
		if b.AddScenario(Scenario{Event: "*", URL: address}) == nil {
			t.Errorf("%q was taken", address)
		}
	}
}

func TestTheViewShowsWhatAnEmployeeSees(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	id := b.AddTask("Casa Pepe", map[int]any{1201: "rest_1"})
	_ = b.Write(id, "call them")
	_ = b.Move(id, 2)
	file := b.upload("plan.pdf")
	b.call("POST", "/task/"+strconv.Itoa(id)+"/comments/", `{"description":"Plan","files":[{"id":`+file+`}],"recipients":{"roles":["assignee"]}}`)
	v, ok := b.Task(id)
	if !ok || v.Status != "In work" || len(v.Comments) != 3 || v.Comments[0].Text != "call them" || v.Comments[0].Ours || v.Comments[1].To != "In work" ||
		!v.Comments[2].Ours || v.Comments[2].Files[0] != "plan.pdf" || v.Comments[2].Told[0] != "assignee" {
		t.Fatalf("%+v", v)
	}
	_ = b.Delete(id)
	if v, _ := b.Task(id); !v.Deleted || b.Move(id, 3) == nil || b.Move(999, 1) == nil {
		t.Fatalf("%+v", v)
	}
}

func TestSlowAnswersWaitForTheClock(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.Faults().Next("POST /task/", wire.Fault{Delay: time.Minute})
	done := make(chan int)
	go func() {
		status, _ := b.hasty("POST", "/task/", `{"name":"x"}`, "T")
		done <- status
	}()
	for {
		select {
		case status := <-done:
			if status != 201 || len(b.Tasks()) != 1 || b.clock.Now().Before(time.Date(2026, 3, 2, 10, 1, 0, 0, time.UTC)) {
				t.Fatal(status)
			}
			return
		default:
			b.clock.Advance(time.Second)
		}
	}
}
