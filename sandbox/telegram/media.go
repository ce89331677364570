package telegram

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif"  // measured like Telegram does
	_ "image/jpeg" // the same
	_ "image/png"  // the same
	"net/http"
	"path"
	"slices"
	"strings"
)

// media is a file in a message.
type media struct {
	kind string // photo, video, animation, document, audio, voice
	file *file
}

type file struct {
	id, unique, thumb string // thumb is the id of a photo's small version
	name, mime, path  string
	url               string // where the bot gave an address: nothing is downloaded
	data              []byte
	width, height     int
}

func (m *media) show() *Media {
	return &Media{
		Kind: m.kind, FileID: m.file.id, Name: m.file.name, MIME: m.file.mime, URL: m.file.url,
		Width: m.file.width, Height: m.file.height, Size: len(m.file.data),
	}
}

// File is the content of a file that the bot or a person sent.
func (s *Sim) File(fileID string) (data []byte, mime string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[fileID]
	if f == nil || f.data == nil {
		return nil, "", false
	}
	return slices.Clone(f.data), f.mime, true
}

func (f *file) object() fileObject {
	return fileObject{
		FileID: f.id, FileUniqueID: f.unique, Width: f.width, Height: f.height, FileName: f.name, MimeType: f.mime,
		FileSize: len(f.data),
	}
}

// content puts the file into a message as the wire shows its kind. A photo comes in sizes, the largest last.
func (m *media) content(o *messageObject) {
	f, zero := m.file.object(), 0
	switch m.kind {
	case "photo":
		f.FileName, f.MimeType = "", ""
		small := fileObject{FileID: m.file.thumb, FileUniqueID: "s" + f.FileUniqueID, Width: 90, Height: 90, FileSize: 1200}
		o.Photo = []fileObject{small, f}
	case "video":
		f.Duration = &zero
		o.Video = &f
	case "animation":
		f.Duration = &zero
		o.Animation, o.Document = &f, &f
	case "audio":
		f.Duration, f.Width, f.Height = &zero, 0, 0
		o.Audio = &f
	case "voice":
		f.Duration, f.Width, f.Height, f.FileName = &zero, 0, 0, ""
		o.Voice = &f
	default:
		f.Width, f.Height = 0, 0
		o.Document = &f
	}
}

// measure checks size and dimensions: https://core.telegram.org/bots/api#sendphoto
func (f *file) measure(kind string) error {
	if len(f.data) == 0 {
		return bad("file must be non-empty")
	}
	if limit := 50 << 20; len(f.data) > limit || kind == "photo" && len(f.data) > 10<<20 {
		return bad("file is too big")
	}
	if f.mime == "" || f.mime == "application/octet-stream" {
		f.mime = http.DetectContentType(f.data)
	}
	if kind != "photo" || f.mime == "image/webp" {
		return nil
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(f.data))
	if err != nil {
		return bad("IMAGE_PROCESS_FAILED")
	}
	f.width, f.height = size.Width, size.Height
	if f.width+f.height > 10_000 || f.width > 20*f.height || f.height > 20*f.width {
		return bad("PHOTO_INVALID_DIMENSIONS")
	}
	return nil
}

// lockedStore gives a file its ids and its path.
func (s *Sim) lockedStore(kind string, f *file) {
	prefix := map[string]string{"photo": "AgAC", "video": "BAAC", "animation": "CgAC", "audio": "CQAC", "voice": "AwAC"}[kind]
	if prefix == "" {
		prefix = "BQAC"
	}
	f.id, f.unique, f.thumb = s.lockedWord(prefix, 40), s.lockedWord("AQAD", 12), s.lockedWord("AgAD", 40)
	f.path = fmt.Sprintf("%ss/file_%d%s", kind, len(s.paths), strings.ToLower(path.Ext(f.name)))
	s.files[f.id], s.files[f.thumb], s.paths[f.path] = f, f, f
}

// lockedFile finds what a parameter means: an upload under the parameter's name or as attach://name, an address, or
// the id of a file that Telegram has.
func (s *Sim) lockedFile(p params, kind, field, value string) (*file, error) {
	upload, uploaded := p.files[field]
	if name, attached := strings.CutPrefix(value, "attach://"); attached {
		upload, uploaded = p.files[name]
	} else if value != "" {
		uploaded = false
	}
	switch {
	case uploaded:
		f := &file{name: upload.name, mime: upload.mime, data: upload.data}
		if err := f.measure(kind); err != nil {
			return nil, err
		}
		s.lockedStore(kind, f)
		return f, nil
	case value == "" || strings.HasPrefix(value, "attach://"):
		return nil, bad("there is no %s in the request", kind)
	case strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://"):
		if _, err := checkLink(value, false); err != nil {
			return nil, bad("wrong HTTP URL specified")
		}
		f := &file{name: path.Base(value), url: value, width: 1080, height: 1350}
		s.lockedStore(kind, f)
		return f, nil
	case s.files[value] != nil:
		return s.files[value], nil
	}
	return nil, bad("wrong file identifier/HTTP URL specified")
}

