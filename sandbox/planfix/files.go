package planfix

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
)

const maxFile = 20 << 20 // our guess

type file struct {
	id    int
	name  string
	bytes []byte
}

func (s *Sim) upload(c call) (reply, error) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return reply{}, refuse(400, 40, "Required parameter is missing: file")
	}
	form := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return reply{}, refuse(400, 40, "Required parameter is missing: file")
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		content, err := io.ReadAll(part)
		if err != nil || len(content) == 0 || len(content) > maxFile {
			return reply{}, refuse(400, 7002, "File is empty or too big")
		}
		id := s.newID()
		s.files[id] = &file{id, part.FileName(), content}
		return rows("id", id)
	}
}

func (s *Sim) file(id int) (*file, error) {
	if f := s.files[id]; f != nil {
		return f, nil
	}
	return nil, refuse(http.StatusNotFound, 7000, "File not found")
}

func (s *Sim) getFile(c call) (reply, error) {
	f, err := s.file(c.id())
	if err != nil {
		return reply{}, err
	}
	return rows("file", s.fileRows([]int{f.id})[0])
}

func (s *Sim) download(c call) (reply, error) {
	f, err := s.file(c.id())
	if err != nil {
		return reply{}, err
	}
	return reply{bytes: f.bytes}, nil
}

func (s *Sim) attach(c call) (reply, error) {
	f, err := s.file(c.id())
	if err != nil {
		return reply{}, err
	}
	id, _ := strconv.Atoi(c.r.URL.Query().Get("id"))
	t, err := s.task(id)
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains(t.files, f.id) {
		t.files = append(t.files, f.id)
	}
	s.nudge()
	return reply{}, nil
}

func (s *Sim) taskFiles(c call) (reply, error) {
	t, err := s.task(c.id())
	if err != nil {
		return reply{}, err
	}
	if _, err := s.selected(c.r.URL.Query().Get("fields"), fileNames); err != nil {
		return reply{}, err
	}
	ids := slices.Clone(t.files)
	if c.r.URL.Query().Get("onlyFromDescription") != "true" {
		for _, one := range t.comments {
			ids = append(ids, one.files...)
		}
	}
	return rows("files", s.fileRows(ids))
}

func (s *Sim) fileRows(ids []int) []map[string]any {
	list := []map[string]any{}
	for _, id := range ids {
		if f := s.files[id]; f != nil {
			list = append(list, map[string]any{"id": f.id, "name": f.name, "size": len(f.bytes)})
		}
	}
	return list
}
