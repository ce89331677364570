package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"marketa/sandbox"
	"marketa/sandbox/planfix"
	"marketa/sandbox/wire"
)

// What people do in the CRM, and what its scenario sends. Tasks are named by a part of their name:
//
//	planfix has Trattoria Demo – social media     an employee's new task
//	planfix knows Trattoria Demo as Anna          it carries our reference of Anna's restaurant
//	record Anna has task Trattoria Demo           the two are linked here already
//	planfix moves Trattoria Demo to In work       planfix deletes Trattoria Demo
//	planfix writes under Trattoria Demo: words    planfix presses create_restaurant on Trattoria Demo
//	planfix repeats its calls                     each comes twice
//	planfix is called with token wrong            somebody else calls our address
//	vendor planfix away | back | loses the next answer | cuts the next call
//
// "crm tasks 2" and "crm Trattoria Demo: In work, 2 comments" hold; {task} in a manager's words is the newest task's number.

var underTask = regexp.MustCompile(`(?s)^(moves|writes under|deletes|knows|presses) (.+?)(?: to (.+)|: (.+)| as (.+))?$`)

func (s *scene) planfix(rest string) {
	s.t.Helper()
	if name, ok := strings.CutPrefix(rest, "has "); ok {
		s.world.Planfix.AddTask(name, nil)
		return
	}
	if rest == "repeats its calls" {
		s.world.Planfix.Post().Twice(1000)
		return
	}
	if token, ok := strings.CutPrefix(rest, "is called with token "); ok {
		s.strangerCalls(token)
		return
	}
	if what, ok := strings.CutPrefix(rest, "presses "); ok {
		button, task, _ := strings.Cut(what, " on ")
		s.must(s.world.Planfix.Press(button, s.task(task).ID), rest)
		return
	}
	m := underTask.FindStringSubmatch(rest)
	if m == nil {
		s.t.Fatalf("nobody can do in Planfix: %q", rest)
	}
	id := s.task(m[2]).ID
	switch m[1] {
	case "moves":
		s.must(s.world.Planfix.Move(id, s.crmStatus(m[3])), rest)
	case "writes under":
		s.must(s.world.Planfix.Write(id, m[4]), rest)
	case "deletes":
		s.must(s.world.Planfix.Delete(id), rest)
	case "knows":
		s.must(s.world.Planfix.SetField(id, sandbox.PlanfixField, s.restaurantOf(m[5])), rest)
	}
}

// task is the newest whose name has this part.
func (s *scene) task(part string) planfix.Task {
	s.t.Helper()
	for _, t := range slices.Backward(s.world.Planfix.Tasks()) {
		if strings.Contains(t.Name, part) {
			return t
		}
	}
	s.t.Fatalf("Planfix has no task %q", part)
	return planfix.Task{}
}

func (s *scene) crmStatus(name string) int {
	s.t.Helper()
	for _, st := range s.world.Planfix.Statuses() {
		if st.Name == name {
			return st.ID
		}
	}
	s.t.Fatalf("Planfix has no status %q", name)
	return 0
}

func (s *scene) restaurantOf(client string) string {
	return s.ask(`SELECT restaurant_id::text FROM chats WHERE vendor_chat_id = $1 ORDER BY created_at LIMIT 1`, s.clients[client].Phone+"@s.whatsapp.net")
}

// linkedTask is a record: the restaurant has this task.
func (s *scene) linkedTask(client, name string) {
	s.t.Helper()
	t, said := s.task(name), 0
	for _, c := range t.Comments {
		said = c.ID
	}
	s.as("marketa_app", client, `INSERT INTO crm_tasks (id, restaurant_id, task_id, name, status_id, status, seen_comment, linked_by, linked_at)
		SELECT gen_random_uuid(), $7, $1, $2, $3, $4, $5, 'record', $6`, t.ID, t.Name, t.StatusID, t.Status, said, s.clock.Now())
}

// strangerCalls sees to it that a wrong token is answered like an unknown path.
func (s *scene) strangerCalls(token string) {
	s.t.Helper()
	call := func(path string) (int, string) {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+s.app.Addr+path, strings.NewReader(`{"event":"status_changed","task":"1"}`))
		s.must(err, path)
		r.Header.Set("X-CRM-Token", token)
		resp, err := http.DefaultClient.Do(r)
		s.must(err, path)
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		s.must(err, path)
		return resp.StatusCode, string(body)
	}
	status, body := call("/webhooks/planfix")
	if known, same := call("/nowhere"); status != http.StatusNotFound || status != known || body != same {
		s.t.Errorf("a wrong token is answered %d %q, an unknown path %d %q", status, body, known, same)
	}
}

func (s *scene) planfixLoses(how string) bool {
	changes := []string{"POST /task/", "POST /task/{id}", "POST /task/{id}/comments/"}
	switch how {
	case "loses the next answer":
		s.world.Planfix.Faults().NextOf(changes, wire.Fault{LoseAnswer: true})
	case "cuts the next call":
		s.world.Planfix.Faults().NextOf(changes, wire.Fault{Cut: true})
	default:
		return false
	}
	return true
}

// crm is what holds there, in the words of the line that says so.
func (s *scene) crm(want string) string {
	s.t.Helper()
	if strings.HasPrefix(want, "tasks ") {
		return "tasks " + strconv.Itoa(len(s.world.Planfix.Tasks()))
	}
	name, _, _ := strings.Cut(want, ":")
	t, n := s.task(name), 0
	for _, c := range t.Comments {
		if c.Text != "" {
			n++
		}
	}
	return fmt.Sprintf("%s: %s, %d comments", name, t.Status, n)
}
