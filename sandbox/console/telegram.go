package console

import (
	"net/url"
	"slices"
	"strconv"
	"sync"

	"marketa/sandbox/props"
	"marketa/sandbox/telegram"
)

// deskView is what one actor's Telegram shows besides messages: its chats, and answers to its presses.
type deskView struct {
	Chats    []chatView  `json:"chats"`
	Toasts   []toastView `json:"toasts"`
	Answered []string    `json:"answered"` // presses that the bot has answered, with a toast or without
}

type chatView struct {
	ID      int64  `json:"id"`
	Title   string `json:"title"`
	Kind    string `json:"kind"`    // private, group, supergroup
	Started bool   `json:"started"` // false: shows the Start button

	Commands []commandView `json:"commands"` // the menu behind the slash
}

type commandView struct {
	Name string `json:"name"`
	What string `json:"what"`
}

type toastView struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Alert bool   `json:"alert,omitempty"`
}

type telegramView struct {
	Topics   []topicView       `json:"topics"`
	Messages []telegramMessage `json:"messages"`
}

type telegramMessage struct {
	ID          int         `json:"id"`
	From        int64       `json:"from"`
	Name        string      `json:"name"`
	Bot         bool        `json:"bot"`
	Text        string      `json:"text"`
	HTML        string      `json:"html,omitempty"`
	Media       *fileView   `json:"media,omitempty"`
	Album       string      `json:"album,omitempty"`
	Keyboard    [][]keyView `json:"keyboard,omitempty"`
	ReplyTo     int         `json:"replyTo,omitempty"`
	ForceReply  bool        `json:"forceReply,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Edited      bool        `json:"edited,omitempty"`
	Service     bool        `json:"service,omitempty"`
	Topic       string      `json:"topic,omitempty"`
	Thread      int         `json:"thread,omitempty"`
	At          int64       `json:"at"`
}

type topicView struct {
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Closed bool   `json:"closed,omitempty"`
}

type keyView struct {
	Text  string `json:"text"`
	Data  string `json:"data,omitempty"`
	URL   string `json:"url,omitempty"`
	Style string `json:"style,omitempty"`
}

func (c *generation) desk(m Actor) deskView {
	v := deskView{Chats: []chatView{}, Toasts: []toastView{}, Answered: []string{}}
	for _, chat := range c.Telegram.Chats(m.ID) {
		line := chatView{ID: chat.ID, Title: chat.Title, Kind: chat.Kind, Started: chat.Started && !chat.Blocked, Commands: []commandView{}}
		for _, one := range c.Telegram.CommandsFor(m.ID, chat.ID) {
			line.Commands = append(line.Commands, commandView{Name: one.Command, What: one.Description})
		}
		v.Chats = append(v.Chats, line)
	}
	for _, t := range latest(c.Telegram.Toasts(m.ID)) {
		v.Toasts = append(v.Toasts, toastView{ID: t.CallbackID, Text: t.Text, Alert: t.Alert})
	}
	for _, id := range c.presses.of(m.ID) {
		if c.Telegram.Answered(id) {
			v.Answered = append(v.Answered, id)
		}
	}
	return v
}

func (c *generation) telegram(chat int64) telegramView {
	topics := map[int]string{}
	v := telegramView{Messages: []telegramMessage{}, Topics: []topicView{}}
	for _, t := range c.Telegram.Topics(chat) {
		topics[t.ID] = t.Name
		v.Topics = append(v.Topics, topicView{t.ID, t.Name, t.Closed})
	}
	for _, m := range latest(c.Telegram.Messages(chat)) {
		view := telegramMessage{
			ID: m.ID, From: m.FromID, Name: m.FromName, Bot: m.FromBot, Text: m.Text, HTML: m.HTML, Keyboard: keys(m.Keyboard),
			ReplyTo: m.ReplyTo, ForceReply: m.ForceReply, Placeholder: m.Placeholder, Edited: m.Edited, Service: m.Service,
			Topic: topics[m.ThreadID], Thread: m.ThreadID, At: m.Date.UnixMilli(), Album: m.Album,
		}
		if m.Media != nil {
			view.Media = c.telegramFile(m.Media)
		}
		v.Messages = append(v.Messages, view)
	}
	return v
}

func (c *generation) telegramFile(m *telegram.Media) *fileView {
	f := &fileView{Kind: m.Kind, Name: m.Name, Size: m.Size, Wide: m.Width, High: m.Height}
	if m.Kind == "animation" {
		f.Kind = "video"
	}
	if content, _, ok := c.Telegram.File(m.FileID); ok {
		f.URL = "file/telegram/" + url.PathEscape(m.FileID)
		f.Words, _ = props.Heard(content)
	}
	return f
}

func keys(rows [][]telegram.Button) [][]keyView {
	var out [][]keyView
	for _, row := range rows {
		var line []keyView
		for _, b := range row {
			line = append(line, keyView(b))
		}
		out = append(out, line)
	}
	return out
}

func (c *generation) send(a struct {
	User, Chat int64
	Text       string
	ReplyTo    int
	Thread     int
}) (any, error) {
	if blank(a.Text) {
		return nil, errNothing
	}
	if a.ReplyTo == 0 && a.Thread != 0 {
		id, err := c.Telegram.SendTopic(a.User, a.Chat, a.Thread, a.Text)
		return made{strconv.Itoa(id)}, err
	}
	id, err := c.Telegram.Send(a.User, a.Chat, a.Text, a.ReplyTo)
	return made{strconv.Itoa(id)}, err
}

func (c *generation) editTelegram(a struct {
	User, Chat int64
	ID         int
	Text       string
}) (any, error) {
	if blank(a.Text) {
		return nil, errNothing
	}
	return made{strconv.Itoa(a.ID)}, c.Telegram.Edit(a.User, a.Chat, a.ID, a.Text)
}

// press sends the data that the page's button carries: whoever presses a button that the bot has just taken away is
// what a phone that has not redrawn yet would be.
func (c *generation) press(a struct {
	User, Chat int64
	Message    int
	Data       string
}) (any, error) {
	id := c.Telegram.PressData(a.User, a.Chat, a.Message, a.Data)
	if id == "" {
		return nil, errNobody
	}
	c.presses.add(a.User, id)
	c.nudges.nudge()
	return made{id}, nil
}

func (c *generation) start(a struct{ User int64 }) (any, error) {
	if !slices.ContainsFunc(c.Managers, func(m Actor) bool { return m.ID == a.User }) {
		return nil, errNobody
	}
	c.Telegram.Start(a.User)
	return made{}, nil
}

// presses remembers who pressed what lately, so that the page can stop showing a button's clock once it is answered.
type presses struct {
	mu   sync.Mutex
	made map[int64][]string
}

func (p *presses) add(user int64, id string) {
	const kept = 20
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made == nil {
		p.made = map[int64][]string{}
	}
	list := append(p.made[user], id)
	p.made[user] = list[max(0, len(list)-kept):]
}

func (p *presses) of(user int64) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.made[user])
}
