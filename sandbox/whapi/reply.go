package whapi

import "errors"

// Button is a person pressing a button of a message of ours; quote that message in the options. The vendor puts a prefix
// of its own before the id we gave.
type Button struct{ ID, Title string }

// Choice is a person choosing a row of a list of ours.
type Choice struct{ ID, Title, Description string }

var errUntitled = errors.New("it has no title")

func (b Button) check() error {
	if b.Title == "" {
		return errUntitled
	}
	return nil
}

func (b Button) render(arrival) (string, body) {
	return "reply", &replyJSON{Type: "buttons_reply", Button: &buttonReplyJSON{"ButtonsV3:" + b.ID, b.Title}}
}

func (c Choice) check() error { return Button{c.ID, c.Title}.check() }

func (c Choice) render(arrival) (string, body) {
	return "reply", &replyJSON{Type: "list_reply", List: &listReplyJSON{"ListV3:" + c.ID, c.Title, c.Description}}
}

type replyJSON struct {
	Type   string           `json:"type"`
	Button *buttonReplyJSON `json:"buttons_reply,omitempty"`
	List   *listReplyJSON   `json:"list_reply,omitempty"`
}

type buttonReplyJSON struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type listReplyJSON struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

func (b *replyJSON) text() string {
	if b.Button != nil {
		return b.Button.Title
	}
	return b.List.Title
}
