package planfix

import (
	"maps"
	"slices"
	"time"
)

// Task is what an employee sees of a task.
type Task struct {
	ID, StatusID     int
	Name, Status     string
	Description      string // HTML
	SourceObjectID   string
	Custom           map[int]any
	Comments         []Comment
	Files            []string // names, those of comments included
	Created, Changed time.Time
	Deleted          bool
}

// Comment is what an employee sees under a task. A change of status is a comment without words.
type Comment struct {
	ID       int
	Text     string // HTML
	Ours     bool   // through the API
	Files    []string
	Told     []string // roles that were notified
	From, To string   // status, empty when it did not change
	At       time.Time
}

// Tasks lists them all, the oldest first, thrown away ones included.
func (s *Sim) Tasks() []Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Task
	for _, t := range s.tasks {
		list = append(list, s.show(t))
	}
	return list
}

// Task is one of them; false when there is none.
func (s *Sim) Task(id int) (Task, bool) {
	for _, t := range s.Tasks() {
		if t.ID == id {
			return t, true
		}
	}
	return Task{}, false
}

// Statuses lists what tasks can be moved to.
func (s *Sim) Statuses() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.statuses)
}

func (s *Sim) show(t *task) Task {
	status, _ := s.statusName(t.status)
	v := Task{
		ID: t.id, StatusID: t.status, Name: t.name, Status: status, Description: t.description, SourceObjectID: t.sourceObject,
		Custom: maps.Clone(t.custom), Files: s.fileNames(t.files), Created: t.created, Changed: t.changed, Deleted: t.deleted,
	}
	for _, c := range t.comments {
		one := Comment{ID: c.id, Text: c.description, Ours: c.owner == "user:5", Files: s.fileNames(c.files), Told: slices.Clone(c.recipients), At: c.at}
		if c.from != c.to {
			one.From, _ = s.statusName(c.from)
			one.To, _ = s.statusName(c.to)
		}
		v.Comments = append(v.Comments, one)
		v.Files = append(v.Files, one.Files...)
	}
	return v
}

func (s *Sim) fileNames(ids []int) (names []string) {
	for _, id := range ids {
		if f := s.files[id]; f != nil {
			names = append(names, f.name)
		}
	}
	return names
}

// Subscribe gives a nudge whenever something visible has changed; several changes may share one.
func (s *Sim) Subscribe() (changes <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	s.set(func() { s.watchers[c] = struct{}{} })
	return c, func() { s.set(func() { delete(s.watchers, c) }) }
}

func (s *Sim) nudge() {
	for c := range s.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
