package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"marketa/sandbox"
	"marketa/sandbox/telegram"
)

// scene is a dialogue being played: who is who, and what has been seen of the two chats. What clients do stands in
// scene_clients_test.go, what managers do in scene_managers_test.go, what they send in scene_media_test.go, what is seen
// in scene_heard_test.go.
type scene struct {
	*agency
	clients   map[string]sandbox.Person
	names     []string // the clients, in the order they came
	groups    map[string]whatsappGroup
	managers  map[string]int64
	approvals int64
	former    []int64 // what the approvals chat was before it migrated
	channel   string
	seen      map[string]string // a message's key → what it showed
	toasts    map[int64]int
	lastSaid  map[string]uttered // client → the last message
	lastSent  map[string]int     // manager → the last message
	pages     []string           // what browsers showed and was not heard yet

	stripeWaits bool // its webhooks are held

	swapped  bool                // Ben won a race of both: the two change names, so that the session reads the same
	browsers map[string]*browser // of clients
	anyOrder bool                // what managers hear at once stands sorted: messages that do not depend on each other
}

func newScene(t testing.TB, d *dialogue) *scene {
	s := &scene{clients: map[string]sandbox.Person{}, groups: map[string]whatsappGroup{}, channel: "marketa", approvals: sandbox.Approvals,
		managers: map[string]int64{"Marta": sandbox.ManagerA, "Ben": sandbox.ManagerB, "Sam": sandbox.Stranger},
		seen:     map[string]string{}, toasts: map[int64]int{}, lastSaid: map[string]uttered{}, lastSent: map[string]int{}, browsers: map[string]*browser{}}
	s.anyOrder = strings.Contains(d.source, "\n# in any order: ")
	s.agency = newAgencyIn(t, d.start, d.mind, func(w *sandbox.World, c *Config) { s.prepare(d, w, c) })
	for _, p := range sandbox.People() {
		s.clients[p.Name] = p
		s.names = append(s.names, p.Name)
	}
	s.settle()
	s.heard()
	return s
}

var (
	subject = regexp.MustCompile(`^(\p{L}+)([: ].*)$`)
	taps    = regexp.MustCompile(`^(?:(\p{L}+) )?taps (.+?)(?: on card (\d+)| on "(.+)")?$`)
)

// act does one line.
func (s *scene) act(line string) {
	s.t.Helper()
	if m := taps.FindStringSubmatch(line); m != nil {
		s.tap(m[1], m[2], m[3], m[4])
		return
	}
	if s.online(line) {
		return
	}
	if m := subject.FindStringSubmatch(line); m != nil {
		rest := strings.ReplaceAll(m[2], `\n`, "\n")
		switch {
		case m[1] == "phone":
			s.phone(rest)
			return
		case s.clients[m[1]].Phone != "":
			s.client(m[1], rest)
			return
		case s.managers[m[1]] != 0:
			s.manager(m[1], rest)
			return
		}
	}
	word, rest, _ := strings.Cut(line, " ")
	if !s.happens(word, rest) {
		s.t.Fatalf("nobody knows how to do %q", line)
	}
}

// happens is what nobody in particular does; false when it is unheard of.
func (s *scene) happens(word, rest string) bool {
	s.t.Helper()
	switch word {
	case "wait":
		d, err := time.ParseDuration(rest)
		s.must(err, rest)
		s.advance(d)
	case "restart":
		s.restart()
	case "both":
		s.bothTap(strings.TrimPrefix(rest, "tap "))
	case "webhooks":
		s.webhooks(rest)
	case "vendor":
		s.vendor(rest)
	case "record":
		s.record(rest)
	case "planfix":
		s.planfix(rest)
	case "channel":
		s.channel = rest
	default:
		return s.stripeDoes(word, rest) || s.setting(word, rest)
	}
	return true
}

func (s *scene) must(err error, line string) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
}

func isCard(m telegram.Message) bool { return m.FromBot && strings.HasPrefix(m.Text, "💬") }

// cards are all there are, also those from before the group became another one.
func (s *scene) cards() (out []telegram.Message) {
	for _, chat := range append(slices.Clone(s.former), s.approvals) {
		for _, m := range s.world.Telegram.Messages(chat) {
			if isCard(m) {
				out = append(out, m)
			}
		}
	}
	return out
}

