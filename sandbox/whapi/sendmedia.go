package whapi

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// mediaRequest is what the sends of files take, all kinds together.
type mediaRequest struct {
	sender
	attachment
	Mentions      []string `json:"mentions"`
	Caption       string   `json:"caption"`
	FileName      string   `json:"filename"`
	Seconds       int      `json:"seconds"`
	RecordingTime float64  `json:"recording_time"`
	ViewOnce      bool     `json:"view_once"`
}

// mostBytes per kind. The vendor only says that there is a limit; these are Meta's figures.
var mostBytes = map[string]int{
	"image": 5 << 20, "video": 16 << 20, "gif": 16 << 20, "short": 16 << 20, "audio": 16 << 20, "voice": 16 << 20,
	"document": 100 << 20, "sticker": 500 << 10,
}

// mimePrefixes are what a kind accepts; a document accepts everything, a gif is an MP4.
var mimePrefixes = map[string]string{
	"image": "image/", "video": "video/", "gif": "video/mp4", "short": "video/", "audio": "audio/", "voice": "audio/", "sticker": "image/webp",
}

// postMediaMessage is POST /messages/image, /video, /gif, /short, /audio, /voice, /document and /sticker.
func (s *Sim) postMediaMessage(kind string) endpoint {
	return func(c call) (any, error) {
		in, file, err := formAndFile[mediaRequest](c)
		if err != nil {
			return nil, err
		}
		return s.sendMedia(c, kind, in, file)
	}
}

// POST /messages/media/{MediaMessageType}: the body is the file, everything else stands in the query.
func (s *Sim) postMediaBody(c call) (any, error) {
	kind := c.vars["MediaMessageType"]
	if _, known := mostBytes[kind]; !known || kind == "short" {
		return nil, refuse(400, "Wrong request parameters: MediaMessageType")
	}
	in, err := unmarshal[mediaRequest](asJSON(splitMentions(c.r.URL.Query())))
	if err != nil {
		return nil, err
	}
	uploads, err := s.uploads(c)
	if err != nil {
		return nil, err
	}
	return s.sendMedia(c, kind, in, &uploads[0])
}

// splitMentions splits what a query may write as a list: mentions=1,2.
func splitMentions(q url.Values) url.Values {
	if q.Has("mentions") {
		q["mentions"] = strings.Split(strings.Join(q["mentions"], ","), ",")
	}
	return q
}

func (s *Sim) sendMedia(c call, kind string, in mediaRequest, file *upload) (any, error) {
	if in.RecordingTime < 0 || in.Seconds < 0 {
		return nil, refuse(400, "Wrong request parameters: a time is below 0")
	}
	d, err := s.draft(c.ch, in.sender, in.Mentions)
	switch {
	case err != nil:
		return nil, err
	case d.edit != nil && d.edit.kind != kind:
		return nil, errOtherKind
	case d.edit != nil && file == nil && in.Media == "":
		d.what = Media{Caption: in.Caption} // the file stays
	default:
		if err := s.attach(c, &d, kind, in, file); err != nil {
			return nil, err
		}
	}
	return s.after(c, d, "recording", in.RecordingTime)
}

var errOtherKind = refuse(400, "Wrong request parameters: this message is of another kind")

// attach stores the file of a send, or finds the stored one, and puts it into the draft.
func (s *Sim) attach(c call, d *draft, kind string, in mediaRequest, from *upload) error {
	f, err := s.stored(c.ch, kind, in, from)
	if err != nil {
		return err
	}
	m := Media{
		Kind: kind, Bytes: f.bytes, MIME: f.mime, Caption: in.Caption, Seconds: in.Seconds, ViewOnce: in.ViewOnce,
	}
	if kind == "document" {
		m.FileName = cmp.Or(in.FileName, f.name, "file."+extension(f.mime, ""))
	}
	if !slices.Contains(captioned, kind) {
		m.Caption = ""
	}
	b := m.describe(f)
	b.Name = m.FileName
	d.what, d.kind, d.body = m, kind, b
	return nil
}

func (s *Sim) stored(ch *channel, kind string, in mediaRequest, from *upload) (*file, error) {
	if from == nil && bareID(in.Media) {
		f := ch.file(in.Media)
		if f == nil || !f.there(s.clock.Now()) {
			return nil, errUnknownMedia
		}
		return f, accepts(kind, upload{mime: f.mime, bytes: f.bytes})
	}
	if from == nil {
		u, err := s.obtain(in.attachment)
		if err != nil {
			return nil, err
		}
		from = &u
	}
	if err := accepts(kind, *from); err != nil {
		return nil, err
	}
	return s.store(ch, *from), nil
}

// accepts checks a file against its kind.
func accepts(kind string, u upload) error {
	switch {
	case len(u.bytes) == 0:
		return errNoMedia
	case len(u.bytes) > mostBytes[kind]:
		return errTooLarge
	case !strings.HasPrefix(bareMIME(u.mime), mimePrefixes[kind]):
		return refuse(415, "Unsupported media type")
	}
	return nil
}
