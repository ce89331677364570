package meta

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg" // pictures are looked at
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

const (
	crawlerAgent = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
	maxImage     = 8 << 20
	maxVideo     = 300 << 20
)

// newCrawler reaches loopback only: what a test or the console publishes must not make anybody call the world.
func newCrawler() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		host, _, _ := net.SplitHostPort(address)
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return errNotLoopback
		}
		return nil
	}}
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DialContext: dialer.DialContext}}
}

var errNotLoopback = errors.New("meta: the simulator fetches from loopback only")

// fetched is what lay behind an address.
type fetched struct {
	bytes    []byte
	tooLarge bool
	timedOut bool
	lost     bool // no answer, or not a file
}

// crawl fetches without holding the lock.
func (s *Sim) crawl(c call, address string) (got fetched) {
	s.unlocked(c.r.Context(), func(ctx context.Context) { got = fetch(ctx, s.crawler, address) })
	return got
}

func fetch(ctx context.Context, client *http.Client, address string) fetched {
	for _, r := range address {
		if r > 127 {
			return fetched{lost: true} // the vendor takes ASCII only
		}
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, address, nil)
	if err != nil {
		return fetched{lost: true}
	}
	req.Header.Set("User-Agent", crawlerAgent)
	resp, err := client.Do(req)
	if err != nil {
		var slow net.Error
		return fetched{lost: true, timedOut: errors.As(err, &slow) && slow.Timeout()}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fetched{lost: true}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxVideo+1))
	return fetched{bytes: body, lost: err != nil, tooLarge: len(body) > maxVideo}
}

// asImage is why it cannot be published as a picture, nil when it can.
func (f fetched) asImage(story bool) *Refusal {
	no := func(code, subcode int) *Refusal { e := Refused(code, subcode); return &e }
	kind := http.DetectContentType(f.bytes)
	switch {
	case f.timedOut:
		return no(-2, 2207003)
	case f.lost || !isMedia(kind):
		return no(9004, 2207052)
	case len(f.bytes) > maxImage:
		return no(36000, 2207004)
	case kind != "image/jpeg":
		return no(36001, 2207005)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(f.bytes))
	switch ratio := float64(size.Width) / float64(max(size.Height, 1)); {
	case err != nil:
		return no(36001, 2207005)
	case !story && (ratio < 0.8-0.005 || ratio > 1.91+0.005):
		return no(36003, 2207009)
	}
	return nil
}

func isMedia(kind string) bool {
	return len(kind) > 6 && (kind[:6] == "image/" || kind[:6] == "video/")
}

// asVideo is the subcode that its container will fail with, 0 for none.
func (f fetched) asVideo() int {
	switch {
	case f.timedOut:
		return 2207003
	case f.lost:
		return 2207052
	case f.tooLarge, len(f.bytes) < 12 || string(f.bytes[4:8]) != "ftyp":
		return 2207026
	}
	return 0
}

// picture is one photo or video of a post.
type picture struct {
	source        string // the address it came from
	mime          string
	bytes         []byte
	width, height int
}

func (f fetched) picture(source string) picture {
	p := picture{source: source, mime: http.DetectContentType(f.bytes), bytes: f.bytes}
	if size, _, err := image.DecodeConfig(bytes.NewReader(f.bytes)); err == nil {
		p.width, p.height = size.Width, size.Height
	}
	return p
}

func (p picture) kind() string {
	if len(p.mime) > 6 && p.mime[:6] == "image/" {
		return "IMAGE"
	}
	return "VIDEO"
}