func (s *scene) tap(who, label, number, part string) {
	s.t.Helper()
	if who == "" {
		who = "Marta"
	}
	on := s.tapped(who, label, number, part)
	if _, err := s.world.Telegram.Press(s.managers[who], on.ChatID, on.ID, label); err == nil {
		return
	}
	// The phone still shows the button of an older picture of the card.
	data, ok := s.seenButtons(on.ID, label)
	if !ok {
		s.t.Fatalf("%s cannot tap %s on %q: %v", who, label, on.Text, on.Keyboard)
	}
	s.world.Telegram.PressData(s.managers[who], on.ChatID, on.ID, data)
}

// tapped is the message that was meant: the card of that number, the newest message with those words, else the newest card;
// where that never had such a button, the newest message that has.
func (s *scene) tapped(who, label, number, part string) telegram.Message {
	s.t.Helper()
	cards := s.cards()
	if n, err := strconv.Atoi(number); err == nil {
		return cards[n-1]
	}
	if part == "" && len(cards) > 0 {
		newest := cards[len(cards)-1]
		if _, ok := s.seenButtons(newest.ID, label); ok || hasButton(newest, label) {
			return newest
		}
	}
	for _, chat := range []int64{s.approvals, s.managers[who]} {
		for _, m := range slices.Backward(s.world.Telegram.Messages(chat)) {
			_, had := s.seenButtons(m.ID, label)
			if m.FromBot && (hasButton(m, label) || part != "" && (had || partOfButton(m, label))) && strings.Contains(m.Text, part) {
				return m
			}
		}
	}
	s.t.Fatalf("there is nothing to tap %s on", label)
	return telegram.Message{}
}

func hasButton(m telegram.Message, label string) bool {
	for _, row := range m.Keyboard {
		for _, b := range row {
			if _, word, _ := strings.Cut(b.Text, " "); word == label || b.Text == label {
				return true
			}
		}
	}
	return false
}

// partOfButton: a long label is named by a part of it.
func partOfButton(m telegram.Message, part string) bool {
	for _, row := range m.Keyboard {
		for _, b := range row {
			if strings.Contains(b.Text, part) {
				return true
			}
		}
	}
	return false
}

// seenButtons remembers what every button of a card carried when it was shown.
func (s *scene) seenButtons(id int, label string) (string, bool) {
	data, ok := s.seen[fmt.Sprintf("button %d %s", id, label)]
	return data, ok
}

func (s *scene) bothTap(label string) {
	label, part, _ := strings.Cut(strings.TrimSuffix(label, `"`), ` on "`)
	card := s.tapped("Marta", label, "", part)
	var both sync.WaitGroup
	for _, id := range []int64{sandbox.ManagerA, sandbox.ManagerB} {
		both.Go(func() { _, _ = s.world.Telegram.Press(id, s.approvals, card.ID, label) })
	}
	both.Wait()
	s.settle()
	if s.ask(`SELECT coalesce((SELECT m.telegram_id::text FROM (SELECT decided_by, decided_at FROM approvals UNION ALL SELECT decided_by, decided_at FROM post_approvals) a
		JOIN managers m ON m.id = a.decided_by ORDER BY a.decided_at DESC LIMIT 1), '')`) == strconv.FormatInt(sandbox.ManagerB, 10) {
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
		s.hooks(how)
	}
}

// clockTimes are the times that the platform writes. They depend on how busy the machine is, so sessions read hh:mm.
var clockTimes = regexp.MustCompile(`(?m)(^|, |at |until |since |between |and |from |to )\d\d:\d\d( |$|\.|:|,)`)

// lines puts what follows the first line under it.
func lines(prefix, text string) []string {
	text = outward(theLink.ReplaceAllString(text, "{link to connect}"))
	parts := strings.Split(strings.TrimSpace(toldInvite.ReplaceAllString(clockTimes.ReplaceAllString(maskPermalinks(text), "${1}hh:mm${2}"), "{invite}")), "\n")
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
	case "crm":
		got = s.crm(want)
	case "published":
		got = s.seenPosts()
	case "checkouts":
		got = strconv.Itoa(s.world.Stripe.Checkouts())
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
