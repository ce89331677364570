package planfix_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"marketa/internal/fault"
	"marketa/sandbox/planfix"
	"marketa/sandbox/wire"
	client "marketa/tools/crm/planfix"
)

const (
	token = "tok_secret"
	field = 1201
)

// account is a simulated account and a client of it. Each turn of the client is a second of the account's clock.
type account struct {
	sim   *planfix.Sim
	clock *wire.Clock
	srv   *httptest.Server
	*client.Client
}

func open(t *testing.T) *account {
	t.Helper()
	clock := wire.Simulated(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	sim := planfix.New(planfix.Config{Clock: clock, Seed: 7})
	t.Cleanup(sim.Close)
	sim.AddToken(token)
	sim.AddField(planfix.Field{ID: field, Name: "Platform id"})
	srv := httptest.NewServer(sim.Handler())
	t.Cleanup(srv.Close)
	a := &account{sim: sim, clock: clock, srv: srv}
	a.Client = a.with(token)
	return a
}

func (a *account) with(token string) *client.Client {
	return client.New(client.Config{BaseURL: a.srv.URL + "/rest", Token: token, Turn: func(ctx context.Context) error {
		a.clock.Advance(time.Second)
		return ctx.Err()
	}})
}

var ours = client.Reference{Field: field, Value: "rest_7f3"}

func (a *account) ensure(t *testing.T) client.Ensured {
	t.Helper()
	made, err := a.EnsureTask(t.Context(), ours, client.TaskWrite{Name: "Casa Pepe", Template: &client.Ref{ID: 31}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestATaskIsMadeFoundShownMovedAndCommented(t *testing.T) {
	t.Parallel()
	a := open(t)
	made := a.ensure(t)
	if !made.Created || len(made.Others) != 0 {
		t.Fatalf("%+v", made)
	}
	found, err := a.Tasks(t.Context(), client.Query{Filters: []client.Filter{client.Equal(client.TaskName, "pepe"), client.Equal(client.TaskStatus, []int{1, 2})}})
	if err != nil || len(found.Rows) != 1 || found.More || int64(found.Rows[0].ID) != made.ID {
		t.Fatalf("%+v, %v", found, err)
	}
	if applied, err := a.MoveTask(t.Context(), made.ID, 2); err != nil || applied != client.Now {
		t.Fatalf("moved %v, %v", applied, err)
	}
	shown, err := a.Task(t.Context(), made.ID, client.With(client.TaskFields(), field)...)
	if err != nil || shown.Status != (client.Ref{ID: 2, Name: "In work"}) || shown.Custom.Text(field) != ours.Value || shown.SourceObjectID != ours.Value {
		t.Fatalf("%+v, %v", shown, err)
	}
	if when, ok := shown.DateTime.When(); !ok || when.Year() != 2026 {
		t.Errorf("created %v %v", when, ok)
	}
	if _, err := a.Comment(t.Context(), made.ID, client.CommentWrite{Description: client.Lines("a <b>\nc"), Recipients: &client.Recipients{Roles: []string{"assignee"}}}); err != nil {
		t.Fatal(err)
	}
	said, err := a.Comments(t.Context(), made.ID, 0)
	if err != nil || len(said.Rows) != 1 || said.Rows[0].Description != "a &lt;b&gt;<br>c" {
		t.Fatalf("%+v, %v", said, err)
	}
	statuses, err := a.Statuses(t.Context(), int64(shown.ProcessID))
	if err != nil || !slices.Contains(statuses, client.Ref{ID: 3, Name: "Completed"}) {
		t.Fatalf("%v, %v", statuses, err)
	}
}

func TestALostAnswerMakesOneTask(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.sim.Faults().Next("POST /task/", wire.Fault{LoseAnswer: true})
	made := a.ensure(t)
	again := a.ensure(t)
	if tasks := a.sim.Tasks(); len(tasks) != 1 || !made.Created || again.Created || again.ID != made.ID || int64(tasks[0].ID) != made.ID {
		t.Fatalf("%d tasks, first %+v, again %+v", len(tasks), made, again)
	}
}

func TestALostAnswerThatNoSearchFindsYetIsUnknownAndThenOneTask(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.sim.HideNew(20 * time.Second)
	a.sim.Faults().Next("POST /task/", wire.Fault{LoseAnswer: true})
	_, err := a.EnsureTask(t.Context(), ours, client.TaskWrite{Name: "Casa Pepe"})
	e := failure(t, err)
	if !e.Unknown() {
		t.Fatalf("outcome %v", e.Outcome())
	}
	a.clock.Advance(e.RetryAfter())
	if made := a.ensure(t); made.Created || len(a.sim.Tasks()) != 1 {
		t.Fatalf("%+v, %d tasks", made, len(a.sim.Tasks()))
	}
}

func TestACutConnectionThatDidNothingIsMendedByAskingAgain(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.sim.Faults().Next("POST /task/", wire.Fault{Cut: true})
	_, err := a.EnsureTask(t.Context(), ours, client.TaskWrite{Name: "Casa Pepe"})
	if e := failure(t, err); !e.Unknown() || len(a.sim.Tasks()) != 0 {
		t.Fatalf("outcome %v, %d tasks", e.Outcome(), len(a.sim.Tasks()))
	}
	if made := a.ensure(t); !made.Created || len(a.sim.Tasks()) != 1 {
		t.Fatalf("%+v", made)
	}
}

func TestASearchThatFailsMakesNoTask(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]wire.Fault{
		"Refused":   planfix.Refuse(500, 0, "Unknown error"),
		"Cut":       {Cut: true},
		"NoList":    {Status: 200, Body: `{"result":"success"}`},
		"NullList":  {Status: 200, Body: `{"result":"success","tasks":{}}`},
		"NoJSON":    {Status: 200, Body: `<html>`},
		"Ignored":   {Status: 200, Body: `{"result":"success","tasks":[{"id":3,"customFieldData":[{"field":{"id":1201},"value":"rest_other"}]}]}`},
		"WithoutID": {Status: 200, Body: `{"result":"success","tasks":[{"id":3}]}`},
	} {
		a := open(t)
		a.sim.Faults().Next("POST /task/list", bad)
		if _, err := a.EnsureTask(t.Context(), ours, client.TaskWrite{Name: "x"}); err == nil || len(a.sim.Tasks()) != 0 {
			t.Errorf("%s: %v, %d tasks", name, err, len(a.sim.Tasks()))
		}
	}
}

func TestTasksThatEmployeesCopiedAreReportedAndTheOldestIsOurs(t *testing.T) {
	t.Parallel()
	a := open(t)
	first := a.sim.AddTask("Casa Pepe", map[int]any{field: ours.Value})
	second := a.sim.AddTask("Casa Pepe (copy)", map[int]any{field: ours.Value})
	a.sim.AddTask("Other spelling", map[int]any{field: strings.ToUpper(ours.Value)})
	if got := a.ensure(t); got.Created || got.ID != int64(first) || !slices.Equal(got.Others, []int64{int64(second)}) {
		t.Fatalf("%+v", got)
	}
}

func TestManyAtOnceMakeOneTask(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.sim.EnforceRate(false)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := a.EnsureTask(t.Context(), ours, client.TaskWrite{Name: "x"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(a.sim.Tasks()); n != 1 {
		t.Fatalf("%d tasks", n)
	}
}

func TestAChangeThatIsQueuedSaysSo(t *testing.T) {
	t.Parallel()
	a := open(t)
	id := a.ensure(t).ID
	a.sim.QueueUpdates(1, time.Minute)
	if applied, err := a.MoveTask(t.Context(), id, 3); err != nil || applied != client.Queued {
		t.Fatalf("%v, %v", applied, err)
	}
	if shown, err := a.Task(t.Context(), id); err != nil || shown.Status.ID != 1 {
		t.Fatalf("%+v, %v", shown, err)
	}
	changes, stop := a.sim.Subscribe()
	defer stop()
	a.clock.Advance(time.Minute)
	<-changes
	if shown, err := a.Task(t.Context(), id); err != nil || shown.Status.ID != 3 {
		t.Fatalf("%+v, %v", shown, err)
	}
}

func TestFilesGoUpAreNamedAndComeBack(t *testing.T) {
	t.Parallel()
	a := open(t)
	id := a.ensure(t).ID
	plan, err := a.Upload(t.Context(), "plan.pdf", []byte("%PDF"))
	if err != nil {
		t.Fatal(err)
	}
	menu, err := a.Upload(t.Context(), "menu.pdf", []byte("%PDF-2"))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []error{
		a.AttachFile(t.Context(), plan, id),
		a.AttachFile(t.Context(), menu, id),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if _, err := a.Comment(t.Context(), id, client.CommentWrite{Description: "here", Files: []client.Ref{{ID: client.ID(menu)}}}); err != nil {
		t.Fatal(err)
	}
	files, err := a.TaskFiles(t.Context(), id)
	if err != nil || len(files) != 3 || files[0].Name != "plan.pdf" {
		t.Fatalf("%+v, %v", files, err)
	}
	raw, err := a.Download(t.Context(), menu)
	if err != nil {
		t.Fatal(err)
	}
	content, _ := io.ReadAll(raw)
	if _ = raw.Close(); string(content) != "%PDF-2" {
		t.Fatalf("%q", content)
	}
	if _, err := a.Download(t.Context(), 5); !failure(t, err).Missing() {
		t.Fatal(err)
	}
}

func TestContactsAreFoundByPhoneAndMail(t *testing.T) {
	t.Parallel()
	a := open(t)
	id := a.sim.AddContact(planfix.Contact{Name: "Anna", Lastname: "Rossi", Phone: "+393330000001", Email: "anna@example.com"})
	a.sim.AddContact(planfix.Contact{Name: "Jonas", Phone: "+491510000002"})
	for _, f := range []client.Filter{client.Equal(client.ContactPhone, "393330000001"), client.Equal(client.ContactEmail, "Anna@example.com"), client.Equal(client.ContactName, "rossi")} {
		found, err := a.Contacts(t.Context(), client.Query{Filters: []client.Filter{f}})
		if err != nil || len(found.Rows) != 1 || int(found.Rows[0].ID) != id {
			t.Errorf("%+v: %+v, %v", f, found, err)
		}
	}
	one, err := a.Contact(t.Context(), int64(id))
	if err != nil || one.Lastname != "Rossi" || len(one.Phones) != 1 || one.Phones[0].Number != "+393330000001" {
		t.Fatalf("%+v, %v", one, err)
	}
	if _, err := a.Contact(t.Context(), 3); !failure(t, err).Missing() {
		t.Fatal(err)
	}
}

func TestPagesEndWhereTheRowsEnd(t *testing.T) {
	t.Parallel()
	a := open(t)
	for range 230 {
		a.sim.AddTask("x", nil)
	}
	seen := map[client.ID]bool{}
	pages := 0
	for q := (client.Query{Fields: []string{"id"}}); ; pages++ {
		p, err := a.Tasks(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range p.Rows {
			seen[row.ID] = true
		}
		if q.Offset = p.Next; !p.More {
			break
		}
	}
	if len(seen) != 230 || pages != 2 {
		t.Fatalf("%d rows, %d further pages", len(seen), pages)
	}
}

func TestOneRequestASecondIsKeptByThePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pace := client.NewPace(time.Second)
		start := time.Now()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() { _ = pace.Turn(t.Context()) })
		}
		all.Wait()
		if took := time.Since(start); took != 4*time.Second {
			t.Fatalf("five turns took %s", took)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := pace.Turn(gone); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	})
}

func TestTooManyRequestsAreAWaitAndNothingWasDone(t *testing.T) {
	t.Parallel()
	a := open(t)
	hasty := client.New(client.Config{BaseURL: a.srv.URL + "/rest", Token: token, Turn: func(context.Context) error { return nil }})
	a.clock.Advance(time.Minute)
	if _, err := hasty.Tasks(t.Context(), client.Query{}); err != nil {
		t.Fatal(err)
	}
	_, err := hasty.EnsureTask(t.Context(), ours, client.TaskWrite{Name: "x"})
	if e := failure(t, err); e.Outcome() != client.Wait || e.RetryAfter() != 2*time.Second || len(a.sim.Tasks()) != 0 {
		t.Fatalf("%v after %s", e.Outcome(), e.RetryAfter())
	}
	a.sim.DailyLimit(0)
	_, err = a.Tasks(t.Context(), client.Query{})
	if e := failure(t, err); e.Outcome() != client.Wait || e.RetryAfter() != time.Hour || fault.KindOf(client.Explain(err)) != fault.RateLimited {
		t.Fatalf("%v after %s", e.Outcome(), e.RetryAfter())
	}
}

func TestAWrongTokenAndAMissingScopeAreBlocked(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.sim.AddToken("reader", "task_readonly")
	for name, c := range map[string]*client.Client{"wrong": a.with("no"), "reader": a.with("reader\n")} {
		_, err := c.EnsureTask(t.Context(), ours, client.TaskWrite{Name: "x"})
		if e := failure(t, err); e.Outcome() != client.Blocked || !e.SafeToRetry() {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestARequiredFieldIsNamedToTheManager(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.sim.AddField(planfix.Field{ID: 1300, Name: "City", Required: true})
	_, err := a.EnsureTask(t.Context(), ours, client.TaskWrite{Name: "x"})
	if e := failure(t, err); !e.Permanent() || e.RequiredField() != 1300 || !strings.Contains(fault.Say(client.Explain(err)), "field 1300") {
		t.Fatalf("%v: %s", e, e.Say())
	}
}

func TestWhatCannotBeIsNotSent(t *testing.T) {
	t.Parallel()
	c := client.New(client.Config{BaseURL: "http://127.0.0.1:1/rest", Turn: func(context.Context) error { t.Error("asked for a turn"); return nil }})
	_, noTask := c.Task(t.Context(), 0)
	_, noText := c.Comment(t.Context(), 5, client.CommentWrite{Description: " \n"})
	_, noReference := c.EnsureTask(t.Context(), client.Reference{Field: field}, client.TaskWrite{})
	_, noStatus := c.MoveTask(t.Context(), 5, 0)
	_, noFile := c.Upload(t.Context(), "x", nil)
	for _, err := range []error{noTask, noText, noReference, noStatus, noFile} {
		if !failure(t, err).Permanent() {
			t.Error(err)
		}
	}
}

func TestNobodyThereIsAWait(t *testing.T) {
	t.Parallel()
	c := client.New(client.Config{BaseURL: "http://127.0.0.1:1/rest", Turn: func(context.Context) error { return nil }})
	_, err := c.Comment(t.Context(), 5, client.CommentWrite{Description: "x"})
	if e := failure(t, err); e.Outcome() != client.Wait || !e.SafeToRetry() {
		t.Fatalf("%v: %v", e.Outcome(), e)
	}
}

func failure(t *testing.T, err error) *client.Error {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) {
		t.Fatalf("want an *Error, got %v", err)
	}
	return e
}

func answering(t *testing.T, status int, body string) *client.Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return client.New(client.Config{BaseURL: srv.URL + "/rest/", Token: token, Turn: func(context.Context) error { return nil }})
}
