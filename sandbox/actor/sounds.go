package actor

// inaudible is what a model that is asked to write a sound down says when there is nothing to be made out.
const inaudible = "[inaudible]"

// Sound is a sound that came with a turn. The offline model has no ears: Words are those that the sandbox wrote into it.
type Sound struct {
	Words string
	Known bool // false: a sound from elsewhere
}

// written is the answer to a request that brings a sound.
func (r Request) written() (Reply, bool) {
	for _, t := range r.Turns {
		if len(t.Sounds) == 0 {
			continue
		}
		if s := t.Sounds[0]; s.Known && s.Words != "" {
			return Reply{Text: s.Words}, true
		}
		return Reply{Text: inaudible}, true
	}
	return Reply{}, false
}
