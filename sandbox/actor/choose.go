package actor

import (
	"encoding/json"
	"slices"
	"strings"
)

// toolKind is what a tool is for, judged by its name, then by its description.
type toolKind int

const (
	otherTool toolKind = iota
	readTool
	writeTool
	askTool // puts a question to people
)

const (
	askVerbs   = "ask,escalate,human,manager,managers,handoff,handover,notify,alert,question"
	readVerbs  = "read,get,find,search,list,look,lookup,show,check,fetch,status,query,view,count,reads,finds,returns,searches,lists,looks,available,availability"
	writeVerbs = "propose,update,set,change,save,create,add,write,edit,schedule,book,publish,send,request,register,draft,submit,cancel,delete,remove,order,reserve,move,generate,make,report,proposes,updates,creates,saves,writes,books,schedules"
)

func nameWords(name string) []word {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return words(strings.NewReplacer("_", " ", "-", " ", ".", " ").Replace(b.String()))
}

func kindOf(t Tool) toolKind {
	about := words(t.Description)
	for _, ws := range [][]word{nameWords(t.Name), about[:min(len(about), 6)]} {
		switch {
		case anyPhrase(ws, askVerbs):
			return askTool
		case anyPhrase(ws, writeVerbs):
			return writeTool
		case anyPhrase(ws, readVerbs):
			return readTool
		}
	}
	return otherTool
}

// fit says how well a tool serves a point; three is enough.
func fit(t Tool, p point) int {
	name, about, e := nameWords(t.Name), words(t.Description+" "+strings.Join(parameterWords(t), " ")), entryOf(p.topic)
	score := 0
	if p.topic != noTopic {
		if anyPhrase(name, e.named) {
			score += 3
		}
		if anyPhrase(about, e.named) {
			score += 2
		}
		if (p.onRecord() && p.act == asks || p.act == changes) && anyPhrase(name, "profile,facts,restaurant,info,knowledge,details") {
			score += 3
		}
	}
	if p.topic == noTopic && p.act == changes && anyPhrase(name, "profile") {
		score += 3
	}
	if p.act == asks && anyPhrase(name, "knowledge,faq,memory,docs,answers,help") {
		score += 3
	}
	return score + 2*shared(words(p.text), slices.Concat(name, about))
}

// shared counts telling words that the client and a tool have in common.
func shared(client, tool []word) int {
	n := 0
	for _, c := range client {
		if len([]rune(c.low)) < 4 || commonWords[english][c.low] {
			continue
		}
		if slices.ContainsFunc(tool, func(t word) bool { return t.low == c.low || (len(c.low) > 5 && slip([]rune(t.low), []rune(c.low))) }) {
			n++
		}
	}
	return min(n, 2)
}

func parameterWords(t Tool) []string {
	var all []string
	for _, p := range parseSchema(t.Schema).props {
		all = append(append(all, strings.ReplaceAll(p.name, "_", " ")), p.schema.choices()...)
	}
	return all
}

// plan is what to do next: calls, or what has to be asked of the client first.
type plan struct {
	calls  []Call
	wanted []string // arguments that only the client can give
}

// plan goes through the points; whatever no tool serves goes to the people, in one question.
func (v view) plan(points []point) plan {
	var out plan
	if len(v.req.Tools) == 0 || v.req.ToolChoice == "none" {
		return out
	}
	var forPeople []point
	for _, p := range points {
		if !p.needsWork() || p.howTo() || len(v.known(p)) > 0 && p.act == asks {
			continue
		}
		call, wanted, served := v.serve(p)
		switch {
		case call != nil && !contains(out.calls, *call):
			out.calls = append(out.calls, *call)
		case len(wanted) > 0:
			out.wanted = append(out.wanted, wanted...)
		case !served && call == nil:
			forPeople = append(forPeople, p)
		}
	}
	if call := v.askPeople(forPeople); call != nil {
		out.calls = append(out.calls, *call)
	}
	if len(out.calls) == 0 && v.req.ToolChoice == "any" && len(v.made) == 0 {
		out.calls = v.forced(points)
	}
	return out
}

// howTo: asks how to send us something, which needs nobody's help.
func (p point) howTo() bool {
	return p.act == asks && (p.topic == photo || p.topic == video || p.topic == menu) && anyPhrase(words(p.text), sending) && startsWith(words(p.text), "where,how,wo,wie,wohin,dove,come,donde,como,adonde,где,как,куда", 3)
}

// needsWork: more than words of our own.
func (p point) needsWork() bool {
	switch p.act {
	case asks, wishes, changes, complains, chases:
		return true
	}
	return false
}

func (p point) kinds() []toolKind {
	switch p.act {
	case asks:
		return []toolKind{readTool, otherTool}
	case changes:
		return []toolKind{writeTool}
	case wishes:
		return []toolKind{writeTool, otherTool, readTool}
	}
	return nil
}

