package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"marketa/sandbox"
	"marketa/sandbox/telegram"
	"marketa/sandbox/wire"
)

// scene is a dialogue being played: who is who, and what has been seen of the two chats.
type scene struct {
	*agency
	clients  map[string]sandbox.Person
	managers map[string]int64
	channel  string
	seen     map[string]string // a message's key → what it showed
	toasts   map[int64]int
	lastSaid map[string]string // client → id of the last message
	swapped  bool              // Ben won a race of both: the two change names, so that the session reads the same
}

func newScene(t testing.TB, d *dialogue) *scene {
	s := &scene{agency: newAgency(t, d.start, d.mind), clients: map[string]sandbox.Person{}, channel: "marketa",
		managers: map[string]int64{"Marta": sandbox.ManagerA, "Ben": sandbox.ManagerB, "Sam": sandbox.Stranger},
		seen:     map[string]string{}, toasts: map[int64]int{}, lastSaid: map[string]string{}}
	for _, p := range sandbox.People() {
		s.clients[p.Name] = p
	}
	s.settle()
	s.heard()
	return s
}

var (
	speaks = regexp.MustCompile(`^(\p{L}+)( edits| replies| says| privately)?: (.*)$`)
	taps   = regexp.MustCompile(`^(?:(\p{L}+) )?taps (.+?)(?: on card (\d+))?$`)
)

// act does one line.
func (s *scene) act(line string) {
	s.t.Helper()
	if m := taps.FindStringSubmatch(line); m != nil {
		s.tap(m[1], m[2], m[3])
		return
	}
	if m := speaks.FindStringSubmatch(line); m != nil {
		s.speak(m[1], strings.TrimSpace(m[2]), strings.ReplaceAll(m[3], `\n`, "\n"))
		return
	}
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "wait":
		d, err := time.ParseDuration(rest)
		s.must(err, line)
		s.advance(d)
	case "restart":
		s.restart()
	case "both":
		s.bothTap(strings.TrimPrefix(rest, "tap "))
	case "webhooks":
		s.webhooks(rest)
	case "vendor":
		s.vendor(rest)
	case "channel":
		s.channel = rest
	default:
		if name, ok := strings.CutSuffix(line, " deletes"); ok && s.lastSaid[name] != "" {
			s.must(s.world.WhatsApp.DeleteMessage(s.channel, s.lastSaid[name]), line)
			return
		}
		s.t.Fatalf("nobody knows how to do %q", line)
	}
}

func (s *scene) must(err error, line string) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
}

func (s *scene) speak(name, how, text string) {
	s.t.Helper()
	if p, ok := s.clients[name]; ok {
		if how == "edits" {
			s.must(s.world.WhatsApp.EditMessage(s.channel, s.lastSaid[name], text), text)
			return
		}
		id, err := s.world.WhatsApp.Say(s.channel, p.Phone, text)
		s.must(err, text)
		s.lastSaid[name] = id
		return
	}
	if name == "phone" {
		_, err := s.world.WhatsApp.PhoneSays(s.channel, s.clients["Anna"].Phone+"@s.whatsapp.net", text)
		s.must(err, text)
		return
	}
	id, ok := s.managers[name]
	if !ok {
		s.t.Fatalf("there is no %s", name)
	}
	chat, reply := sandbox.Approvals, s.replyTarget()
	switch how {
	case "privately":
		chat, reply = id, 0
	case "says":
		reply = 0
	}
	_, err := s.world.Telegram.Send(id, chat, text, reply)
	s.must(err, text)
}

// replyTarget is the newest question of the bot or, if a card is newer, that card.
func (s *scene) replyTarget() int {
	for _, m := range slices.Backward(s.world.Telegram.Messages(sandbox.Approvals)) {
		if m.FromBot && (m.ForceReply || isCard(m)) {
			return m.ID
		}
	}
	return 0
}

func isCard(m telegram.Message) bool { return m.FromBot && strings.HasPrefix(m.Text, "💬") }

func (s *scene) cards() (out []telegram.Message) {
	for _, m := range s.world.Telegram.Messages(sandbox.Approvals) {
		if isCard(m) {
			out = append(out, m)
		}
	}
	return out
}

