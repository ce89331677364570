package actor

// Actor is the offline model. It keeps nothing between requests.
type Actor struct{ seed uint64 }

// New makes an actor. The seed varies its wording, never what it decides.
func New(seed uint64) *Actor { return &Actor{seed: seed} }

// Answer decides: a structured answer when one is asked for, else the next tool calls, else the text.
func (a *Actor) Answer(r Request) Reply {
	v := look(r)
	return Reply{Text: "… " + v.words()}
}

// fact is one thing that is known about the restaurant, with the value in the words it was given in.
type fact struct{ key, value string }