// sendMedia is sendPhoto and its like: https://core.telegram.org/bots/api#sendphoto
func (s *Sim) sendMedia(kind string) func(params) (any, error) {
	return func(p params) (any, error) {
		in := inputMedia{
			Type: kind, Media: p.text(kind), Caption: p.text("caption"), ParseMode: p.text("parse_mode"),
			Entities: []byte(p.text("caption_entities")),
		}
		if in.Media == "" && p.files[kind].data == nil {
			return nil, bad("there is no %s in the request", kind)
		}
		if _, _, err := formatted(in.Caption, in.ParseMode, string(in.Entities)); err != nil {
			return nil, err
		}
		m := &message{}
		c, err := s.lockedPlace(p, m)
		if err != nil {
			return nil, err
		}
		if err := s.lockedInput(p, in, m); err != nil {
			return nil, err
		}
		return s.lockedPost(c, m)
	}
}

// inputMedia: https://core.telegram.org/bots/api#inputmedia
type inputMedia struct {
	Type      string   `json:"type"`
	Media     string   `json:"media"`
	Caption   string   `json:"caption"`
	ParseMode string   `json:"parse_mode"`
	Entities  jsonText `json:"caption_entities"`
}

// jsonText is any JSON, kept as it came.
type jsonText []byte

func (t *jsonText) UnmarshalJSON(raw []byte) error {
	*t = slices.Clone(raw)
	return nil
}

// lockedInput sets a message's file and caption.
func (s *Sim) lockedInput(p params, in inputMedia, m *message) error {
	text, ents, err := formatted(in.Caption, in.ParseMode, string(in.Entities))
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"photo", "video", "animation", "document", "audio", "voice"}, in.Type) {
		return bad("can't parse InputMedia: type \"%s\" is unsupported", in.Type)
	}
	f, err := s.lockedFile(p, in.Type, in.Type, in.Media)
	if err != nil {
		return err
	}
	m.media = &media{kind: in.Type, file: f}
	return s.lockedText(m, text, ents, maxCaption)
}

// sendMediaGroup: https://core.telegram.org/bots/api#sendmediagroup. An album has no buttons; reply_markup is ignored.
func (s *Sim) sendMediaGroup(p params) (any, error) {
	all, err := albumInput(p.text("media"))
	if err != nil {
		return nil, err
	}
	delete(p.values, "reply_markup")
	place := message{}
	c, err := s.lockedPlace(p, &place)
	if err != nil {
		return nil, err
	}
	place.album = s.lockedAlbum()
	var album []*message
	for i, in := range all {
		m := place
		if err := s.lockedInput(p, in, &m); err != nil {
			return nil, albumError(i, err)
		}
		album = append(album, &m)
	}
	if err := s.lockedSpend(c, len(album)); err != nil {
		return nil, err
	}
	var out []*messageObject
	for _, m := range album {
		s.lockedAppend(c, m)
		out = append(out, s.lockedMessage(c, m, true))
	}
	return out, nil
}

// albumError names the place, as the server does for failures at sending.
func albumError(i int, err error) error {
	words := strings.TrimPrefix(err.Error(), "Bad Request: ")
	return bad("failed to send message #%d with the error message \"%s\"", i+1, words)
}

// albumInput checks what may stand together.
func albumInput(raw string) ([]inputMedia, error) {
	var all []inputMedia
	if raw != "" && decode(raw, &all) != nil {
		return nil, bad("can't parse media JSON object")
	}
	switch {
	case len(all) == 0:
		return nil, bad("there are no messages to send")
	case len(all) > 10:
		return nil, bad("too many messages to send as an album")
	case len(all) == 1:
		return nil, bad("an album must have 2-10 items") // our words: the documentation's rule
	}
	for _, in := range all {
		if !slices.Contains([]string{"photo", "video", "document", "audio"}, in.Type) {
			return nil, bad("can't parse InputMedia: type \"%s\" can't be used in sendMediaGroup", in.Type)
		}
		if alone := in.Type == "document" || in.Type == "audio"; alone && in.Type != all[0].Type ||
			!alone && (all[0].Type == "document" || all[0].Type == "audio") {
			return nil, bad("%s can't be mixed with other media types", all[0].Type)
		}
	}
	return all, nil
}

// getFile: https://core.telegram.org/bots/api#getfile
func (s *Sim) getFile(p params) (any, error) {
	f := s.files[p.text("file_id")]
	switch {
	case p.text("file_id") == "":
		return nil, bad("file_id not specified")
	case f == nil:
		return nil, bad("invalid file_id")
	case f.data == nil:
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	case len(f.data) > 20<<20:
		return nil, bad("file is too big")
	}
	return fileObject{FileID: p.text("file_id"), FileUniqueID: f.unique, FileSize: len(f.data), FilePath: f.path}, nil
}