func (s *scene) tap(who, label, number string) {
	s.t.Helper()
	if who == "" {
		who = "Marta"
	}
	cards := s.cards()
	if len(cards) == 0 {
		s.t.Fatalf("there is no card to tap %s on", label)
	}
	card := cards[len(cards)-1]
	if n, err := strconv.Atoi(number); err == nil {
		card = cards[n-1]
	}
	if _, err := s.world.Telegram.Press(s.managers[who], sandbox.Approvals, card.ID, label); err == nil {
		return
	}
	// The phone still shows the button of an older picture of the card.
	data, ok := s.seenButtons(card.ID, label)
	if !ok {
		s.t.Fatalf("%s cannot tap %s on card %d: %v", who, label, card.ID, card.Keyboard)
	}
	s.world.Telegram.PressData(s.managers[who], sandbox.Approvals, card.ID, data)
}

// seenButtons remembers what every button of a card carried when it was shown.
func (s *scene) seenButtons(id int, label string) (string, bool) {
	data, ok := s.seen[fmt.Sprintf("button %d %s", id, label)]
	return data, ok
}

func (s *scene) bothTap(label string) {
	cards := s.cards()
	card := cards[len(cards)-1]
	var both sync.WaitGroup
	for _, id := range []int64{sandbox.ManagerA, sandbox.ManagerB} {
		both.Go(func() { _, _ = s.world.Telegram.Press(id, sandbox.Approvals, card.ID, label) })
	}
	both.Wait()
	s.settle()
	if s.ask(`SELECT coalesce((SELECT m.telegram_id::text FROM approvals a JOIN managers m ON m.id = a.decided_by ORDER BY a.decided_at DESC LIMIT 1), '')`) == strconv.FormatInt(sandbox.ManagerB, 10) {
		s.swapped = true
		s.managers["Marta"], s.managers["Ben"] = sandbox.ManagerB, sandbox.ManagerA
	}
}

// named reads as if Marta had won.
func (s *scene) named(text string) string {
	if !s.swapped {
		return text
	}
	return strings.NewReplacer("Marta", "Ben", "Ben", "Marta").Replace(text)
}

func (s *scene) webhooks(how string) {
	switch how {
	case "repeat":
		s.world.WhatsApp.Courier().Twice(1000)
		s.world.Telegram.Courier().Twice(1000)
	case "wait":
		s.world.WhatsApp.Hold()
	case "come shuffled":
		s.world.WhatsApp.Release(true)
		for p, _ := s.world.WhatsApp.Courier().Pending(); p > 0; p, _ = s.world.WhatsApp.Courier().Pending() {
			time.Sleep(tick) // what follows shall find them kept
		}
	default:
		s.t.Fatalf("webhooks cannot %q", how)
	}
}

func (s *scene) vendor(what string) {
	name, how, _ := strings.Cut(what, " ")
	faults := map[string][]*wire.Faults{"whapi": {s.world.WhatsApp.Faults()}, "telegram": {s.world.Telegram.Faults()},
		"models": {s.world.Gemini.Faults(), s.world.OpenAI.Faults()}, "gemini": {s.world.Gemini.Faults()}}[name]
	away := wire.Fault{Status: 503, Body: "away"}
	for _, f := range faults {
		switch {
		case how == "away":
			f.Down("*", away)
		case how == "back":
			f.Up("*")
		case how == "loses the next answer":
			f.Next("POST /messages/text", wire.Fault{LoseAnswer: true})
		case how == "cuts the next send":
			f.Next("POST /messages/text", wire.Fault{Cut: true})
		case strings.HasPrefix(how, "down "):
			n, _ := strconv.Atoi(strings.TrimPrefix(how, "down "))
			for range n {
				f.Next("*", away)
			}
		default:
			s.t.Fatalf("vendor %s cannot %q", name, how)
		}
	}
}

// heard is everything that was said or changed since the last time, in one order.
func (s *scene) heard() []string {
	out := s.heardToasts()
	out = append(out, s.heardTelegram()...)
	return append(out, s.heardWhatsApp()...)
}

func (s *scene) heardToasts() (out []string) {
	names := make([]string, 0, len(s.managers))
	for name := range s.managers {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		all := s.world.Telegram.Toasts(s.managers[name])
		for _, t := range all[s.toasts[s.managers[name]]:] {
			if t.Text != "" {
				out = append(out, lines(fmt.Sprintf("toast %s: ", name), s.named(t.Text))...)
			}
		}
		s.toasts[s.managers[name]] = len(all)
	}
	return out
}