// serve finds the call that helps with a point. With neither call nor wanted arguments, served says that a call was made
// and went well.
func (v view) serve(p point) (call *Call, wanted []string, served bool) {
	for _, t := range v.candidates(p) {
		args, lacking := v.fill(t, p)
		if len(lacking) > 0 {
			if askable(lacking) {
				wanted = lacking
			}
			continue
		}
		made, fine := v.outcome(t.Name, args)
		if made && !fine {
			args = required(t, args)
			made, fine = v.outcome(t.Name, args)
		}
		if !made {
			return &Call{Name: t.Name, Args: args}, nil, true
		}
		if fine && kindOf(t) != readTool {
			return nil, nil, true
		}
	}
	return nil, wanted, false
}

// candidates are the tools that fit, best first. A redo only reads: what was asked or proposed for this conversation was
// asked and proposed before.
func (v view) candidates(p point) []Tool {
	var found []Tool
	for _, kind := range p.kinds() {
		if v.redo && kind != readTool {
			continue
		}
		var of []Tool
		for _, t := range v.req.Tools {
			if t.Name != stepTool && kindOf(t) == kind && fit(t, p) >= 3 {
				of = append(of, t)
			}
		}
		slices.SortStableFunc(of, func(a, b Tool) int { return fit(b, p) - fit(a, p) })
		found = append(found, of...)
	}
	return found
}

// outcome says whether this very call was made since the client's words, and whether it went well.
func (v view) outcome(name string, args json.RawMessage) (made, fine bool) {
	for i, c := range v.made {
		if c.Name != name || canonical(c.Args) != canonical(args) {
			continue
		}
		_, bad := failed(v.resultOf(i))
		return true, !bad
	}
	return false, false
}

func (v view) resultOf(i int) string {
	for _, r := range v.results {
		if r.CallID != "" && r.CallID == v.made[i].ID {
			return r.Output
		}
	}
	if i < len(v.results) {
		return v.results[i].Output
	}
	return ""
}

func canonical(args json.RawMessage) string {
	var v any
	if json.Unmarshal(args, &v) != nil || v == nil {
		return "{}"
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func contains(calls []Call, c Call) bool {
	return slices.ContainsFunc(calls, func(o Call) bool { return o.Name == c.Name && canonical(o.Args) == canonical(c.Args) })
}

func (v view) asker() (Tool, bool) {
	for _, t := range v.req.Tools {
		if kindOf(t) == askTool {
			return t, true
		}
	}
	return Tool{}, false
}

// askPeople puts all open points into one question, once.
func (v view) askPeople(open []point) *Call {
	t, ok := v.asker()
	if !ok || len(open) == 0 || v.redo || v.wasCalled(t.Name) {
		return nil
	}
	p := open[0]
	for _, o := range open[1:] {
		p.text += " / " + o.text
		p.details = append(slices.Clone(p.details), o.details...)
	}
	args, lacking := v.fill(t, p)
	if len(lacking) > 0 {
		return nil
	}
	return &Call{Name: t.Name, Args: args}
}

func (v view) wasCalled(name string) bool {
	return slices.ContainsFunc(v.made, func(c Call) bool { return c.Name == name })
}

// passedOn says whether the people have the open points: asked with success just now, or before a redo.
func (v view) passedOn() bool {
	t, ok := v.asker()
	if !ok || v.redo {
		return ok
	}
	for i, c := range v.made {
		if _, bad := failed(v.resultOf(i)); c.Name == t.Name && !bad {
			return true
		}
	}
	return false
}

// proposed says whether some writing tool took the point.
func (v view) proposed(p point) bool {
	if v.redo {
		return slices.ContainsFunc(v.req.Tools, func(t Tool) bool { return kindOf(t) == writeTool && fit(t, p) >= 3 })
	}
	for i, c := range v.made {
		t, ok := v.tool(c.Name)
		_, bad := failed(v.resultOf(i))
		if ok && !bad && kindOf(t) == writeTool && fit(t, p) >= 3 {
			return true
		}
	}
	return false
}

// forced picks a call although none is needed, because the request insists: the tool that fits best and can be filled.
func (v view) forced(points []point) []Call {
	p := point{act: asks, text: v.words()}
	if len(points) > 0 {
		p = points[0]
	}
	tools := slices.Clone(v.req.Tools)
	slices.SortStableFunc(tools, func(a, b Tool) int { return fit(b, p) - fit(a, p) })
	for _, t := range tools {
		if args, lacking := v.fill(t, p); len(lacking) == 0 {
			return []Call{{Name: t.Name, Args: args}}
		}
	}
	return nil
}
