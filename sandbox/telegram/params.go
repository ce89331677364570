package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxBody is the largest request: a file of 50 MB with its fields.
const maxBody = 51 << 20

// params are one call's parameters. They arrive in the query, urlencoded, as JSON or as multipart, see
// https://core.telegram.org/bots/api#making-requests; numbers, objects and lists are kept as their JSON text.
type params struct {
	values map[string]string
	files  map[string]part
}

// part is an uploaded file.
type part struct {
	name, mime string
	data       []byte
}

func newParams() params { return params{values: map[string]string{}, files: map[string]part{}} }

func readParams(w http.ResponseWriter, r *http.Request) (params, error) {
	p := newParams()
	p.form(r.URL.Query())
	body := &counted{Reader: http.MaxBytesReader(w, r.Body, maxBody)}
	kind, more, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	err := error(nil)
	switch kind {
	case "multipart/form-data":
		err = p.multipart(body, more["boundary"])
	case "application/x-www-form-urlencoded":
		err = p.urlencoded(body)
	case "application/json":
		err = p.json(body)
	}
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		return p, errTooLarge
	}
	return p, err
}

// counted remembers whether there was a body at all.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += n
	return n, err
}

func (p params) form(values url.Values) {
	for name, all := range values {
		if len(all) > 0 {
			p.values[name] = all[0]
		}
	}
}

func (p params) urlencoded(body io.Reader) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return bad("can't parse parameters")
	}
	p.form(values)
	return nil
}

func (p params) json(body io.Reader) error {
	raw, err := io.ReadAll(body)
	if err != nil || len(raw) == 0 {
		return err
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return bad("can't parse JSON object")
	}
	for name, value := range object {
		p.values[name] = plain(value)
	}
	return nil
}

// plain is a string's content or any other value's JSON text; null is as good as absent.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// multipart reads the parts one by one. A header with an empty body is a call without parameters: clients send that.
func (p params) multipart(body *counted, boundary string) error {
	reader := multipart.NewReader(body, boundary)
	for {
		next, err := reader.NextPart()
		if err == io.EOF || err != nil && body.n == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("telegram: read a part: %w", err)
		}
		data, err := io.ReadAll(next)
		if err != nil {
			return fmt.Errorf("telegram: read part %q: %w", next.FormName(), err)
		}
		if next.FileName() == "" {
			p.values[next.FormName()] = string(data)
		} else {
			p.files[next.FormName()] = part{name: next.FileName(), mime: next.Header.Get("Content-Type"), data: data}
		}
	}
}

func (p params) text(name string) string { return p.values[name] }

// int is the number at the start of a value and 0 without one, as lenient as the server.
func (p params) int(name string) int64 {
	value := p.values[name]
	end := 0
	for end < len(value) && (value[end] >= '0' && value[end] <= '9' || end == 0 && value[end] == '-') {
		end++
	}
	n, _ := strconv.ParseInt(value[:end], 10, 64)
	return n
}

func (p params) bool(name string) bool {
	switch strings.ToLower(strings.TrimSpace(p.values[name])) {
	case "true", "yes", "1":
		return true
	}
	return false
}
