package whapi

// The bodies of messages, one per type, and what a person reads of each.

type textJSON struct {
	Body string `json:"body"`
}

func (b *textJSON) text() string { return b.Body }

type linkPreviewJSON struct {
	Body  string `json:"body"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

func (b *linkPreviewJSON) text() string { return b.Body }
