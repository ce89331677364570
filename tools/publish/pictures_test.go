package publish_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/store"
)

func (b *bench) get(method, address string) (int, http.Header, string) {
	b.Helper()
	req, err := http.NewRequest(method, address, nil)
	b.must(err)
	resp, err := http.DefaultClient.Do(req)
	b.must(err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	b.must(err)
	return resp.StatusCode, resp.Header, string(body)
}

func TestAPictureIsShownToWhoeverHasItsAddress(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	_, pubs := l.approved("Torta.", nil, store.Instagram)
	version := l.publication(pubs[store.Instagram]).VersionID
	address, err := l.pub.Pictures.Address(l.ctx, version)
	l.must(err)
	status, header, body := l.get("GET", address)
	if status != 200 || body != string(l.photo) || header.Get("Content-Type") != "image/jpeg" || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Fatal(status, header, len(body))
	}
	if status, header, body := l.get("HEAD", address); status != 200 || body != "" || header.Get("Content-Length") == "" {
		t.Error("HEAD:", status, header)
	}
	_, _, unknown := l.get("GET", l.door.URL+"/nothing/here")
	other := strings.ReplaceAll(address, version.String(), store.PostVersionID{1}.String())
	for name, wrong := range map[string]string{"no signature": address[:strings.Index(address, "&s=")], "another picture": other, "a longer life": strings.Replace(address, "e=1", "e=2", 1),
		"half a signature": address[:len(address)-8], "in capitals": strings.Replace(address, version.String(), strings.ToUpper(version.String()), 1), "posted": address} {
		method := "GET"
		if name == "posted" {
			method = "POST"
		}
		if status, _, body := l.get(method, wrong); status != 404 || body != unknown {
			t.Errorf("%s: %d %q", name, status, body)
		}
	}
	l.clock.Advance(49 * time.Hour)
	if status, _, body := l.get("GET", address); status != 404 || body != unknown {
		t.Error("run out:", status, body)
	}
}
