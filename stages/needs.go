package stages

import "fmt"

// Standing is what a restaurant has, as far as stages ask for it.
type Standing struct {
	Known     map[string]bool // sections of the profile and fields of free facts in which something stands: hours, address
	Photos    int             // looked at, and nothing speaks against them
	Rules     int             // for photos, approved by a manager
	Connected bool            // page and account work
	Approved  int             // posts that were released
	Paid      bool            // a subscription runs
}

// Need is something that a stage waits for.
type Need struct {
	Key   string
	Words string // for a manager: "opening hours", "2 more photos"
	Ask   string // what the client can be asked for; empty: nothing
	Next  string // what a manager can do about it
}

// PhotosForContent is how many photos a restaurant has to have before the first posts are written.
const PhotosForContent = 3

// need is one with what meets it.
type need struct {
	Need
	met func(Standing) bool
}

// known asks for a section or a field, or one of others that say as much.
func known(words, ask string, keys ...string) need {
	return need{Need{Key: keys[0], Words: words, Ask: ask, Next: "ask for it, or tell me: “note for … that …”"}, func(s Standing) bool {
		for _, k := range keys {
			if s.Known[k] {
				return true
			}
		}
		return false
	}}
}

// word is something that only a person can say.
func word(key, words, ask, next string) need {
	return need{Need{key, words, ask, next}, func(Standing) bool { return false }}
}

func needsOf(stage Stage) []need {
	connected := need{Need{"connection", "the connection to Facebook and Instagram", "opening the link that we send and signing in with Facebook", "say “send the connection link”"}, func(s Standing) bool { return s.Connected }}
	paid := need{Need{"payment", "the first payment", "", "say “send the payment link”"}, func(s Standing) bool { return s.Paid }}
	switch stage {
	case Lead:
		return []need{word("answer", "our first answer", "", "answer the card")}
	case Qualification:
		return []need{
			known("the address or the town", "where the restaurant is", "address", "town", "city", "location"),
			known("what they want from us", "what they would like us to do", "directives", "needs", "goal", "goals", "networks"),
			word("fit", "a manager's word that they fit", "", "say “move … to onboarding”"),
		}
	case Onboarding:
		return []need{
			known("the opening hours", "the opening hours", "hours"),
			known("the languages of their guests", "the languages of their guests", "languages"),
			known("who approves posts on their side", "who on their side approves posts", "contact", "approver"),
			word("agreement", "their yes to the offer", "", "send the offer; when they say yes, release “move to connection”, or say “move … to connection”"),
		}
	case Connection:
		return []need{connected}
	case ContentSetup:
		return []need{
			{Need{Key: "photos", Ask: "photos of dishes and of the place", Next: "ask for photos; what comes on WhatsApp is taken"}, func(s Standing) bool { return s.Photos >= PhotosForContent }},
			{Need{"rules", "a rule for photos that is approved", "what must never be shown in photos, or that anything may be", "ask what must never be shown, and approve the rule"}, func(s Standing) bool { return s.Rules > 0 }},
		}
	case FirstApprovals:
		return []need{{Need{"posts", "the first post that is released", "", "say “write a post about …”"}, func(s Standing) bool { return s.Approved > 0 }}}
	case Activation:
		return []need{paid}
	case Active, AtRisk:
		return []need{connected, paid}
	}
	return nil
}

// Missing is what a stage still waits for, what comes first first.
func Missing(stage Stage, s Standing) (out []Need) {
	for _, n := range needsOf(stage) {
		if n.met(s) {
			continue
		}
		if n.Key == "photos" {
			n.Words = fmt.Sprintf("photos: %d of %d looked at", s.Photos, PhotosForContent)
		}
		out = append(out, n.Need)
	}
	return out
}

// ByItself is the event that comes about as soon as a stage misses nothing; false where a person has to say so.
func ByItself(stage Stage) (Event, bool) {
	switch stage {
	case Connection:
		return Connected, true
	case ContentSetup:
		return ContentReady, true
	case FirstApprovals:
		return ApprovalsDone, true
	case Activation:
		return Paid, true
	}
	return "", false
}

// Because says in plain words why such an event has come about.
func Because(event Event) string {
	switch event {
	case Connected:
		return "their page and account are connected"
	case ContentReady:
		return "there are photos and rules enough for the first posts"
	case ApprovalsDone:
		return "their first post is released"
	case Paid:
		return "they have paid"
	}
	return "what it needed is there"
}
