package planfix

import (
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Scenario is an "HTTP request" that an admin put into the account's automation.
type Scenario struct {
	Event   string // "status_changed", "comment_added", "task_created", "task_changed", "task_deleted", a button's name; "*": every one
	URL     string // variables are URL-encoded in it
	Header  map[string]string
	Body    string // with {{…}}; empty: DefaultBody
	NoRetry bool
}

// DefaultBody is what the runbook lets an admin type. {{Event}} is written out by the admin in a real account.
const DefaultBody = `{"event":"{{Event}}","task":"{{Task.Number}}","status":"{{Task.Status}}","at":"{{Now}}"}`

// AddScenario refuses what is not on loopback.
func (s *Sim) AddScenario(sc Scenario) error {
	u, err := url.Parse(sc.URL)
	if err != nil {
		return errors.New("planfix: scenario: no address")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("planfix: scenario: the address is not on loopback")
	}
	s.set(func() { s.scenarios = append(s.scenarios, sc) })
	return nil
}

// happened runs the scenarios of an event and tells the watchers.
func (s *Sim) happened(event string, t *task) {
	s.nudge()
	status, _ := s.statusName(t.status)
	values := map[string]string{
		"Event": event, "Task.Number": strconv.Itoa(t.id), "Task.Name": t.name, "Task.Status": status,
		"Now": s.clock.Now().UTC().Format("02-01-2006 15:04:05"),
	}
	for id, v := range t.custom {
		if text, ok := v.(string); ok {
			values["Task.Field"+strconv.Itoa(id)] = text
		}
	}
	for _, sc := range s.scenarios {
		if sc.Event == event || sc.Event == "*" {
			s.post.send(sc.letter(values))
		}
	}
}

// letter puts the values in; a variable that nobody knows stays as it is written.
func (sc Scenario) letter(values map[string]string) letter {
	body := sc.Body
	if body == "" {
		body = DefaultBody
	}
	return letter{
		url:     replaced(sc.URL, values, url.QueryEscape),
		header:  sc.Header,
		body:    replaced(body, values, inJSON),
		noRetry: sc.NoRetry,
	}
}

func replaced(text string, values map[string]string, escape func(string) string) string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{{"+name+"}}", escape(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func inJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}
