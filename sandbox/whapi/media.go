package whapi

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// Media is a file that somebody sends.
type Media struct {
	Kind     string // image, video, gif, short, audio, voice, document or sticker
	Bytes    []byte
	MIME     string // empty: what is usual for the kind, or what the name says
	FileName string // documents only
	Caption  string // image, video, gif, short and document
	Seconds  int
	ViewOnce bool

	NoLink  bool // no link comes with it, whatever the settings say; GET /media/{id} works
	BadHash bool // the hash on the wire is that of another file
	Lost    bool // the sender's phone no longer has the file: it can be had nowhere, ever
}

var captioned = []string{"image", "video", "gif", "short", "document"}

func (m Media) check() error {
	_, known := usualMIME[m.Kind]
	switch {
	case !known:
		return errors.New("no such kind of file")
	case len(m.Bytes) == 0:
		return errors.New("a file without bytes")
	case m.Caption != "" && !slices.Contains(captioned, m.Kind):
		return errors.New("this kind of file has no caption")
	}
	return nil
}

// mime is the file's type on the wire.
func (m Media) mime() string {
	return cmp.Or(m.MIME, usualMIME[m.Kind], mimeByName(m.FileName), "application/octet-stream")
}

func (m Media) render(a arrival) (string, body) {
	f := a.ch.keep(&file{name: m.FileName, mime: m.mime(), bytes: m.Bytes, came: a.at, lost: m.Lost})
	b := m.describe(f)
	if !a.past && !m.Lost && a.ch.settings.downloads(m.Kind) {
		f.stored = a.at
		if !m.NoLink {
			b.Link = a.s.link(a.ch, f)
		}
	}
	return m.Kind, b
}

// describe is what a message says of its file.
func (m Media) describe(f *file) *mediaJSON {
	b := &mediaJSON{
		ID: f.id, MIME: f.mime, Size: len(f.bytes), Name: f.name, SHA256: f.hash(), Timestamp: f.came.Unix(),
		Caption: m.Caption, ViewOnce: m.ViewOnce, Autoplay: m.Kind == "gif",
	}
	if m.BadHash {
		b.SHA256 = hashOf(append(slices.Clone(f.bytes), '!'))
	}
	if m.sounds() {
		b.Seconds = &m.Seconds
	}
	b.Preview, b.Width, b.Height = thumbnail(f.bytes)
	return b
}

func (m Media) sounds() bool {
	return slices.Contains([]string{"video", "gif", "short", "audio", "voice"}, m.Kind)
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// mediaJSON is the body of every message with a file.
type mediaJSON struct {
	ID        string `json:"id"`
	MIME      string `json:"mime_type"`
	Size      int    `json:"file_size"`
	Name      string `json:"file_name,omitempty"`
	SHA256    string `json:"sha256"`
	Timestamp int64  `json:"timestamp"`
	Link      string `json:"link,omitempty"`
	Caption   string `json:"caption,omitempty"`
	Preview   string `json:"preview,omitempty"`
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
	Seconds   *int   `json:"seconds,omitempty"`
	Autoplay  bool   `json:"autoplay,omitempty"`
	ViewOnce  bool   `json:"view_once,omitempty"`
}

func (b *mediaJSON) text() string { return b.Caption }

// captionJSON is what an edit says of a file.
type captionJSON struct {
	Caption string `json:"caption"`
}

// SayMedia is a person sending a file.
func (s *Sim) SayMedia(channel, phone string, m Media) (string, error) {
	return s.Write(channel, phone, m, Opts{})
}

// SayLocation is a person sending a pin on the map.
func (s *Sim) SayLocation(channel, phone string, l Location) (string, error) {
	return s.Write(channel, phone, l, Opts{})
}

// bareID says whether a string has the form of a file's id rather than being a file.
func bareID(s string) bool {
	return len(s) < 200 && mediaPattern.MatchString(s) && strings.Contains(s, "-")
}
