package telegram

import (
	"encoding/json"
	"slices"
	"strings"
)

// button is one inline button, https://core.telegram.org/bots/api#inlinekeyboardbutton. It has exactly one kind: the
// first of the fields below that is not empty. A library that always sends copy_text is not misunderstood by that.
type button struct {
	Text         string          `json:"text"`
	Style        string          `json:"style,omitempty"`
	Icon         string          `json:"icon_custom_emoji_id,omitempty"`
	URL          string          `json:"url,omitempty"`
	CallbackData string          `json:"callback_data,omitempty"`
	SwitchInline *string         `json:"switch_inline_query,omitempty"`
	SwitchHere   *string         `json:"switch_inline_query_current_chat,omitempty"`
	LoginURL     json.RawMessage `json:"login_url,omitempty"`
	WebApp       *webApp         `json:"web_app,omitempty"`
	CopyText     *copyText       `json:"copy_text,omitempty"`
}

type webApp struct {
	URL string `json:"url"`
}

type copyText struct {
	Text string `json:"text"`
}

// target is the address that a button opens, empty for those that open none.
func (b button) target() string {
	if b.WebApp != nil {
		return b.WebApp.URL
	}
	return b.URL
}

// markup is what reply_markup asks for, https://core.telegram.org/bots/api#sendmessage.
type markup struct {
	keyboard    [][]button // nil: none, as with an empty inline_keyboard
	forceReply  bool
	placeholder string
}

type markupObject struct {
	Keyboard       []json.RawMessage `json:"keyboard"`
	InlineKeyboard []json.RawMessage `json:"inline_keyboard"`
	ForceReply     bool              `json:"force_reply"`
	Placeholder    string            `json:"input_field_placeholder"`
}

func parseMarkup(raw string) (markup, error) {
	if raw == "" {
		return markup{}, nil
	}
	if !json.Valid([]byte(raw)) {
		return markup{}, bad("can't parse reply keyboard markup JSON object")
	}
	var o markupObject
	if !strings.HasPrefix(strings.TrimSpace(raw), "{") || json.Unmarshal([]byte(raw), &o) != nil {
		return markup{}, bad("object expected as reply markup")
	}
	keyboard, err := parseRows(o.InlineKeyboard)
	if err != nil || keyboard != nil {
		return markup{keyboard: keyboard}, err
	}
	return markup{forceReply: o.ForceReply && len(o.Keyboard) == 0, placeholder: o.Placeholder}, nil
}

func parseRows(raw []json.RawMessage) (rows [][]button, err error) {
	for _, r := range raw {
		var cells []json.RawMessage
		if json.Unmarshal(r, &cells) != nil {
			return nil, bad("field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays")
		}
		var row []button
		for _, cell := range cells {
			b, err := parseButton(cell)
			if err != nil {
				return nil, bad("can't parse inline keyboard button: %s", err)
			}
			row = append(row, b)
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func parseButton(raw json.RawMessage) (button, error) {
	var b button
	if err := json.Unmarshal(raw, &b); err != nil {
		return b, parseError("InlineKeyboardButton must be an Object")
	}
	var named struct {
		Text *string `json:"text"`
	}
	if _ = json.Unmarshal(raw, &named); named.Text == nil {
		return b, parseError("Can't find field \"text\"")
	}
	b.Style = strings.ToLower(b.Style)
	if b.Style == "default" {
		b.Style = ""
	}
	if !slices.Contains([]string{"", "primary", "danger", "success"}, b.Style) {
		return b, parseError("invalid button style specified")
	}
	return b.single()
}

// single keeps the one field that is the button's kind.
func (b button) single() (button, error) {
	only := button{Text: b.Text, Style: b.Style, Icon: b.Icon}
	switch {
	case b.URL != "":
		only.URL = b.URL
	case b.CallbackData != "":
		only.CallbackData = b.CallbackData
	case b.SwitchInline != nil:
		only.SwitchInline = b.SwitchInline
	case b.SwitchHere != nil:
		only.SwitchHere = b.SwitchHere
	case b.LoginURL != nil:
		only.LoginURL = b.LoginURL
	case b.WebApp != nil:
		only.WebApp = b.WebApp
	case b.CopyText != nil && b.CopyText.Text != "":
		only.CopyText = b.CopyText
	default:
		return b, parseError("Text buttons are unallowed in the inline keyboard")
	}
	return only, nil
}

// check is what the server looks at only when the message is about to be sent.
func (k markup) check(c *chat) error {
	count := 0
	for _, row := range k.keyboard {
		for i := range row {
			if err := row[i].check(c); err != nil {
				return err
			}
			count++
		}
	}
	if count > 100 {
		return bad("reply markup is too long")
	}
	if length(k.placeholder) > 64 {
		return bad("PLACEHOLDER_TOO_LONG")
	}
	return nil
}

func (b *button) check(c *chat) error {
	if b.Text == "" {
		return bad("inline keyboard button text must be non-empty")
	}
	switch {
	case len(b.CallbackData) > 64:
		return bad("BUTTON_DATA_INVALID")
	case b.URL != "":
		if _, person := linkedUser(b.URL); person {
			return nil
		}
		checked, err := checkLink(b.URL, false)
		if err != nil {
			return bad("inline keyboard button URL '%s' is invalid: %s", b.URL, err)
		}
		b.URL = checked
	case b.WebApp != nil:
		return b.checkWebApp(c)
	case b.CopyText != nil && length(b.CopyText.Text) > 256:
		return bad("BUTTON_COPY_TEXT_INVALID")
	}
	return nil
}

func (b *button) checkWebApp(c *chat) error {
	checked, err := checkLink(b.WebApp.URL, true)
	if err != nil {
		return bad("inline keyboard button Web App URL '%s' is invalid: %s", b.WebApp.URL, err)
	}
	if c.kind != "private" {
		return bad("BUTTON_TYPE_INVALID")
	}
	b.WebApp = &webApp{URL: checked}
	return nil
}
