package main

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketa/sandbox"
	"marketa/sandbox/telegram"
	"marketa/sandbox/whapi"
	"marketa/sandbox/wire"
)

// What the world is like. Lines that hold from the start, wherever they stand: forum, basic group, no owners.
//
//	group Trattoria with Anna, Luca          our two numbers are in it, unless one is named: "…, Luca, company"
//	group Trattoria gets Marco               group Trattoria loses Luca         group Trattoria is called La Trattoria
//	group Trattoria is for admins             group Trattoria is for all
//	person Luca                              telegram person Vera               hidden ids on      hidden own ids off
//	time 23:30 Europe/Rome                   time Sunday 10:00 Europe/Rome      the next such moment
//	topic Trattoria is deleted               the group migrates                 health marketa QR
//	history Anna 26h: words                  history phone to Anna 20h: words   history Luca in Trattoria 3h: sends photo a.jpg
//	webhooks repeat | wait | come shuffled | lost 3 | only bot | only log | both
//	vendor whapi away | back | down 2 | loses the next answer | cuts the next send | loses files | gives files | gives links
//	vendor telegram limits 3 5s | enforces limits; vendor models | gemini | openai away | back

// basicGroup is a Telegram group that is no supergroup yet.
const basicGroup int64 = -2000001

// prepare makes the world that a dialogue wants before the platform starts.
func (s *scene) prepare(d *dialogue, w *sandbox.World, c *Config) {
	s.beforeStart(d, w, c)
	team := []int64{sandbox.ManagerA, sandbox.ManagerB, sandbox.Stranger}
	if d.has("no owners") {
		c.TelegramOwners = nil
	}
	switch {
	case d.has("forum"):
		w.Telegram.AddGroup(telegram.Group{ID: sandbox.Approvals, Title: "Approvals", Forum: true, BotAdmin: true, Members: team})
	case d.has("basic group"):
		w.Telegram.AddGroup(telegram.Group{ID: basicGroup, Title: "Approvals", BotAdmin: true, Members: team})
		s.approvals, c.TelegramApprovalsChat = basicGroup, basicGroup
	}
}

func (d *dialogue) has(line string) bool {
	for _, b := range d.blocks {
		if slices.Contains(b.acts, line) {
			return true
		}
	}
	return false
}

func (s *scene) setting(word, rest string) bool {
	s.t.Helper()
	switch word {
	case "forum", "basic", "no": // see prepare
	case "group":
		s.group(rest)
	case "person":
		s.person(rest)
	case "telegram":
		s.addTelegramPerson(strings.TrimPrefix(rest, "person "))
	case "hidden":
		s.hidden(rest)
	case "time":
		s.until(rest)
	case "history":
		s.history(rest)
	case "health":
		number, state, _ := strings.Cut(rest, " ")
		s.world.WhatsApp.SetHealth(number, state)
	case "topic":
		id, after := s.topic(rest)
		if after != " is deleted" {
			return false
		}
		s.world.Telegram.DeleteTopic(s.approvals, id)
	case "the":
		if rest != "group migrates" {
			return false
		}
		s.former = append(s.former, s.approvals)
		s.approvals = s.world.Telegram.Migrate(s.approvals)
	default:
		return s.trouble(word, rest)
	}
	return true
}

// person makes somebody with WhatsApp.
func (s *scene) person(name string) sandbox.Person {
	if p, known := s.clients[name]; known {
		return p
	}
	p := sandbox.Person{Phone: fmt.Sprintf("3933300001%02d", len(s.clients)), Name: name}
	s.world.WhatsApp.AddPerson(whapi.Person{Phone: p.Phone, Name: p.Name})
	s.clients[name] = p
	s.names = append(s.names, name)
	return p
}

var groupLine = regexp.MustCompile(`^(.+?) (with|gets|loses|is called|is for) (.+)$`)

func (s *scene) group(rest string) {
	s.t.Helper()
	m := groupLine.FindStringSubmatch(rest)
	if m == nil {
		s.t.Fatalf("no group can %q", rest)
	}
	name, g := m[1], s.groups[m[1]]
	switch m[2] {
	case "with":
		s.weAreKnown()
		s.groups[name] = s.makeGroup(name, strings.Split(m[3], ", "))
	case "is for":
		s.must(s.world.WhatsApp.Announcements(g.id, m[3] == "admins"), rest)
	case "is called":
		s.must(s.world.WhatsApp.RenameGroup(g.id, m[3]), rest)
		delete(s.groups, name)
		s.groups[m[3]] = g
	default:
		action := map[string]string{"gets": "add", "loses": "remove"}[m[2]]
		for _, who := range strings.Split(m[3], ", ") {
			if !ours(who) {
				s.person(who)
			}
			s.must(s.world.WhatsApp.ChangeGroup(g.id, action, s.number(who)), rest)
		}
	}
}

func ours(name string) bool {
	return slices.Contains([]string{"marketa", "company"}, strings.ToLower(name))
}

func (s *scene) makeGroup(name string, who []string) (g whatsappGroup) {
	s.t.Helper()
	if !slices.ContainsFunc(who, ours) {
		who = append(slices.Clone(who), "marketa", "company")
	}
	var phones []string
	for _, one := range who {
		if ours(one) {
			g.channels = append(g.channels, strings.ToLower(one))
		} else {
			s.person(one)
		}
		phones = append(phones, s.number(one))
	}
	id, err := s.world.WhatsApp.AddGroup(whapi.Group{Subject: name, Creator: phones[0], Members: phones[1:]})
	s.must(err, name)
	g.id = id
	return g
}

