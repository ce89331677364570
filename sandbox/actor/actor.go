package actor

// Actor is the offline model. It keeps nothing between requests.
type Actor struct{ seed uint64 }

// New makes an actor. The seed varies its wording, never what it decides.
func New(seed uint64) *Actor { return &Actor{seed: seed} }

// Answer decides: a structured answer when one is asked for, else the next tool calls, else the text.
func (a *Actor) Answer(r Request) Reply {
	if heard, ok := r.written(); ok {
		return heard
	}
	if seen, ok := r.described(); ok {
		return seen
	}
	v := look(r)
	if len(r.Schema) > 0 {
		return Reply{Text: v.structured()}
	}
	if v.desk {
		return v.assist()
	}
	if wish, ok := v.pictureWish(); ok {
		return wish
	}
	points := v.points()
	plan := v.plan(points)
	if call, ok := v.stepCall(); ok {
		plan.calls = append(plan.calls, call)
	}
	if len(plan.calls) > 0 {
		return Reply{Calls: plan.calls}
	}
	return Reply{Text: a.write(v, points, plan)}
}
