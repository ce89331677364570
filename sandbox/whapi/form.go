package whapi

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// upload is a file on its way to the vendor.
type upload struct {
	name, mime string
	bytes      []byte
}

var errUnreadable = refuse(400, "Wrong request parameters: the body cannot be read")

// form reads the body of a send: JSON, or a form with the same field names and the file in the part media.
func form[T any](c call) (T, error) {
	in, _, err := formAndFile[T](c)
	return in, err
}

func formAndFile[T any](c call) (in T, file *upload, err error) {
	kind, params, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		in, err = decode[T](c)
		return in, nil, err
	}
	fields, files, err := parts(c.body, params["boundary"])
	if err != nil {
		return in, nil, err
	}
	if len(files) > 0 {
		file = &files[0]
	}
	in, err = unmarshal[T](asJSON(fields))
	return in, file, err
}

// parts takes a multipart body apart.
func parts(body []byte, boundary string) (fields url.Values, files []upload, err error) {
	fields = url.Values{}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, files, nil
		}
		if err != nil {
			return nil, nil, errUnreadable
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, errUnreadable
		}
		if part.FileName() == "" {
			fields.Add(part.FormName(), string(value))
			continue
		}
		files = append(files, upload{part.FileName(), mimeOf(part.Header.Get("Content-Type"), part.FileName(), value), value})
	}
}

// What the fields of a form are in JSON; everything else is a string.
var (
	formNumbers  = []string{"width", "height", "seconds", "typing_time", "recording_time", "latitude", "longitude", "accuracy", "count"}
	formBooleans = []string{"view_once", "no_encode", "no_cache", "no_link_preview", "wide_link_preview", "autoplay", "animated", "force"}
	formLists    = []string{"mentions", "options"}
)

// asJSON gives form fields the types that the JSON body has, so that both are read by the same strict eyes. What is no
// number stays a string and is refused there.
func asJSON(fields url.Values) []byte {
	object := map[string]any{}
	for name, values := range fields {
		object[name] = values[0]
		switch {
		case slices.Contains(formLists, name):
			object[name] = values
		case slices.Contains(formNumbers, name):
			if n, err := strconv.ParseFloat(values[0], 64); err == nil {
				object[name] = n
			}
		case slices.Contains(formBooleans, name):
			if yes, err := strconv.ParseBool(values[0]); err == nil {
				object[name] = yes
			}
		}
	}
	return encode(object)
}

// mimeOf decides what a file is: what the sender says, unless that is nothing; then its name; then its first bytes.
func mimeOf(said, name string, content []byte) string {
	if said != "" && said != "application/octet-stream" {
		return said
	}
	if known := mimeByName(name); known != "" {
		return known
	}
	return http.DetectContentType(content)
}
