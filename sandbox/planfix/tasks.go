package planfix

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// task as the account keeps it.
type task struct {
	id, status, template, parent       int
	name, description, priority        string
	counterparty, sourceObject, sender string
	assignees, participants            peopleJSON
	custom                             map[int]any
	files                              []int
	comments                           []*comment
	end                                *timeJSON
	created, changed                   time.Time
	deleted                            bool
}

type refJSON struct {
	ID   int    `json:"id"`
	Name string `json:"name,omitempty"`
}

type personJSON struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

type peopleJSON struct {
	Users  []personJSON `json:"users"`
	Groups []refJSON    `json:"groups"`
}

type timeJSON struct {
	Date     string `json:"date,omitempty"`
	Time     string `json:"time,omitempty"`
	Datetime string `json:"datetime,omitempty"`
}

type customJSON struct {
	Field refJSON         `json:"field"`
	Value json.RawMessage `json:"value"`
}

// taskJSON is a new task or a change.
type taskJSON struct {
	Name           *string      `json:"name"`
	Description    *string      `json:"description"`
	Priority       *string      `json:"priority"`
	Status         *refJSON     `json:"status"`
	ProcessID      *int         `json:"processId"`
	Template       *refJSON     `json:"template"`
	Parent         *refJSON     `json:"parent"`
	Project        *refJSON     `json:"project"`
	Assigner       *personJSON  `json:"assigner"`
	Counterparty   *personJSON  `json:"counterparty"`
	StartDateTime  *timeJSON    `json:"startDateTime"`
	EndDateTime    *timeJSON    `json:"endDateTime"`
	Assignees      *peopleJSON  `json:"assignees"`
	Participants   *peopleJSON  `json:"participants"`
	Auditors       *peopleJSON  `json:"auditors"`
	Custom         []customJSON `json:"customFieldData"`
	Files          *[]refJSON   `json:"files"`
	SourceObjectID *string      `json:"sourceObjectId"`
	SourceVersion  *string      `json:"sourceDataVersion"`
}

func (s *Sim) listTasks(c call) (reply, error) {
	in, err := decode[listJSON](c)
	if err != nil {
		return reply{}, err
	}
	sel, err := s.selected(in.Fields, taskNames)
	if err != nil {
		return reply{}, err
	}
	found, err := s.findTasks(in)
	if err != nil {
		return reply{}, err
	}
	list := []map[string]any{}
	for _, t := range found {
		list = append(list, sel.row(s, s.taskRow(t), t.custom))
	}
	return rows("tasks", list)
}

func (s *Sim) findTasks(in listJSON) ([]*task, error) {
	if in.FilterID != "" {
		return nil, refuse(400, 41, "Unknown filter")
	}
	conditions, err := s.conditions(in.Filters, taskConditions())
	if err != nil {
		return nil, err
	}
	var found []*task
	for _, t := range s.tasks {
		if !t.deleted && s.clock.Now().Sub(t.created) >= s.hidden && allHold(conditions, s.taskFacts(t)) {
			found = append(found, t)
		}
	}
	jumble(found)
	return window(found, in.Offset, in.PageSize)
}

// jumble gives rows an order of their own that stays the same from page to page.
func jumble[T any](found []T) {
	for i, j := 0, len(found)-1; i < j; i, j = i+2, j-1 {
		found[i], found[j] = found[j], found[i]
	}
}

func (s *Sim) getTask(c call) (reply, error) {
	t, err := s.task(c.id())
	if err != nil {
		return reply{}, err
	}
	sel, err := s.selected(c.r.URL.Query().Get("fields"), taskNames)
	if err != nil {
		return reply{}, err
	}
	return rows("task", sel.row(s, s.taskRow(t), t.custom))
}

func (s *Sim) task(id int) (*task, error) {
	for _, t := range s.tasks {
		if t.id == id && !t.deleted {
			return t, nil
		}
	}
	return nil, refuse(http.StatusNotFound, 1000, "Task not found")
}

func (s *Sim) createTask(c call) (reply, error) {
	in, err := decode[taskJSON](c)
	if err != nil {
		return reply{}, err
	}
	if in.Name == nil && in.Template == nil {
		return reply{}, refuse(400, 40, "Required parameter is missing: name")
	}
	if err := s.checkTask(in); err != nil {
		return reply{}, err
	}
	if err := s.checkRequired(in.Custom); err != nil {
		return reply{}, err
	}
	t := &task{id: s.newID(), status: 1, priority: "NotUrgent", custom: map[int]any{}, created: s.clock.Now(), sender: "user:5"}
	s.tasks = append(s.tasks, t)
	s.apply(t, in)
	s.happened("task_created", t)
	return madeID(t.id)
}

func (s *Sim) updateTask(c call) (reply, error) {
	t, err := s.task(c.id())
	if err != nil {
		return reply{}, err
	}
	in, err := decode[taskJSON](c)
	if err != nil {
		return reply{}, err
	}
	if err := s.checkTask(in); err != nil {
		return reply{}, err
	}
	silent := c.r.URL.Query().Get("silent") == "true"
	if s.queued > 0 {
		s.queued--
		s.at(s.clock.Now().Add(s.queuedFor), func() { s.change(t, in, silent) })
		return reply{status: http.StatusAccepted}, nil
	}
	s.change(t, in, silent)
	return reply{}, nil
}