func (s *scene) heardTelegram() (out []string) {
	chats := []struct {
		id   int64
		name string
	}{{sandbox.Approvals, ""}, {sandbox.ManagerA, " to Marta"}, {sandbox.ManagerB, " to Ben"}, {sandbox.Stranger, " to Sam"}}
	for _, c := range chats {
		for _, m := range s.world.Telegram.Messages(c.id) {
			if !m.FromBot || m.Service {
				continue
			}
			key, shows := fmt.Sprintf("tg %d %d", c.id, m.ID), s.named(show(m))
			before, known := s.seen[key]
			s.seen[key] = shows
			for _, row := range m.Keyboard {
				for _, b := range row {
					_, word, _ := strings.Cut(b.Text, " ")
					s.seen[fmt.Sprintf("button %d %s", m.ID, word)] = b.Data
				}
			}
			kind := "notice"
			if isCard(m) {
				kind = "card"
			}
			switch {
			case !known:
				out = append(out, lines(kind+c.name+": ", shows)...)
			case before != shows:
				out = append(out, lines(kind+" now"+c.name+": ", shows)...)
			}
		}
	}
	return out
}

func show(m telegram.Message) string {
	text := m.Text
	for _, row := range m.Keyboard {
		var labels []string
		for _, b := range row {
			labels = append(labels, "["+b.Text+"]")
		}
		text += "\n" + strings.Join(labels, " ")
	}
	return text
}

func (s *scene) heardWhatsApp() (out []string) {
	for _, p := range sandbox.People() {
		for channel := range s.world.WhapiTokens {
			for _, m := range s.world.WhatsApp.Messages(channel, p.Phone+"@s.whatsapp.net") {
				if !m.FromMe || m.Source == "mobile" || s.seen["wa "+channel+m.ID] != "" {
					continue
				}
				s.seen["wa "+channel+m.ID] = "seen"
				prefix := "bot: "
				if p.Name != "Anna" {
					prefix = "bot to " + p.Name + ": "
				}
				out = append(out, lines(prefix, m.Text)...)
			}
		}
	}
	return out
}

// clockTimes are the times that the platform writes. They depend on how busy the machine is, so sessions read hh:mm.
var clockTimes = regexp.MustCompile(`(?m)(^|, |at |until )\d\d:\d\d( |$|\.|:|,)`)

// lines puts what follows the first line under it.
func lines(prefix, text string) []string {
	parts := strings.Split(strings.TrimSpace(clockTimes.ReplaceAllString(text, "${1}hh:mm${2}")), "\n")
	out := []string{strings.TrimRight(prefix+parts[0], " ")}
	for _, p := range parts[1:] {
		out = append(out, strings.TrimRight("    "+p, " "))
	}
	for i, p := range out {
		if strings.TrimSpace(p) == "" {
			out[i] = "    ·" // a blank line would end the block
		}
	}
	return out
}

// hold checks what must be true without being said.
func (s *scene) hold(line string) {
	s.t.Helper()
	word, want, _ := strings.Cut(line, " ")
	got := ""
	switch word {
	case "sent":
		n := 0
		for channel := range s.world.WhapiTokens {
			n += len(s.world.WhatsApp.Sent(channel))
		}
		got = strconv.Itoa(n)
	case "stage":
		got = s.ask(`SELECT stage FROM restaurants ORDER BY created_at LIMIT 1`)
	case "fact":
		field, _, _ := strings.Cut(want, " ")
		got = field + " " + s.ask(`SELECT coalesce((SELECT value FROM facts WHERE field = $1 ORDER BY noted_at DESC, id DESC LIMIT 1), 'unknown')`, field)
	case "drafts":
		got = s.ask(`SELECT count(*)::text FROM drafts WHERE author <> 'manager'`)
	}
	if got != want {
		s.t.Errorf("%s is %q, expected %q", word, got, want)
	}
}

// ask reads as the desk does.
func (s *scene) ask(sql string, args ...any) (out string) {
	s.t.Helper()
	ctx := context.Background()
	tx, err := s.app.db.Pool().Begin(ctx)
	s.must(err, sql)
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, `SET LOCAL ROLE marketa_desk`)
	s.must(err, sql)
	s.must(tx.QueryRow(ctx, sql, args...).Scan(&out), sql)
	return out
}
