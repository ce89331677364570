package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"marketa/sandbox/telegram"
)

// What managers do in Telegram. After the name may stand "in private" or "in topic <name>"; then one of
//
//	: words                     in the approvals chat: an answer to the newest question or card; elsewhere plain words
//	says: words                 plain words          privately: words      the same as "in private: words"
//	replies: words              an answer to the newest question or card there
//	replies on card 2: words    replies to "part": words      replies with photo cake.jpg: caption
//	sends <thing>               edits: words                  deletes
//	starts the bot              starts the bot with CODE      blocks the bot
//	removes the bot             admits the bot                joins    leaves    makes topic <name>    removes card 2
//
// "taps Send" presses on the newest card, "taps Send on card 1" and `taps Yes on "part"` on others.

// desk is where a manager writes.
type desk struct {
	chat  int64
	topic int
}

var (
	repliesOn   = regexp.MustCompile(`(?s)^ replies(?: on card (\d+)| to "([^"]+)")?(?:: (.*)| with (.+))$`)
	startsBot   = regexp.MustCompile(`^ starts the bot(?: with (\S+))?$`)
	removesCard = regexp.MustCompile(`^ removes card (\d+)$`)
)

func (s *scene) manager(name, rest string) {
	s.t.Helper()
	rest = s.fill(rest)
	at := desk{chat: s.approvals}
	if after, ok := strings.CutPrefix(rest, " in private"); ok {
		at.chat, rest = s.managers[name], after
	}
	if words, ok := strings.CutPrefix(rest, " privately: "); ok {
		at.chat, rest = s.managers[name], ": "+words
	}
	if after, ok := strings.CutPrefix(rest, " in topic "); ok {
		at.topic, rest = s.topic(after)
	}
	if m := repliesOn.FindStringSubmatch(rest); m != nil {
		s.replies(name, at, m)
		return
	}
	words, plain := strings.CutPrefix(rest, ": ")
	if said, ok := strings.CutPrefix(rest, " says: "); ok {
		s.sends(name, at, said, 0)
		return
	}
	if plain {
		answered := 0
		if at == (desk{chat: s.approvals}) {
			answered = s.replyTarget(at)
		}
		s.sends(name, at, words, answered)
		return
	}
	if things, ok := strings.CutPrefix(rest, " sends "); ok {
		s.sendsThing(name, at, things, 0)
		return
	}
	s.managerMoves(name, at, rest)
}

func (s *scene) replies(name string, at desk, m []string) {
	s.t.Helper()
	answered := 0
	switch {
	case m[1] != "":
		n, _ := strconv.Atoi(m[1])
		answered = s.cards()[n-1].ID
	case m[2] != "":
		answered = s.telegramMessage(at, m[2])
	default:
		answered = s.replyTarget(at)
	}
	if m[4] != "" {
		s.sendsThing(name, at, m[4], answered)
		return
	}
	s.sends(name, at, m[3], answered)
}

func (s *scene) sends(name string, at desk, words string, answered int) {
	s.t.Helper()
	var id int
	var err error
	if answered == 0 && at.topic != 0 {
		id, err = s.world.Telegram.SendTopic(s.managers[name], at.chat, at.topic, words)
	} else {
		id, err = s.world.Telegram.Send(s.managers[name], at.chat, words, answered)
	}
	s.must(err, words)
	s.lastSent[name] = id
}

func (s *scene) sendsThing(name string, at desk, things string, answered int) {
	s.t.Helper()
	for _, u := range s.uploads(things) {
		u.ThreadID, u.ReplyTo = at.topic, answered
		id, err := s.world.Telegram.SendFile(s.managers[name], at.chat, u)
		s.must(err, things)
		s.lastSent[name] = id
	}
}

// managerMoves is what a manager does without a new message.
func (s *scene) managerMoves(name string, at desk, rest string) {
	s.t.Helper()
	who, bot := s.managers[name], s.world.Telegram
	if m := startsBot.FindStringSubmatch(rest); m != nil {
		bot.StartWith(who, m[1])
		return
	}
	if m := removesCard.FindStringSubmatch(rest); m != nil {
		n, _ := strconv.Atoi(m[1])
		card := s.cards()[n-1]
		s.seen["removed "+key(card)] = "yes"
		bot.Remove(card.ChatID, card.ID)
		return
	}
	if words, ok := strings.CutPrefix(rest, " edits: "); ok {
		s.must(bot.Edit(who, at.chat, s.lastSent[name], words), rest)
		return
	}
	if topic, ok := strings.CutPrefix(rest, " makes topic "); ok {
		_, err := bot.CreateTopic(who, s.approvals, topic)
		s.must(err, rest)
		return
	}
	switch rest {
	case " deletes":
		bot.Remove(at.chat, s.lastSent[name])
	case " blocks the bot":
		bot.Block(who)
	case " removes the bot":
		bot.Kick(who, s.approvals)
	case " admits the bot":
		bot.Admit(who, s.approvals, true)
	case " joins":
		bot.Join(who, s.approvals)
	case " leaves":
		bot.Leave(who, s.approvals)
	default:
		s.t.Fatalf("a manager cannot%s", rest)
	}
}

// topic reads the name of a topic off the front: the longest that there is.
func (s *scene) topic(text string) (id int, rest string) {
	s.t.Helper()
	best := ""
	for _, t := range s.world.Telegram.Topics(s.approvals) {
		if strings.HasPrefix(text, t.Name) && len(t.Name) > len(best) {
			id, best = t.ID, t.Name
		}
	}
	if id == 0 {
		s.t.Fatalf("there is no topic as in %q: %v", text, s.world.Telegram.Topics(s.approvals))
	}
	return id, text[len(best):]
}

// telegramMessage is the newest one with a part of these words.
func (s *scene) telegramMessage(at desk, part string) int {
	s.t.Helper()
	for _, m := range slices.Backward(s.world.Telegram.Messages(at.chat)) {
		if strings.Contains(m.Text, part) && (at.topic == 0 || m.ThreadID == at.topic) {
			return m.ID
		}
	}
	s.t.Fatalf("nobody wrote %q there", part)
	return 0
}

// replyTarget is the newest question of the bot or, if a card is newer, that card.
func (s *scene) replyTarget(at desk) int {
	for _, m := range slices.Backward(s.world.Telegram.Messages(at.chat)) {
		if m.FromBot && (m.ForceReply || isCard(m)) && (at.topic == 0 || m.ThreadID == at.topic) {
			return m.ID
		}
	}
	return 0
}

// addTelegramPerson is somebody new, who has not pressed Start.
func (s *scene) addTelegramPerson(name string) {
	id := int64(1001 + len(s.managers))
	s.managers[name] = id
	s.world.Telegram.AddUser(telegram.User{ID: id, FirstName: name, Language: "en"})
}
