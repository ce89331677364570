package whapi

import (
	"math/rand/v2"
	"regexp"
	"strings"
)

// The vendor's own patterns (OpenAPI 1.8.7: Sender.to, ChatID, GroupID, MessageID, MediaID, Mentions).
var (
	toPattern      = regexp.MustCompile(`^[\d-]{9,31}(@[\w\.]{1,})?$`)
	chatPattern    = regexp.MustCompile(`^[\d-]{10,31}@[\w\.]{1,}$`)
	groupPattern   = regexp.MustCompile(`^[\d-]{10,31}@g\.us$`)
	messagePattern = regexp.MustCompile(`^[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,14}(-[A-Za-z0-9._]{4,10})?(-[A-Za-z0-9._]{2,10})?$`)
	mediaPattern   = regexp.MustCompile(`^(?:media_init|[A-Za-z0-9]+-[0-9A-Fa-f-]+)$`)
	mentionPattern = regexp.MustCompile(`^\d{7,15}(@s\.whatsapp\.net)?$|^\d{10,31}@g\.us$`)
)

const (
	atPerson = "@s.whatsapp.net"
	atGroup  = "@g.us"
	atLID    = "@lid"
)

// canonical is the one id under which a chat is kept: people by phone, groups by their id. It is empty for addresses
// that lead nowhere, such as the old @c.us.
func (s *Sim) canonical(id string) string {
	local, at, _ := strings.Cut(id, "@")
	switch "@" + at {
	case "@", atPerson:
		if digits(local) == local {
			return local + atPerson
		}
	case atGroup:
		return id
	case atLID:
		if phone := s.phoneByLID(local); phone != "" {
			return phone + atPerson
		}
	}
	return ""
}

// chatID is how the wire shows a chat: a person's is hidden under UseLID.
func (s *Sim) chatID(canonical string) string {
	if phone, direct := strings.CutSuffix(canonical, atPerson); direct {
		if p := s.people[phone]; p != nil && s.useLID {
			return p.lid + atLID
		}
	}
	return canonical
}

// contactID is how the wire shows a person or one of our numbers: bare digits, or the hidden identity. What is no phone,
// such as a mention by hidden identity or of a whole group, stays as it is.
func (s *Sim) contactID(phone string) string {
	if p := s.people[phone]; p != nil && s.useLID {
		return p.lid + atLID
	}
	if ch := s.channelByPhone(phone); ch != nil && s.useOwnLID {
		return ch.LID + atLID
	}
	return phone
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"

// newID draws the next message id: two segments in direct chats, three in groups. Every channel draws its own.
func (ch *channel) newID(group bool) string {
	id := ch.letters(16) + "-" + ch.letters(9+2*ch.ids.IntN(2))
	if group {
		id += "-" + ch.letters(6)
	}
	return id
}

func (ch *channel) letters(n int) string { return pick(ch.ids, idLetters, n) }

// hex draws from what is not message ids, so that a photo more or less does not change these.
func (ch *channel) hex(n int) string { return pick(ch.rest, "0123456789abcdef", n) }

func pick(from *rand.Rand, letters string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[from.IntN(len(letters))]
	}
	return string(b)
}
