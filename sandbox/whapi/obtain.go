package whapi

import (
	"cmp"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// attachment is how a JSON body names a file: an address, base64, a data URI or the id of an upload.
type attachment struct {
	Media   string `json:"media"`
	MIME    string `json:"mime_type"`
	NoCache bool   `json:"no_cache"`
}

var (
	errNoMedia      = refuse(400, "Wrong request parameters: media is required")
	errNotMedia     = refuse(400, "Wrong request parameters: media is neither an address nor base64")
	errUnreachable  = refuse(400, "Wrong request parameters: media can not be downloaded")
	errTooLarge     = refuse(413, "Request media too large")
	errUnknownMedia = refuse(404, "Media with specified id not found")
)

// Publish puts a file under an address of the world outside, such as https://cdn.example/p/318.jpg, so that the vendor can
// download it. What nobody published is downloaded only from loopback: nothing here calls the real world.
func (s *Sim) Publish(address, mimeType string, content []byte) {
	s.set(func() { s.web[address] = upload{path.Base(address), mimeType, content} })
}

// obtain gets the file that a body names.
func (s *Sim) obtain(a attachment) (upload, error) {
	switch {
	case a.Media == "":
		return upload{}, errNoMedia
	case strings.HasPrefix(a.Media, "http://"), strings.HasPrefix(a.Media, "https://"):
		return s.download(a)
	case strings.HasPrefix(a.Media, "data:"):
		return dataURI(a)
	}
	content, err := base64.StdEncoding.DecodeString(a.Media)
	if err != nil || len(content) == 0 {
		return upload{}, errNotMedia
	}
	return upload{mime: mimeOf(a.MIME, "", content), bytes: content}, nil
}

// dataURI reads data:image/png;name=menu.png;base64,…
func dataURI(a attachment) (upload, error) {
	head, encoded, found := strings.Cut(strings.TrimPrefix(a.Media, "data:"), ";base64,")
	content, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil || len(content) == 0 {
		return upload{}, errNotMedia
	}
	said, name, _ := strings.Cut(head, ";name=")
	return upload{name, mimeOf(cmp.Or(a.MIME, said), name, content), content}, nil
}

// download reads an address, or remembers what was there when it was asked before.
func (s *Sim) download(a attachment) (upload, error) {
	u, known := s.cache[a.Media]
	if !known || a.NoCache {
		var err error
		if u, err = s.read(a.Media); err != nil {
			return upload{}, err
		}
		s.cache[a.Media] = u
	}
	u.mime = mimeOf(cmp.Or(a.MIME, u.mime), u.name, u.bytes)
	return u, nil
}

func (s *Sim) read(address string) (upload, error) {
	if u, published := s.web[address]; published {
		return u, nil
	}
	if !loopback(address) {
		return upload{}, errUnreachable
	}
	s.mu.Unlock() // the address may be slow, and may even be ours
	defer s.mu.Lock()
	return s.fetch(address)
}

func (s *Sim) fetch(address string) (upload, error) {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, address, nil)
	if err != nil {
		return upload{}, errUnreachable
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return upload{}, errUnreachable
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil || resp.StatusCode != http.StatusOK || len(content) == 0:
		return upload{}, errUnreachable
	case len(content) > maxBody:
		return upload{}, errTooLarge
	}
	return upload{path.Base(req.URL.Path), resp.Header.Get("Content-Type"), content}, nil
}

// downloader never leaves this machine, not even when an address sends it elsewhere.
func downloader() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !loopback(r.URL.String()) {
			return &url.Error{Op: "Get", URL: "", Err: errUnreachable}
		}
		return nil
	}}
}
