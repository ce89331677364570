package planfix

import "errors"

// ErrNobody is something that employees cannot do: no such task, no such status.
var ErrNobody = errors.New("planfix: no such task or status")

// The employees: 5 is whom the token acts as, 6 is a person who works there.
func employee(id string) personJSON {
	return personJSON{ID: id, Name: map[string]string{"user:5": "Marketa", "user:6": Employee}[id]}
}

// Employee is the person who works in the account.
const Employee = "Vera"

// AddTask is an employee's new task; custom holds the values of custom fields.
func (s *Sim) AddTask(name string, custom map[int]any) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	t := &task{id: s.newID(), name: name, status: 1, priority: "NotUrgent", custom: map[int]any{}, created: now, changed: now, sender: "user:6"}
	for id, v := range custom {
		t.custom[id] = v
	}
	s.tasks = append(s.tasks, t)
	s.happened("task_created", t)
	return t.id
}

// Move is an employee who gives a task another status.
func (s *Sim) Move(taskID, status int) error {
	return s.touch(taskID, func(t *task) error {
		if _, known := s.statusName(status); !known {
			return ErrNobody
		}
		t.comments = append(t.comments, &comment{id: s.newID(), owner: "user:6", at: s.clock.Now(), from: t.status, to: status})
		t.status, t.changed = status, s.clock.Now()
		s.happened("status_changed", t)
		return nil
	})
}

// Write is an employee's comment.
func (s *Sim) Write(taskID int, words string) error {
	return s.touch(taskID, func(t *task) error {
		t.comments = append(t.comments, &comment{id: s.newID(), owner: "user:6", description: words, at: s.clock.Now()})
		s.happened("comment_added", t)
		return nil
	})
}

// SetField is an employee who fills a custom field of a task.
func (s *Sim) SetField(taskID, field int, value string) error {
	return s.touch(taskID, func(t *task) error {
		t.custom[field] = value
		s.happened("task_changed", t)
		return nil
	})
}

// Delete is an employee who throws a task away.
func (s *Sim) Delete(taskID int) error {
	return s.touch(taskID, func(t *task) error {
		t.deleted = true
		s.happened("task_deleted", t)
		return nil
	})
}

// Press is an employee who presses a button of the task that runs a scenario: "run_usp", "create_restaurant".
func (s *Sim) Press(button string, taskID int) error {
	return s.touch(taskID, func(t *task) error {
		s.happened(button, t)
		return nil
	})
}

func (s *Sim) touch(taskID int, do func(*task) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.task(taskID)
	if err != nil {
		return ErrNobody
	}
	return do(t)
}
