package main

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"marketa/sandbox/props"
	"marketa/sandbox/telegram"
	"marketa/sandbox/whapi"
)

// What people send. Files are made from their names (sandbox/props), so the same name is the same file:
//
//	photo terrace.jpg: caption       album a.jpg b.jpg clip.mp4: caption     document menu.pdf: caption
//	voice "spoken words" 14s         video clip.mp4 12s: caption             gif clip.mp4     audio song.mp3 20s
//	sticker hello.webp               location "Trattoria Demo" 44.49,11.34   live location 44.49,11.34
//	contact "Luigi" 393331234567     poll "When?" Monday | Tuesday           nothing
//	unknown kind newthing {"a":1}
//
// In brackets before the caption may stand what is wrong or special with it, parted by commas: lost, no link, bad hash,
// view once, 30 MB, as image/heic; for albums also head or wrapped.

// thing is what a line says that somebody sends.
type thing struct {
	kind    string
	names   []string // of files
	words   string   // what stood in quotes
	rest    string   // what stood behind
	caption string
	length  time.Duration
	marks   []string
}

var (
	thingKind  = regexp.MustCompile(`(?s)^(live location|unknown kind|\p{L}+)(?: (.*))?$`)
	thingWords = regexp.MustCompile(`(?s)^"([^"]*)" ?`)
	thingMarks = regexp.MustCompile(` ?\(([^)]*)\)`)
	thingTime  = regexp.MustCompile(` ?\b(\d+m?s)\b`)
)

func parseThing(text string) (t thing) {
	m := thingKind.FindStringSubmatch(text)
	if m == nil {
		return t
	}
	t.kind = m[1]
	rest := m[2]
	if words := thingWords.FindStringSubmatch(rest); words != nil {
		t.words, rest = words[1], rest[len(words[0]):]
	}
	if t.kind == "unknown kind" {
		t.words, t.rest, _ = strings.Cut(rest, " ")
		return t
	}
	head, caption, _ := strings.Cut(rest, ": ")
	t.caption = caption
	if marks := thingMarks.FindStringSubmatch(head); marks != nil {
		t.marks = strings.Split(marks[1], ", ")
		head = strings.Replace(head, marks[0], "", 1)
	}
	if long := thingTime.FindStringSubmatch(head); long != nil {
		t.length, _ = time.ParseDuration(long[1])
		head = strings.Replace(head, long[0], "", 1)
	}
	t.rest = strings.TrimSpace(head)
	t.names = strings.Fields(head)
	return t
}

func (t thing) is(mark string) bool {
	for _, m := range t.marks {
		if m == mark {
			return true
		}
	}
	return false
}

// file is the bytes of the nth file, as long and of the type that the brackets ask for.
func (t thing) file(n int) (content []byte, mimeType string) {
	if t.kind == "voice" {
		content, mimeType = props.VoiceNote(t.words, t.seconds()), "audio/ogg; codecs=opus"
	} else if n < len(t.names) {
		content, mimeType = props.File(t.names[n])
	}
	for _, m := range t.marks {
		if size, ok := strings.CutSuffix(m, " MB"); ok {
			mb, _ := strconv.Atoi(size)
			content = append(content, make([]byte, max(0, mb<<20-len(content)))...)
		}
		if as, ok := strings.CutPrefix(m, "as "); ok {
			mimeType = as
		}
	}
	return content, mimeType
}

func (t thing) seconds() int { return int(t.length / time.Second) }

// whatsappThing is a thing as WhatsApp sends it.
func (s *scene) whatsappThing(text string) whapi.Content {
	s.t.Helper()
	t := parseThing(text)
	switch t.kind {
	case "photo", "image", "video", "gif", "short", "audio", "voice", "document", "sticker":
		return t.media(0)
	case "album":
		a := whapi.Album{Head: t.is("head"), Wrap: t.is("wrapped")}
		for n := range t.names {
			a.Items = append(a.Items, t.media(n))
		}
		return a
	case "location":
		lat, long := coordinates(t.rest)
		return whapi.Location{Latitude: lat, Longitude: long, Name: t.words}
	case "live location":
		lat, long := coordinates(t.rest)
		return whapi.LiveLocation{Latitude: lat, Longitude: long, Caption: t.caption}
	case "contact":
		return whapi.Contacts{{Name: t.words, Phone: t.rest}}
	case "poll":
		return whapi.Poll{Title: t.words, Options: strings.Split(t.rest, " | ")}
	case "nothing":
		return whapi.Unknown{}
	case "unknown kind":
		return whapi.Raw{Kind: t.words, Content: json.RawMessage(t.rest)}
	}
	s.t.Fatalf("nobody can send %q", text)
	return nil
}

func (t thing) media(n int) whapi.Media {
	content, mimeType := t.file(n)
	m := whapi.Media{Kind: t.kind, Bytes: content, MIME: mimeType, Seconds: t.seconds(), Lost: t.is("lost"), NoLink: t.is("no link"),
		BadHash: t.is("bad hash"), ViewOnce: t.is("view once")}
	if t.kind == "photo" || t.kind == "album" {
		m.Kind = "image"
	}
	if t.kind == "album" && strings.HasSuffix(t.names[n], ".mp4") {
		m.Kind = "video"
	}
	if t.kind == "document" {
		m.FileName = t.names[n]
	}
	if n == 0 {
		m.Caption = t.caption // phones put an album's words under its first picture
	}
	return m
}

func coordinates(text string) (latitude, longitude float64) {
	a, b, ok := strings.Cut(text, ",")
	if !ok {
		return 44.4949, 11.3426
	}
	latitude, _ = strconv.ParseFloat(strings.TrimSpace(a), 64)
	longitude, _ = strconv.ParseFloat(strings.TrimSpace(b), 64)
	return latitude, longitude
}

// uploads is a thing as Telegram sends it: files only, each a message of its own.
func (s *scene) uploads(text string) (list []telegram.Upload) {
	s.t.Helper()
	t := parseThing(text)
	count := max(1, len(t.names))
	if t.kind == "voice" {
		count = 1
	}
	for n := range count {
		content, mimeType := t.file(n)
		if content == nil {
			s.t.Fatalf("Telegram cannot send %q", text)
		}
		u := telegram.Upload{Kind: t.kind, MIME: mimeType, Data: content}
		switch t.kind {
		case "image":
			u.Kind = "photo"
		case "gif":
			u.Kind = "animation"
		case "album":
			u.Kind, u.Album = "photo", "album "+text
			if strings.HasSuffix(t.names[n], ".mp4") {
				u.Kind = "video"
			}
		}
		if n < len(t.names) {
			u.Name = t.names[n]
		}
		if n == 0 {
			u.Caption = t.caption
		}
		list = append(list, u)
	}
	return list
}
