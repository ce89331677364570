package whapi

import (
	"bytes"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"
)

// POST /media: the bytes themselves, JSON with an address or base64, or a form with files.
func (s *Sim) postMedia(c call) (any, error) {
	uploads, err := s.uploads(c)
	if err != nil {
		return nil, err
	}
	ids := []mediaIDJSON{}
	for _, u := range uploads {
		ids = append(ids, mediaIDJSON{s.store(c.ch, u).id})
	}
	return map[string]any{"media": ids}, nil
}

type mediaIDJSON struct {
	ID string `json:"id"`
}

// store keeps what our side has given.
func (s *Sim) store(ch *channel, u upload) *file {
	now := s.clock.Now()
	return ch.keep(&file{name: u.name, mime: u.mime, bytes: u.bytes, came: now, stored: now})
}

func (s *Sim) uploads(c call) ([]upload, error) {
	kind, params, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		one, err := s.namedUpload(c)
		return []upload{one}, err
	case "multipart/form-data":
		_, files, err := parts(c.body, params["boundary"])
		if err == nil && len(files) == 0 {
			err = refuse(400, "Wrong request parameters: media is required")
		}
		return files, err
	}
	if len(c.body) == 0 {
		return nil, refuse(400, "Wrong request parameters: media is required")
	}
	return []upload{{mime: mimeOf(c.r.Header.Get("Content-Type"), "", c.body), bytes: c.body}}, nil
}

// namedUpload reads a JSON body that says where the file is.
func (s *Sim) namedUpload(c call) (upload, error) {
	in, err := decode[attachment](c)
	if err != nil {
		return upload{}, err
	}
	return s.obtain(in)
}

// GET /media: what the vendor has stored.
func (s *Sim) getMediaList(c call) (any, error) {
	f, err := readFilter(c.r.URL.Query())
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(s.storedFiles(c.ch), func(one *file) bool { return !f.covers(one.stored) })
	if f.oldestFirst {
		slices.Reverse(all)
	}
	files := []fileJSON{}
	for _, one := range cut(all, f.page) {
		files = append(files, fileJSON{one.id, s.link(c.ch, one), one.mime, len(one.bytes), one.name, one.hash(), one.stored.Unix()})
	}
	return map[string]any{"files": files, "count": f.count, "total": len(all), "offset": f.offset}, nil
}

type fileJSON struct {
	ID        string `json:"id"`
	Link      string `json:"link"`
	MIME      string `json:"mime_type"`
	Size      int    `json:"file_size"`
	Name      string `json:"file_name,omitempty"`
	SHA256    string `json:"sha256"`
	Timestamp int64  `json:"timestamp"`
}

// GET /media/{MediaID}: the bytes. The first time the vendor fetches them from WhatsApp, which takes a connected phone.
func (s *Sim) getMedia(c call) (any, error) {
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	if !f.there(now) && (c.ch.health != auth || !f.fetch(now)) {
		return nil, refuse(404, "Specified media not found")
	}
	return raw{f.mime, f.bytes}, nil
}

// DELETE /media/{MediaID}: the vendor's copy goes, the message stays.
func (s *Sim) deleteMedia(c call) (any, error) {
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	if !f.there(s.clock.Now()) {
		return nil, refuse(404, "Specified media not found")
	}
	f.stored = time.Unix(0, 0) // as if it had expired: it is not fetched a second time
	return success, nil
}

// file finds the file that the path names.
func (c call) file() (*file, error) {
	id := c.vars["MediaID"]
	if !mediaPattern.MatchString(id) {
		return nil, refuse(400, "Wrong request parameters: MediaID")
	}
	if f := c.ch.file(id); f != nil {
		return f, nil
	}
	return nil, refuse(404, "Specified media not found")
}

// serveFile answers a link: no token, no envelope, an object store's words when the file is gone.
func (s *Sim) serveFile(w http.ResponseWriter, r *http.Request) {
	f := s.linked(mux.Vars(r)["Number"], mux.Vars(r)["File"])
	if f == nil {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code></Error>`))
		return
	}
	w.Header().Set("Content-Type", f.mime)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.bytes))
}

func (s *Sim) linked(number, name string) *file {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _, _ := strings.Cut(name, ".")
	for _, ch := range s.channels {
		if f := ch.file(id); ch.Phone == number && f != nil && f.there(s.clock.Now()) {
			return f
		}
	}
	return nil
}
