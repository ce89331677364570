package whatsapp

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"mime"
	"strings"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// Abouts are what stands around the messages of a webhook: files, where they come from, what they answer, and which of them a
// deletion or a reaction is about. Like Convert it is pure; a message with nothing around it has no entry.
func Abouts(channel store.Channel, p whapi.Payload) (out []store.About) {
	for _, m := range p.Messages {
		out = append(out, aboutMessage(channel, m)...)
	}
	for _, u := range p.MessagesUpdates {
		if u.Trigger != nil && u.Trigger.ID != "" {
			out = append(out, aboutMessage(channel, *u.Trigger)...)
		} else if u.AfterUpdate != nil {
			out = append(out, aboutMessage(channel, *u.AfterUpdate)...)
		}
	}
	for _, id := range p.MessagesRemoved {
		out = append(out, store.About{Channel: channel, VendorID: messageID(id)})
	}
	return out
}

func aboutMessage(channel store.Channel, m whapi.Message) []store.About {
	a := store.About{Channel: channel, VendorID: messageID(m.ID), Files: filesOf(m)}
	if m.Action != nil {
		switch m.Action.Type {
		case whapi.ActionDelete, whapi.ActionRevoke:
			a.VendorID = messageID(m.Action.Target)
			return []store.About{a}
		case whapi.ActionReaction:
			return []store.About{a}
		}
	}
	if c := m.Context; c != nil {
		a.QuotedBody = quotedWords(*c)
		if c.Forwarded || c.ForwardingScore > 0 {
			a.Forwarded = int(min(max(c.ForwardingScore, 1), 1000))
		}
	}
	if len(a.Files) == 0 && a.Forwarded == 0 && a.QuotedBody == "" {
		return nil
	}
	return []store.About{a}
}

// longestQuote is how much of a quoted message is kept beside its answer: enough to know which one is meant.
const longestQuote = 300

// quotedWords are the words that a message answers, as the vendor shows them with it.
func quotedWords(c whapi.Context) string {
	if c.QuotedID == "" && len(c.QuotedContent) == 0 {
		return ""
	}
	content, err := c.Quoted()
	if err != nil || content == (whapi.Content{}) {
		return ""
	}
	words := []rune(clean(Visible(c.QuotedType, content)))
	if len(words) > longestQuote {
		return string(words[:longestQuote]) + "…"
	}
	return string(words)
}

// filesOf are the files of a message; of an album that comes as one message, all of them.
func filesOf(m whapi.Message) []store.FileSaid {
	if m.Type == typeAlbum {
		var files []store.FileSaid
		for _, item := range albumOf(m).items {
			files = append(files, filesIn(item.kind, item.content)...)
		}
		return files
	}
	return filesIn(m.Type, m.Content)
}

func filesIn(kind string, c whapi.Content) []store.FileSaid {
	switch {
	case cmp.Or(c.Image, c.Video, c.Short, c.GIF, c.Sticker) != nil:
		m := cmp.Or(c.Image, c.Video, c.Short, c.GIF, c.Sticker)
		return said(kind, m.MediaFile, m.FileName, m.Seconds)
	case cmp.Or(c.Voice, c.Audio) != nil:
		a := cmp.Or(c.Voice, c.Audio)
		return said(kind, a.MediaFile, a.FileName, cmp.Or(a.Seconds, a.RecordingTime))
	case c.Document != nil:
		return said(whapi.TypeDocument, c.Document.MediaFile, c.Document.Name(), 0)
	}
	return nil
}

// said is a file as announced. One that names neither an id nor a link can still be asked for by its message.
func said(kind string, f whapi.MediaFile, name string, seconds int) []store.FileSaid {
	return []store.FileSaid{{Kind: clean(kind), VendorID: id(f.ID), Link: clean(f.Link), MIME: bareMIME(f.MimeType), FileName: shortName(name),
		Bytes: f.FileSize, SHA256: hashOf(f.SHA256), Seconds: min(max(seconds, 0), 1<<30), Once: f.ViewOnce}}
}

// hashOf reads a hash in the vendor's base64, or in hex; nil when it is neither.
func hashOf(s string) []byte {
	for _, decode := range []func(string) ([]byte, error){base64.StdEncoding.DecodeString, base64.URLEncoding.DecodeString, base64.RawStdEncoding.DecodeString, hex.DecodeString} {
		if b, err := decode(strings.TrimSpace(s)); err == nil && len(b) == 32 {
			return b
		}
	}
	return nil
}

// bareMIME leaves the parameters out: audio/ogg of "audio/ogg; codecs=opus".
func bareMIME(s string) string {
	kind, _, err := mime.ParseMediaType(clean(s))
	if err != nil || len(kind) > 100 {
		return ""
	}
	return kind
}

func shortName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == '/' || r == '\\' || r == '[' || r == ']' {
			return '_'
		}
		return r
	}, clean(name))
	if r := []rune(name); len(r) > 120 {
		return string(r[:80]) + "…" + string(r[len(r)-20:])
	}
	return name
}

// typeAlbum is several photos and videos sent in one go. The vendor documents no shape of it: seen are a line that announces how many will
// come, and one message with all of them.
const typeAlbum = "album"

// album is what an album's message says.
type album struct {
	items  []albumItem
	images int // announced
	videos int
}

type albumItem struct {
	kind    string
	content whapi.Content
}

// albumOf reads both shapes; what cannot be read is left out.
func albumOf(m whapi.Message) (a album) {
	var raw struct {
		List     []json.RawMessage `json:"list"`
		Items    []json.RawMessage `json:"items"`
		Images   int               `json:"image_count"`
		Videos   int               `json:"video_count"`
		Expected int               `json:"expected_image_count"`
		Films    int               `json:"expected_video_count"`
	}
	if json.Unmarshal(m.RawContent(), &raw) != nil {
		return a
	}
	a.images, a.videos = max(raw.Images, raw.Expected, 0), max(raw.Videos, raw.Films, 0)
	const most = 100
	for _, one := range append(raw.List, raw.Items...)[:min(len(raw.List)+len(raw.Items), most)] {
		var item whapi.Message
		if json.Unmarshal(one, &item) == nil && len(filesIn(item.Type, item.Content)) > 0 {
			a.items = append(a.items, albumItem{item.Type, item.Content})
		}
	}
	return a
}

// line is the album as a person would see it: "[album of 3] la terrazza · il forno".
func (a album) line() string {
	var captions []string
	for _, i := range a.items {
		if words := beside(i.content); words != "" {
			captions = append(captions, words)
		}
	}
	n := max(len(a.items), a.images+a.videos)
	if n == 0 {
		return label("album", "")
	}
	return label("album of "+count(n), joined(" · ", captions...))
}
