package planfix

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// Tasks finds tasks, one page of them.
//
// POST /task/list: https://help.planfix.com/restapidocs/
func (c *Client) Tasks(ctx context.Context, q Query) (Page[Task], error) {
	return list[Task](ctx, c, "find tasks", "/task/list", "tasks", q.body(TaskFields()))
}

// Task reads one. An Error with Missing: there is none, or the token's employee may not see it.
//
// GET /task/{id}: https://help.planfix.com/restapidocs/
func (c *Client) Task(ctx context.Context, id int64, fields ...string) (Task, error) {
	const op = "show task"
	if err := known(op, id); err != nil {
		return Task{}, err
	}
	if len(fields) == 0 {
		fields = TaskFields()
	}
	var answer struct {
		Task *Task `json:"task"`
	}
	err := c.get(ctx, op, "/task/"+number(id), url.Values{"fields": {strings.Join(fields, ",")}}, &answer)
	if err == nil && (answer.Task == nil || answer.Task.ID != ID(id)) {
		err = unclear(op, request{method: http.MethodGet}, http.StatusOK, "the answer has no such task")
	}
	if err != nil {
		return Task{}, err
	}
	return *answer.Task, nil
}

// createTask makes a task, each time it is called; everybody else calls EnsureTask.
//
// POST /task/: https://help.planfix.com/restapidocs/
func (c *Client) createTask(ctx context.Context, t TaskWrite) (int64, error) {
	return c.created(ctx, "create task", "/task/", t)
}

// Applied says what became of a change.
type Applied bool

const (
	// Now: the task has changed.
	Now Applied = true
	// Queued: the vendor took the change and applies it after others (202); reading at once may show the old state.
	Queued Applied = false
)

// UpdateTask changes what t names. silent: no line in the task's history and nobody is told, as the vendor asks for mass work.
// Repeating a change does no harm; files are replaced as a set.
//
// POST /task/{id}: https://help.planfix.com/restapidocs/
func (c *Client) UpdateTask(ctx context.Context, id int64, t TaskWrite, silent bool) (Applied, error) {
	const op = "change task"
	if err := known(op, id); err != nil {
		return Queued, err
	}
	var query url.Values
	if silent {
		query = url.Values{"silent": {"true"}}
	}
	status, err := c.post(ctx, op, "/task/"+number(id), query, t, nil)
	return Applied(status == http.StatusOK && err == nil), err
}

// MoveTask gives the task another status of its process.
func (c *Client) MoveTask(ctx context.Context, id, status int64) (Applied, error) {
	if err := known("move task", id, status); err != nil {
		return Queued, err
	}
	return c.UpdateTask(ctx, id, TaskWrite{Status: &Ref{ID: ID(status)}}, false)
}

// Statuses lists what a task of this process can be moved to.
//
// GET /process/task/{id}/statuses: https://help.planfix.com/restapidocs/
func (c *Client) Statuses(ctx context.Context, process int64) ([]Ref, error) {
	const op = "list statuses"
	if err := known(op, process); err != nil {
		return nil, err
	}
	var answer map[string]json.RawMessage
	err := c.get(ctx, op, "/process/task/"+number(process)+"/statuses", url.Values{"fields": {"id,name"}}, &answer)
	if err != nil {
		return nil, err
	}
	return rowsOf[Ref](op, request{method: http.MethodGet}, http.StatusOK, answer, "statuses")
}

// list reads one page of anything.
func list[T any](ctx context.Context, c *Client, op, path, key string, asked listBody) (Page[T], error) {
	var answer map[string]json.RawMessage
	status, err := c.post(ctx, op, path, nil, asked, &answer)
	if err != nil {
		return Page[T]{}, err
	}
	rows, err := rowsOf[T](op, request{path: path}, status, answer, key)
	return page(asked, rows), err
}

// created posts something new and gives its id; a yes without an id is not known to be a yes.
func (c *Client) created(ctx context.Context, op, path string, in any) (int64, error) {
	var answer struct {
		ID ID `json:"id"`
	}
	status, err := c.post(ctx, op, path, nil, in, &answer)
	if err == nil && answer.ID == 0 {
		err = unclear(op, request{method: http.MethodPost}, status, "the answer has no id")
	}
	return int64(answer.ID), err
}
