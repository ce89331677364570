package main

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"

	"marketa/sandbox/props"
	"marketa/sandbox/telegram"
	"marketa/sandbox/whapi"
)

// What was said or changed since the last time, in one order:
//
//	toast Marta: …      topic: Trattoria Demo
//	card: …             notice: …               notice to Marta: …       card in topic Trattoria: …
//	card now: …         notice now to Ben: …    (it was edited)          notice gone: …  (the bot deleted it)
//	notice: [photo terrace.jpg] caption         notice: [album: photo a.jpg, photo b.jpg] caption
//	bot: …              bot to Jonas: …         bot in Trattoria: …      bot as company: …
//	bot: [image cake.jpg] caption               bot replying to “ciao”: …        bot now: …   bot takes back: …
func (s *scene) heard() []string {
	out := append(s.heardPages(), s.heardToasts()...)
	if telegram := s.heardTelegram(); s.anyOrder {
		out = append(out, sorted(telegram)...)
	} else {
		out = append(out, telegram...)
	}
	out = append(out, s.heardWhatsApp()...)
	return append(out, s.heardBrowsers()...)
}

func (s *scene) heardToasts() (out []string) {
	for _, name := range s.team() {
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

// team are all who have Telegram, by name.
func (s *scene) team() (names []string) {
	for name := range s.managers {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (s *scene) heardTelegram() (out []string) {
	topics := map[int]string{}
	for _, t := range s.world.Telegram.Topics(s.approvals) {
		topics[t.ID] = t.Name
		if s.news(fmt.Sprintf("topic %d", t.ID), t.Name) != "" {
			out = append(out, "topic: "+t.Name)
		}
	}
	out = append(out, s.heardChat(s.approvals, "", topics)...)
	names := s.team()
	sort.Slice(names, func(i, j int) bool { return s.managers[names[i]] < s.managers[names[j]] })
	for _, name := range names {
		out = append(out, s.heardChat(s.managers[name], " to "+s.named(name), nil)...)
	}
	return out
}

func key(m telegram.Message) string { return fmt.Sprintf("tg %d %d", m.ChatID, m.ID) }

// news keeps what a thing shows now; "" when it showed the same before, else "new" or "changed".
func (s *scene) news(key, shows string) string {
	before, known := s.seen[key]
	s.seen[key] = shows
	switch {
	case !known:
		return "new"
	case before != shows:
		return "changed"
	}
	return ""
}

// heardChat is one chat of Telegram. Files of an album are one message to the eye.
func (s *scene) heardChat(chat int64, to string, topics map[int]string) (out []string) {
	all := s.world.Telegram.Messages(chat)
	there := map[string]bool{}
	for i, m := range all {
		there[key(m)] = true
		if !m.FromBot || m.Service || m.Album != "" && i > 0 && all[i-1].Album == m.Album {
			continue
		}
		s.remember(m)
		where := to
		if topics[m.ThreadID] != "" {
			where = " in topic " + topics[m.ThreadID]
		}
		kind := "notice"
		if isCard(m) {
			kind = "card"
		}
		shows := s.named(s.show(m, all[i:]))
		s.seen["where "+key(m)] = kind + " gone" + where + ": "
		switch s.news(key(m), shows) {
		case "new":
			out = append(out, lines(kind+where+": ", shows)...)
		case "changed":
			out = append(out, lines(kind+" now"+where+": ", shows)...)
		}
	}
	return append(out, s.gone(chat, there)...)
}

// gone are messages that the bot has taken away; what people remove, or what goes with its topic, says itself.
func (s *scene) gone(chat int64, there map[string]bool) (out []string) {
	deleted := 0
	for _, c := range s.world.Telegram.Calls() {
		if strings.HasPrefix(c.Method, "deleteMessage") && c.OK && c.ChatID == chat {
			deleted++
		}
	}
	if s.news(fmt.Sprintf("deleted %d", chat), fmt.Sprint(deleted)) == "" || deleted == 0 {
		return nil
	}
	prefix := fmt.Sprintf("tg %d ", chat)
	var keys []string
	for k := range s.seen {
		if strings.HasPrefix(k, prefix) && !there[k] && s.seen["removed "+k] == "" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		s.seen["removed "+k] = "yes"
		first, _, _ := strings.Cut(s.seen[k], "\n")
		out = append(out, lines(s.seen["where "+k], first)...)
	}
	return out
}

// remember keeps what every button carries, for phones that have not redrawn yet.
func (s *scene) remember(m telegram.Message) {
	for _, row := range m.Keyboard {
		for _, b := range row {
			_, word, _ := strings.Cut(b.Text, " ")
			s.seen[fmt.Sprintf("button %d %s", m.ID, word)] = b.Data
		}
	}
}

// show is a message as it looks, with what follows it in its chat: the rest of its album.
func (s *scene) show(m telegram.Message, following []telegram.Message) string {
	text := m.Text
	var files []string
	for _, one := range following {
		if one.ID == m.ID || m.Album != "" && one.Album == m.Album {
			files = append(files, s.telegramFile(one)...)
		}
	}
	switch {
	case len(files) > 1:
		text = "[album: " + strings.Join(files, ", ") + "] " + text
	case len(files) == 1:
		text = "[" + files[0] + "] " + text
	}
	for _, row := range m.Keyboard {
		var labels []string
		for _, b := range row {
			labels = append(labels, "["+b.Text+"]")
		}
		text += "\n" + strings.Join(labels, " ")
	}
	return text
}

func (s *scene) telegramFile(m telegram.Message) []string {
	if m.Media == nil {
		return nil
	}
	content, _, _ := s.world.Telegram.File(m.Media.FileID)
	return []string{m.Media.Kind + " " + fileName(m.Media.Name, content)}
}

// fileName is what a file is called, or which of the known ones it is: a photo that was made over says its size.
func fileName(name string, content []byte) string {
	if what, ok := props.Seen(content); ok {
		if _, after, found := bytes.Cut(content[:min(len(content), 600)], []byte("; NAME=")); found {
			if end := bytes.IndexFunc(after, func(r rune) bool { return r > 0x7e || r < 0x20 }); end > 0 {
				return string(after[:end]) + ".jpg"
			}
		}
		return what
	}
	if words, ok := props.Heard(content); ok {
		return "“" + words + "”"
	}
	if name == "" {
		return fmt.Sprintf("of %d bytes", len(content))
	}
	return name
}

func (s *scene) heardWhatsApp() (out []string) {
	var channels []string
	for channel := range s.world.WhapiTokens {
		channels = append(channels, channel)
	}
	sort.Sort(sort.Reverse(sort.StringSlice(channels))) // marketa, then company
	for _, channel := range channels {
		as := ""
		if channel != "marketa" && channel != s.channel {
			as = " as " + channel
		}
		for _, name := range s.names {
			to := as
			if name != "Anna" {
				to += " to " + name
			}
			out = append(out, s.heardFrom(channel, s.clients[name].Phone+"@s.whatsapp.net", to)...)
		}
		for _, name := range s.groupNames() {
			out = append(out, s.heardFrom(channel, s.groups[name].id, as+" in "+name)...)
		}
	}
	return out
}

func (s *scene) groupNames() (names []string) {
	for name := range s.groups {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// heardFrom is what the platform wrote into one chat; what a colleague wrote on the phone was an act.
func (s *scene) heardFrom(channel, chat, to string) (out []string) {
	all := s.world.WhatsApp.Messages(channel, chat)
	for _, m := range all {
		if !m.FromMe || m.Source == "mobile" {
			continue
		}
		shows, verb := s.showSent(m), ""
		if i := slices.IndexFunc(all, func(q whapi.Message) bool { return q.ID == m.QuotedID }); i >= 0 && m.QuotedID != "" {
			verb = " replying to “" + cutTo(all[i].Text, 30) + "”"
		}
		switch s.news("wa "+channel+m.ID, shows) {
		case "new":
			out = append(out, lines("bot"+to+verb+": ", shows)...)
		case "changed":
			if m.Deleted {
				out = append(out, "bot takes back"+to+": a message")
			} else {
				out = append(out, lines("bot now"+to+": ", shows)...)
			}
		}
	}
	return out
}

func (s *scene) showSent(m whapi.Message) string {
	if m.MIME == "" {
		return m.Text
	}
	_, content, _ := s.world.WhatsApp.File(m.Channel, m.ID)
	return strings.TrimSpace("[" + m.Type + " " + fileName(m.FileName, content) + "] " + m.Text)
}

func cutTo(text string, n int) string {
	r := []rune(strings.ReplaceAll(text, "\n", " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "…"
}
