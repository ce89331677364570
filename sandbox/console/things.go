package console

import (
	"errors"
	"mime"
	"net/http"
	"path"
	"strings"

	"marketa/sandbox/props"
	"marketa/sandbox/telegram"
	"marketa/sandbox/whapi"
)

// sampleView is what a newcomer can send with one tap. Kind is photo, album, document, sticker, location or contact; the
// files are made by sandbox/props from their names.
type sampleView struct {
	Kind    string   `json:"kind"`
	Label   string   `json:"label"`
	Files   []string `json:"files,omitempty"`
	Caption string   `json:"caption,omitempty"`
}

func samples() []sampleView {
	list := []sampleView{
		{Kind: "photo", Label: "Terrace", Files: []string{"terrace.jpg"}}, {Kind: "photo", Label: "Lemon cake", Files: []string{"cake.jpg"}},
		{Kind: "photo", Label: "Pizza", Files: []string{"pizza.jpg"}}, {Kind: "photo", Label: "Pasta", Files: []string{"pasta.jpg"}},
		{Kind: "photo", Label: "Wine", Files: []string{"wine.jpg"}}, {Kind: "photo", Label: "Dining room", Files: []string{"dining.jpg"}},
		{Kind: "photo", Label: "The team", Files: []string{"team.jpg"}}, {Kind: "photo", Label: "Menu card", Files: []string{"menu.jpg"}},
		{Kind: "album", Label: "Three photos at once", Files: []string{"terrace.jpg", "dining.jpg", "wine.jpg"}},
		{Kind: "document", Label: "menu.pdf", Files: []string{"menu.pdf"}},
		{Kind: "location", Label: "Location"}, {Kind: "contact", Label: "A contact"},
	}
	return list
}

// thing is something other than words that a person sends. Data is a file of the visitor's own, Files are samples.
type thing struct {
	Kind    string
	Files   []string
	Words   string // of a voice note
	Caption string
	Name    string
	MIME    string
	Data    []byte
}

var (
	errUnknownThing = errors.New("that cannot be sent from here")
	errTooLarge     = errors.New("the file is too large for the sandbox; up to 10 MB are fine")
)

const maxFile = 10 << 20

// speaks is how long it takes to say something.
func speaks(words string) int { return max(2, len(strings.Fields(words))*2/5) }

func (t thing) file(name string) ([]byte, string) {
	if len(t.Data) > 0 {
		return t.Data, t.MIME
	}
	return props.File(path.Base(name))
}

// whatsapp is the thing as WhatsApp sends it.
func (t thing) whatsapp() (whapi.Content, error) {
	if len(t.Data) > maxFile {
		return nil, errTooLarge
	}
	switch t.Kind {
	case "voice":
		return whapi.Media{Kind: "voice", Bytes: props.VoiceNote(t.Words, speaks(t.Words)), Seconds: speaks(t.Words)}, nil
	case "location":
		return whapi.Location{Latitude: 44.49491, Longitude: 11.34262, Name: "Piazza Maggiore", Address: "Bologna"}, nil
	case "contact":
		return whapi.Contacts{{Name: "Paolo, the photographer", Phone: "393330000099"}}, nil
	case "album":
		var a whapi.Album
		for i, name := range t.Files {
			content, mimeType := t.file(name)
			m := whapi.Media{Kind: "image", Bytes: content, MIME: mimeType}
			if i == 0 {
				m.Caption = t.Caption
			}
			a.Items = append(a.Items, m)
		}
		return a, nil
	case "photo", "document", "video", "audio", "sticker":
		content, mimeType := t.file(t.first())
		m := whapi.Media{Kind: t.Kind, Bytes: content, MIME: mimeType}
		switch t.Kind {
		case "photo":
			m.Kind, m.Caption = "image", t.Caption
		case "document":
			m.FileName, m.Caption = t.first(), t.Caption
		case "video":
			m.Caption = t.Caption
		}
		return m, nil
	}
	return nil, errUnknownThing
}

// telegram is the thing as Telegram sends it: one upload for each file.
func (t thing) telegram() ([]telegram.Upload, error) {
	if len(t.Data) > maxFile {
		return nil, errTooLarge
	}
	switch t.Kind {
	case "voice":
		return []telegram.Upload{{Kind: "voice", MIME: "audio/ogg", Data: props.VoiceNote(t.Words, speaks(t.Words))}}, nil
	case "album":
		var list []telegram.Upload
		for i, name := range t.Files {
			content, mimeType := t.file(name)
			u := telegram.Upload{Kind: "photo", Name: name, MIME: mimeType, Data: content, Album: strings.Join(t.Files, " ")}
			if i == 0 {
				u.Caption = t.Caption
			}
			list = append(list, u)
		}
		return list, nil
	case "photo", "document", "video", "audio":
		content, mimeType := t.file(t.first())
		return []telegram.Upload{{Kind: t.Kind, Name: t.first(), MIME: mimeType, Data: content, Caption: t.Caption}}, nil
	}
	return nil, errUnknownThing
}

func (t thing) first() string {
	if t.Name != "" {
		return path.Base(t.Name)
	}
	if len(t.Files) > 0 {
		return t.Files[0]
	}
	return "file"
}

func (c *generation) sendThing(a struct {
	placeArgs
	thing
	AsPhone bool
}) (any, error) {
	what, err := a.whatsapp()
	if err != nil {
		return nil, err
	}
	return c.write(a.placeArgs, what, a.AsPhone)
}

func (c *generation) sendTelegramThing(a struct {
	User, Chat int64
	ReplyTo    int
	Thread     int
	thing
}) (any, error) {
	list, err := a.telegram()
	if err != nil {
		return nil, err
	}
	for _, u := range list {
		u.ReplyTo, u.ThreadID = a.ReplyTo, a.Thread
		if a.ReplyTo != 0 {
			u.ThreadID = 0
		}
		if _, err := c.Telegram.SendFile(a.User, a.Chat, u); err != nil {
			return nil, err
		}
	}
	return made{}, nil
}

// fileWhatsApp is the file of a message, for the page.
func (c *generation) fileWhatsApp(w http.ResponseWriter, r *http.Request) {
	mimeType, content, err := c.WhatsApp.File(r.PathValue("channel"), r.PathValue("id"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	serveFile(w, r, mimeType, content)
}

func (c *generation) fileTelegram(w http.ResponseWriter, r *http.Request) {
	content, mimeType, ok := c.Telegram.File(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	serveFile(w, r, mimeType, content)
}

func fileSample(w http.ResponseWriter, r *http.Request) {
	content, mimeType := props.File(path.Base(r.PathValue("file")))
	serveFile(w, r, mimeType, content)
}

// serveFile shows pictures, sound and film; anything else is only for saving, so that nothing that somebody has sent runs in
// the page's name.
func serveFile(w http.ResponseWriter, r *http.Request, mimeType string, content []byte) {
	kind, _, _ := mime.ParseMediaType(mimeType)
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	family, _, _ := strings.Cut(kind, "/")
	if (family == "image" && kind != "image/svg+xml") || family == "audio" || family == "video" {
		h.Set("Content-Type", mimeType)
	} else {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment")
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(content)
	}
}