func (s *scene) hidden(rest string) {
	on := strings.HasSuffix(rest, " on")
	if strings.HasPrefix(rest, "own ids") {
		s.world.WhatsApp.UseOwnLID(on)
		return
	}
	s.world.WhatsApp.UseLID(on)
}

// until moves the clock to the next such moment: "23:30 Europe/Rome", "Sunday 10:00 Europe/Rome".
func (s *scene) until(rest string) {
	s.t.Helper()
	words := strings.Fields(rest)
	zone, err := time.LoadLocation(words[len(words)-1])
	s.must(err, rest)
	at, err := time.Parse("15:04", words[len(words)-2])
	s.must(err, rest)
	now := s.clock.Now().In(zone)
	then := time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, zone)
	for !then.After(now) || len(words) == 3 && then.Weekday().String() != words[0] {
		then = then.AddDate(0, 0, 1)
	}
	s.advance(then.Sub(now))
}

var historyLine = regexp.MustCompile(`(?s)^(\p{L}+)(?: (company|marketa))?(?: to (\p{L}+))?( in .+?)? (\S+): (?:sends )?(.*)$`)

// history is what was written before anybody listened.
func (s *scene) history(rest string) {
	s.t.Helper()
	m := historyLine.FindStringSubmatch(rest)
	if m == nil {
		s.t.Fatalf("no such history: %q", rest)
	}
	ago, err := time.ParseDuration(m[5])
	s.must(err, rest)
	past := whapi.Past{Ago: ago, What: whapi.Text(m[6])}
	if strings.Contains(rest, ": sends ") {
		past.What = s.whatsappThing(m[6])
	}
	channel, chat := s.channel, m[1]
	if m[2] != "" {
		channel = m[2]
	}
	if m[1] == "phone" {
		chat = m[3]
	} else {
		past.From = s.number(m[1])
	}
	id := s.clients[chat].Phone + "@s.whatsapp.net"
	if g, _, ok := s.inGroup(m[4]); ok {
		id = g.id
	}
	_, err = s.world.WhatsApp.SeedHistory(channel, id, past)
	s.must(err, rest)
}

// hooks is what becomes of WhatsApp's webhooks, beyond what the courier does with each.
func (s *scene) hooks(how string) {
	s.t.Helper()
	if n, ok := strings.CutPrefix(how, "lost "); ok {
		count, err := strconv.Atoi(n)
		s.must(err, how)
		s.world.WhatsApp.Courier().Drop(count)
		return
	}
	names := map[string][]string{"only bot": {"bot"}, "only log": {"log"}, "both": {"log", "bot"}}[how]
	if names == nil {
		s.t.Fatalf("webhooks cannot %q", how)
	}
	for channel := range s.world.WhapiTokens {
		s.patch(channel, `{"webhooks":[]}`)
		s.world.HookOnly("http://"+s.app.Addr, channel, names...)
	}
}

// patch changes the settings of a number as an operator would in the vendor's panel.
func (s *scene) patch(channel, settings string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPatch, s.world.WhapiURL+"/settings", bytes.NewReader([]byte(settings)))
	s.must(err, settings)
	r.Header.Set("Authorization", "Bearer "+s.world.WhapiTokens[channel])
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	s.must(err, settings)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("settings %s: %s", settings, resp.Status)
	}
}

func (s *scene) vendor(what string) {
	s.t.Helper()
	name, how, _ := strings.Cut(what, " ")
	if name == "stripe" {
		s.stripeFaults(how)
		return
	}
	if name == "planfix" && s.planfixLoses(how) || name == "meta" && s.metaVendor(how) {
		return
	}
	if name == "telegram" && s.telegramLimits(how) || name == "whapi" && s.whapiFiles(how) {
		return
	}
	faults := map[string][]*wire.Faults{"whapi": {s.world.WhatsApp.Faults()}, "telegram": {s.world.Telegram.Faults()},
		"models": {s.world.Gemini.Faults(), s.world.OpenAI.Faults()}, "gemini": {s.world.Gemini.Faults()}, "openai": {s.world.OpenAI.Faults()},
		"planfix": {s.world.Planfix.Faults()}}[name]
	away := wire.Fault{Status: 503, Body: "away"}
	for _, f := range faults {
		switch {
		case how == "away":
			f.Down("*", away)
		case how == "back":
			f.Up("*")
		case how == "loses the next answer":
			f.NextOf(sandbox.Sends(), wire.Fault{LoseAnswer: true})
		case how == "cuts the next send":
			f.NextOf(sandbox.Sends(), wire.Fault{Cut: true})
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

func (s *scene) telegramLimits(how string) bool {
	s.t.Helper()
	if how == "enforces limits" {
		s.world.Telegram.EnforceLimits(true)
		return true
	}
	rest, ok := strings.CutPrefix(how, "limits ")
	if !ok {
		return false
	}
	count, pause, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(count)
	s.must(err, how)
	d, err := time.ParseDuration(pause)
	s.must(err, how)
	s.world.Telegram.Limit(0, n, int(d/time.Second))
	return true
}

func (s *scene) whapiFiles(how string) bool {
	s.t.Helper()
	ops := []string{"GET /media/{MediaID}", "GET /in-files/{Number}/{File}"}
	for _, op := range ops {
		switch how {
		case "loses files":
			s.world.WhatsApp.Faults().Down(op, whapi.Refuse(http.StatusNotFound, "Specified media not found"))
		case "gives files":
			s.world.WhatsApp.Faults().Up(op)
		case "gives links":
			for channel := range s.world.WhapiTokens {
				s.patch(channel, `{"media":{"auto_download":["image","audio","voice","video","document","sticker"]}}`)
			}
			return true
		default:
			return false
		}
	}
	return true
}