func (s *Sim) change(t *task, in taskJSON, silent bool) {
	before := t.status
	s.apply(t, in)
	switch {
	case silent:
	case t.status != before:
		s.happened("status_changed", t)
	default:
		s.happened("task_changed", t)
	}
}

// checkTask refuses what the account cannot hold, before anything is changed.
func (s *Sim) checkTask(in taskJSON) error {
	if in.Status != nil {
		if _, known := s.statusName(in.Status.ID); !known {
			return refuse(400, 41, "Unknown status")
		}
	}
	if in.Priority != nil && *in.Priority != "NotUrgent" && *in.Priority != "Urgent" {
		return refuse(400, 41, "Unknown priority")
	}
	for _, p := range in.people() {
		if !strings.HasPrefix(p.ID, "user:") && !strings.HasPrefix(p.ID, "contact:") {
			return refuse(400, 41, "A person's id is user:N or contact:N")
		}
	}
	if in.Files != nil {
		for _, f := range *in.Files {
			if s.files[f.ID] == nil {
				return refuse(400, 7000, "File not found")
			}
		}
	}
	return s.checkCustom(in.Custom)
}

func (in taskJSON) people() (list []personJSON) {
	for _, group := range []*peopleJSON{in.Assignees, in.Participants, in.Auditors} {
		if group != nil {
			list = append(list, group.Users...)
		}
	}
	for _, one := range []*personJSON{in.Assigner, in.Counterparty} {
		if one != nil {
			list = append(list, *one)
		}
	}
	return list
}

func (s *Sim) checkCustom(custom []customJSON) error {
	for _, v := range custom {
		f, known := s.fields[v.Field.ID]
		if !known {
			return refuse(400, 41, fmt.Sprintf("Unknown custom field %d", v.Field.ID))
		}
		var value any
		_ = json.Unmarshal(v.Value, &value)
		_, text := value.(string)
		_, number := value.(float64)
		if value != nil && ((f.Type == 0 || f.Type == 2) && !text || f.Type == 1 && !number) {
			return refuse(400, 41, fmt.Sprintf("Custom field %d has an invalid value", v.Field.ID))
		}
	}
	return nil
}

func (s *Sim) checkRequired(custom []customJSON) error {
	given := map[int]bool{}
	for _, v := range custom {
		given[v.Field.ID] = string(v.Value) != `""` && string(v.Value) != "null"
	}
	for id, f := range s.fields {
		if f.Required && !given[id] {
			return refuse(400, 1001, fmt.Sprintf("custom_field_is_required, id %d", id))
		}
	}
	return nil
}

// apply changes what in names; files are replaced as a set.
func (s *Sim) apply(t *task, in taskJSON) {
	t.changed = s.clock.Now()
	setIf(&t.name, in.Name)
	setIf(&t.description, in.Description)
	setIf(&t.priority, in.Priority)
	setIf(&t.sourceObject, in.SourceObjectID)
	setIf(&t.assignees, in.Assignees)
	setIf(&t.participants, in.Participants)
	for _, r := range []struct {
		to   *int
		from *refJSON
	}{{&t.status, in.Status}, {&t.template, in.Template}, {&t.parent, in.Parent}} {
		if r.from != nil {
			*r.to = r.from.ID
		}
	}
	if in.Counterparty != nil {
		t.counterparty = in.Counterparty.ID
	}
	if in.EndDateTime != nil {
		t.end = in.EndDateTime
	}
	if in.Files != nil {
		t.files = nil
		for _, f := range *in.Files {
			t.files = append(t.files, f.ID)
		}
	}
	for _, v := range in.Custom {
		var value any
		_ = json.Unmarshal(v.Value, &value)
		t.custom[v.Field.ID] = value
	}
}

func setIf[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (s *Sim) taskRow(t *task) map[string]any {
	name, _ := s.statusName(t.status)
	all := map[string]any{
		"id": t.id, "name": t.name, "description": t.description, "priority": t.priority, "status": refJSON{t.status, name},
		"processId": processID, "type": "task", "assigner": employee(t.sender), "assignees": t.assignees, "participants": t.participants,
		"dateTime": timePoint(t.created), "dateOfLastUpdate": timePoint(t.changed), "isDeleted": t.deleted, "files": s.fileRows(t.files),
		"sourceObjectId": t.sourceObject, "hasEndDate": t.end != nil,
	}
	for key, id := range map[string]int{"template": t.template, "parent": t.parent} {
		if id > 0 {
			all[key] = refJSON{ID: id}
		}
	}
	if t.counterparty != "" {
		all["counterparty"] = personJSON{ID: t.counterparty}
	}
	if t.end != nil {
		all["endDateTime"] = t.end
	}
	return all
}

func (s *Sim) listStatuses(c call) (reply, error) {
	if c.id() != processID {
		return reply{}, refuse(400, 41, "Unknown process")
	}
	list := []refJSON{}
	for _, st := range s.statuses {
		list = append(list, refJSON(st))
	}
	return rows("statuses", list)
}
