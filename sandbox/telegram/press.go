package telegram

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// pressTTL is how long a press waits for its answer and an update about it for its delivery.
const pressTTL = 150 * time.Second

// press is one callback query.
type press struct {
	user     int64
	at       time.Time
	answered bool
}

// Toast is what a person saw after a press.
type Toast struct {
	CallbackID string
	UserID     int64
	Text       string
	Alert      bool // a window to close, not a line that passes
	At         time.Time
}

// Toasts lists what the bot's answers to presses showed this person. Answers without text show nothing; see Answered.
func (s *Sim) Toasts(userID int64) []Toast {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Toast
	for _, t := range s.toasts {
		if t.UserID == userID {
			out = append(out, t)
		}
	}
	return out
}

// Answered says whether the bot has answered a press, so that the button stopped showing its clock.
func (s *Sim) Answered(callbackID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.presses[callbackID]
	return p != nil && p.answered
}

// Press is a person pressing the button whose text is label, else the one that says label next to an emoji, else the
// only one that contains it. The error names the buttons there are, or says what else the button would do.
func (s *Sim) Press(userID, chatID int64, messageID int, label string) (callbackID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.lockedPresent(userID, chatID)
	if err != nil {
		return "", err
	}
	m := c.find(messageID)
	if m == nil {
		return "", fmt.Errorf("telegram: there is no message %d in chat %d", messageID, chatID)
	}
	b, err := pick(m.keyboard, label)
	if err != nil {
		return "", fmt.Errorf("telegram: message %d in chat %d: %w", messageID, chatID, err)
	}
	if b.CallbackData == "" {
		return "", fmt.Errorf("telegram: the button %q tells the bot nothing, it opens %q", b.Text, b.target())
	}
	return s.lockedPress(c, userID, messageID, b.CallbackData), nil
}

// pick finds a button by what a person would call it.
func pick(rows [][]button, label string) (button, error) {
	var all []button
	for _, row := range rows {
		all = append(all, row...)
	}
	bare := func(text string) string {
		return strings.ToLower(strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	}
	for _, same := range []func(string) bool{
		func(text string) bool { return text == label },
		func(text string) bool { return bare(label) != "" && bare(text) == bare(label) },
		func(text string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(label)) },
	} {
		found := slices.Clone(all)
		found = slices.DeleteFunc(found, func(b button) bool { return !same(b.Text) })
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			return button{}, fmt.Errorf("%q may be any of %s", label, labels(found))
		}
	}
	return button{}, fmt.Errorf("no button says %q; there are %s", label, labels(all))
}

func labels(all []button) string {
	if len(all) == 0 {
		return "no buttons"
	}
	var out []string
	for _, b := range all {
		out = append(out, fmt.Sprintf("%q", b.Text))
	}
	return strings.Join(out, ", ")
}

// PressData is a press with any data on any message, as a forged client or a phone that has not redrawn yet would send
// it. Where the message is gone the bot receives an inaccessible one. It is empty only if there is no such chat or user.
func (s *Sim) PressData(userID, chatID int64, messageID int, data string) (callbackID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil || s.users[userID] == nil {
		return ""
	}
	return s.lockedPress(c, userID, messageID, data)
}

// lockedPress makes the callback query. Presses travel in the person's lane, not in the chat's.
func (s *Sim) lockedPress(c *chat, userID int64, messageID int, data string) string {
	id := s.lockedNumber()
	s.presses[id] = &press{user: userID, at: s.clock.Now()}
	query := callbackObject{ID: id, From: s.lockedUser(userID), ChatInstance: c.instance, Data: data}
	if m := c.find(messageID); m != nil && !m.forgotten {
		query.Message = s.lockedMessage(c, m, true)
	} else {
		query.Message = inaccessibleObject{MessageID: messageID, Chat: s.lockedChatObject(c)}
	}
	s.lockedPush("callback_query", fmt.Sprintf("user:%d", userID), pressTTL, query)
	return id
}

// answerCallbackQuery: https://core.telegram.org/bots/api#answercallbackquery
func (s *Sim) answerCallbackQuery(p params) (any, error) {
	asked := s.presses[p.text("callback_query_id")]
	if asked == nil || asked.answered || s.clock.Now().Sub(asked.at) > pressTTL {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	if length(p.text("text")) > 200 {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	asked.answered = true
	if text := p.text("text"); text != "" {
		s.toasts = append(s.toasts, Toast{
			CallbackID: p.text("callback_query_id"), UserID: asked.user, Text: text, Alert: p.bool("show_alert"), At: s.clock.Now(),
		})
	}
	s.lockedChanged()
	return true, nil
}
