package whapi

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/wire"
)

const day = 24 * time.Hour

func TestAFileComesWithItsDescriptionAndALinkThatNeedsNoToken(t *testing.T) {
	sound := 7.0
	for kind, c := range map[string]struct {
		media   Media
		want    map[string]any
		seconds any
		ext     string
	}{
		"image":    {Media{Bytes: photo(9), Caption: "menu", ViewOnce: true}, map[string]any{"mime_type": "image/jpeg", "caption": "menu", "view_once": true, "width": 64.0, "height": 48.0}, nil, "jpeg"},
		"video":    {Media{Bytes: []byte("v"), Caption: "reel", Seconds: 7}, map[string]any{"mime_type": "video/mp4", "caption": "reel"}, sound, "mp4"},
		"gif":      {Media{Bytes: []byte("g"), Seconds: 7}, map[string]any{"mime_type": "video/mp4", "autoplay": true}, sound, "mp4"},
		"short":    {Media{Bytes: []byte("s"), Seconds: 7}, map[string]any{"mime_type": "video/mp4"}, sound, "mp4"},
		"audio":    {Media{Bytes: []byte("a"), Seconds: 7}, map[string]any{"mime_type": "audio/mpeg"}, sound, "mpga"},
		"voice":    {Media{Bytes: []byte("o"), Seconds: 7}, map[string]any{"mime_type": "audio/ogg; codecs=opus"}, sound, "oga"},
		"document": {Media{Bytes: []byte("%PDF"), FileName: "plan.PDF", Caption: "plan"}, map[string]any{"mime_type": "application/pdf", "file_name": "plan.PDF", "caption": "plan"}, nil, "pdf"},
		"sticker":  {Media{Bytes: []byte("RIFF")}, map[string]any{"mime_type": "image/webp"}, nil, "webp"},
	} {
		t.Run(kind, func(t *testing.T) {
			b := hooked(t)
			b.downloads(downloadable...)
			c.media.Kind = kind
			id, err := b.sim.SayMedia("company", olena, c.media)
			if err != nil {
				t.Fatal(err)
			}
			m := b.heard()
			b.equal("type", m["type"], kind)
			got := m[kind].(map[string]any)
			for key, want := range c.want {
				b.equal(key, got[key], want)
			}
			b.equal("size, hash, seconds", []any{got["file_size"], got["sha256"], got["seconds"]}, []any{float64(len(c.media.Bytes)), hashOf(c.media.Bytes), c.seconds})
			fileID := got["id"].(string)
			if !mediaPattern.MatchString(fileID) || !strings.HasPrefix(fileID, c.ext+"-") {
				t.Errorf("file id %q", fileID)
			}
			b.equal("link", got["link"], b.url+"/in-files/"+company+"/"+fileID+"."+c.ext)
			for _, address := range []string{got["link"].(string), "/media/" + fileID} {
				status, mimeType, body := b.read(address)
				b.equal(address, []any{status, mimeType, string(body)}, []any{200, c.want["mime_type"], string(c.media.Bytes)})
			}
			phone := b.sim.Messages("company", direct)[0]
			b.equal("on the phone", []any{phone.Text, phone.Caption, phone.MIME, phone.FileName, phone.Seconds, phone.Size, phone.Gone},
				[]any{c.media.Caption, c.media.Caption, c.want["mime_type"], c.media.FileName, c.media.Seconds, len(c.media.Bytes), false})
			_, shown, err := b.sim.File("company", id)
			b.equal("its file", []any{string(shown), err}, []any{string(c.media.Bytes), nil})
		})
	}
}

func TestAPhotoCarriesASmallPictureOfItself(t *testing.T) {
	b := hooked(t)
	b.write(Media{Kind: "image", Bytes: photo(200)}, Opts{})
	preview := b.heard()["image"].(map[string]any)["preview"].(string)
	small, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(preview, "data:image/jpeg;base64,"))
	if err != nil || len(small) == 0 || len(small) >= 2000 {
		t.Fatalf("preview of %d bytes: %v", len(small), err)
	}
	_, width, height := thumbnail(small)
	b.equal("size", []int{width, height}, []int{32, 24})
}

func TestOnlyWhatTheSettingsNameHasALink(t *testing.T) {
	b := hooked(t)
	before := b.write(Media{Kind: "image", Bytes: photo(1)}, Opts{})
	b.downloads("video")
	image := b.write(Media{Kind: "image", Bytes: photo(1)}, Opts{})
	gif := b.write(Media{Kind: "gif", Bytes: []byte("g")}, Opts{})
	noLink := b.write(Media{Kind: "video", Bytes: []byte("v"), NoLink: true}, Opts{})
	link := func(id, kind string) any { return b.ok("GET", "/messages/"+id, "")[kind].(map[string]any)["link"] }
	b.equal("before and unnamed and forbidden", []any{link(before, "image"), link(image, "image"), link(noLink, "video")}, []any{nil, nil, nil})
	if link(gif, "gif") == nil {
		t.Error("a gif is a video")
	}
	b.downloads("image")
	b.equal("not after the fact", link(before, "image"), nil)
	for _, id := range []string{before, noLink} {
		m := b.ok("GET", "/messages/"+id, "")
		fileID := m[m["type"].(string)].(map[string]any)["id"].(string)
		status, _, _ := b.read("/media/" + fileID)
		b.equal("by id", status, 200)
	}
	status, _ := b.call("PATCH", "/settings", `{"media":{"auto_download":["photo"]}}`)
	b.equal("no such kind", status, 400)
}

// fileOf is the id of a message's file.
func (b *bench) fileOf(messageID string) string {
	b.Helper()
	m := b.ok("GET", "/messages/"+messageID, "")
	return m[m["type"].(string)].(map[string]any)["id"].(string)
}

func (b *bench) wants(what, address string, want int) {
	b.Helper()
	if status, _, _ := b.read(address); status != want {
		b.Errorf("%s: %d, want %d", what, status, want)
	}
}

func TestAStoredFileIsGoneAfterThirtyDaysOnTheClock(t *testing.T) {
	b := hooked(t)
	b.downloads("image")
	id := b.write(Media{Kind: "image", Bytes: photo(1)}, Opts{})
	address := "/media/" + b.fileOf(id)
	link := b.heard()["image"].(map[string]any)["link"].(string)
	b.clock.Advance(30*day - time.Second)
	b.wants("on the last day", link, 200)
	b.wants("on the last day", address, 200)
	b.clock.Advance(time.Second)
	b.wants("link", link, 404)
	b.wants("file", address, 404)
	b.equal("on the phone", b.sim.Messages("company", direct)[0].Gone, true)
	b.equal("resync", b.ok("GET", "/messages/"+id+"?resync=true", "")["id"], id)
	b.wants("link after a resync", link, 200)
	b.wants("file after a resync", address, 200)
}

func TestAFileThatNobodyFetchedLivesShorter(t *testing.T) {
	b := hooked(t)
	early, late := b.write(Media{Kind: "image", Bytes: photo(1)}, Opts{}), b.write(Media{Kind: "image", Bytes: photo(2)}, Opts{})
	fetched, unfetched := "/media/"+b.fileOf(early), "/media/"+b.fileOf(late)
	b.clock.Advance(phonesKeep - time.Second)
	b.wants("fetched just in time", fetched, 200)
	b.clock.Advance(time.Second)
	b.wants("never fetched", unfetched, 404)
	b.clock.Advance(30*day - 2*time.Second)
	b.wants("30 days after the fetch", fetched, 200)
	b.clock.Advance(time.Second)
	b.wants("and no longer", fetched, 404)
}

func TestALostFileCanBeHadNowhere(t *testing.T) {
	b := hooked(t)
	b.downloads("image")
	id := b.write(Media{Kind: "image", Bytes: photo(1), Lost: true}, Opts{})
	b.equal("link", b.heard()["image"].(map[string]any)["link"], nil)
	b.wants("file", "/media/"+b.fileOf(id), 404)
	b.ok("GET", "/messages/"+id+"?resync=true", "")
	b.wants("after a resync", "/media/"+b.fileOf(id), 404)
	b.equal("on the phone", b.sim.Messages("company", direct)[0].Gone, true)
}

func TestABadHashIsNotTheFilesAndTheFileIsWhole(t *testing.T) {
	b := hooked(t)
	id := b.write(Media{Kind: "image", Bytes: photo(1), BadHash: true}, Opts{})
	if b.heard()["image"].(map[string]any)["sha256"] == hashOf(photo(1)) {
		t.Error("the hash is right")
	}
	_, _, body := b.read("/media/" + b.fileOf(id))
	b.equal("bytes", body, photo(1))
}

func TestFilesNeedAConnectedPhoneTheFirstTime(t *testing.T) {
	b := hooked(t)
	first, second := b.write(Media{Kind: "image", Bytes: photo(1)}, Opts{}), b.write(Media{Kind: "image", Bytes: photo(2)}, Opts{})
	stored, fresh := "/media/"+b.fileOf(first), "/media/"+b.fileOf(second)
	b.wants("while connected", stored, 200)
	b.sim.SetHealth("company", "QR")
	b.wants("stored", stored, 200)
	b.wants("not yet", fresh, 404)
	b.sim.SetHealth("company", "AUTH")
	b.wants("again connected", fresh, 200)
	status, _ := b.callAs("tok_marketa", "GET", fresh, "")
	b.equal("with the other number's token", status, 404)
	b.wants("a bad id", "/media/photo", 400)
	b.wants("an unknown id", "/media/jpeg-00", 404)
	b.wants("a link to nothing", b.url+"/in-files/"+company+"/jpeg-00.jpeg", 404)
}

func TestADeletedFileIsGoneFromEverywhereButTheMessage(t *testing.T) {
	b := hooked(t)
	b.downloads("image")
	id := b.write(Media{Kind: "image", Bytes: photo(1)}, Opts{})
	link := b.heard()["image"].(map[string]any)["link"].(string)
	b.ok("DELETE", "/media/"+b.fileOf(id), "")
	b.wants("link", link, 404)
	b.wants("file", "/media/"+b.fileOf(id), 404)
	b.equal("list", b.ok("GET", "/media", "")["total"], 0.0)
	status, _ := b.call("DELETE", "/media/"+b.fileOf(id), "")
	b.equal("twice", status, 404)
}

func TestFilesFailByScriptOperationByOperation(t *testing.T) {
	b := hooked(t)
	b.downloads("image")
	id := b.write(Media{Kind: "image", Bytes: photo(1)}, Opts{})
	link := b.heard()["image"].(map[string]any)["link"].(string)
	b.sim.Faults().Next("GET /media/{MediaID}", Refuse(500, "no"))
	b.sim.Faults().Next("GET /in-files/{Number}/{File}", wire.Fault{Status: 200, Body: "half a pho"})
	b.wants("by id", "/media/"+b.fileOf(id), 500)
	_, _, body := b.read(link)
	b.equal("not the file", string(body), "half a pho")
	b.wants("by id, again", "/media/"+b.fileOf(id), 200)
	_, _, body = b.read(link)
	b.equal("the file", body, photo(1))
}

func TestLinksWorkWithoutBeingToldWhere(t *testing.T) {
	sim := New(Config{Clock: wire.Simulated(time.Unix(1795000000, 0))})
	sim.AddChannel(Channel{Name: "company", Token: "t", Phone: company})
	sim.AddPerson(Person{Phone: olena})
	sim.mu.Lock()
	ch := sim.channel("company")
	ch.settings.auto = []string{"image"}
	sim.mu.Unlock()
	id, err := sim.SayMedia("company", olena, Media{Kind: "image", Bytes: photo(1)})
	if err != nil {
		t.Fatal(err)
	}
	link := ch.byID[id].body.(*mediaJSON).Link
	if !loopback(link) {
		t.Fatalf("link %q", link)
	}
	resp, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if string(body) != string(photo(1)) {
		t.Error("another file")
	}
	sim.Close()
	if _, err := http.Get(link); err == nil {
		t.Error("it still listens")
	}
}

func TestUploadsTakeBytesAddressesBase64AndForms(t *testing.T) {
	b := setup(t)
	elsewhere := newInboxOf(t, "text/plain", "the menu")
	b.sim.Publish("https://cdn.example/p/318.png", "image/png", []byte("png"))
	contentType, form := multipartBody(nil, "note.ogg", "audio/ogg; codecs=opus", []byte("opus"))
	for name, c := range map[string]struct{ contentType, body, ext, mime, content string }{
		"bytes":           {"image/jpeg", string(photo(1)), "jpeg", "image/jpeg", string(photo(1))},
		"bytes unnamed":   {"application/octet-stream", string(photo(1)), "jpeg", "image/jpeg", string(photo(1))},
		"loopback":        {"application/json", `{"media":"` + elsewhere + `"}`, "txt", "text/plain", "the menu"},
		"published":       {"application/json", `{"media":"https://cdn.example/p/318.png"}`, "png", "image/png", "png"},
		"base64":          {"application/json", `{"media":"b2c=","mime_type":"audio/ogg"}`, "oga", "audio/ogg", "og"},
		"data URI":        {"application/json", `{"media":"data:image/webp;base64,b2c="}`, "webp", "image/webp", "og"},
		"named data URI":  {"application/json", `{"media":"data:;name=plan.pdf;base64,b2c="}`, "pdf", "application/pdf", "og"},
		"form":            {contentType, string(form), "oga", "audio/ogg; codecs=opus", "opus"},
		"a strange type":  {"application/x-gizmo", "x", "bin", "application/x-gizmo", "x"},
		"unsaid, a photo": {"application/json", `{"media":"` + base64.StdEncoding.EncodeToString(photo(1)) + `"}`, "jpeg", "image/jpeg", string(photo(1))},
	} {
		t.Run(name, func(t *testing.T) {
			id := b.upload(c.contentType, []byte(c.body))
			if !strings.HasPrefix(id, c.ext+"-") {
				t.Errorf("id %q", id)
			}
			status, mimeType, body := b.read("/media/" + id)
			b.equal("file", []any{status, mimeType, string(body)}, []any{200, c.mime, c.content})
		})
	}
	status, answer := b.post("/media", "image/jpeg", photo(1))
	b.equal("status", status, 200)
	b.like("answer", b.example("media_answer.json"), answer)
}

// newInboxOf serves one file on loopback.
func newInboxOf(t *testing.T, contentType, content string) string {
	t.Helper()
	srv, err := wire.Serve("", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "https://world.example/x", http.StatusFound)
			return
		case "/broken":
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, content)
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	return srv.URL + "/menu"
}

// homebody fails the test when anything is asked beyond this machine.
type homebody struct{ t *testing.T }

func (h homebody) RoundTrip(r *http.Request) (*http.Response, error) {
	if !loopback(r.URL.String()) {
		h.t.Errorf("%s was called", r.URL.Host)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestUploadsThatAreNoFilesAreRefused(t *testing.T) {
	b := setup(t)
	b.sim.client.Transport = homebody{t}
	here := strings.TrimSuffix(newInboxOf(t, "text/plain", "x"), "menu")
	away, broken := here+"away", here+"broken"
	for name, c := range map[string]struct{ contentType, body string }{
		"nothing": {"image/jpeg", ""}, "no media": {"application/json", `{}`}, "no base64": {"application/json", `{"media":"äö"}`},
		"empty data": {"application/json", `{"media":"data:image/png;base64,"}`}, "bad data": {"application/json", `{"media":"data:image/png,xx"}`},
		"the world": {"application/json", `{"media":"https://world.example/x.jpg"}`}, "a way out": {"application/json", `{"media":"` + away + `"}`}, "broken": {"application/json", `{"media":"` + broken + `"}`},
		"nobody there": {"application/json", `{"media":"http://127.0.0.1:1/x"}`}, "a form without a file": {"multipart/form-data; boundary=x", "--x--\r\n"},
		"half a form": {"multipart/form-data; boundary=x", "--x\r\n"}, "not JSON": {"application/json", `media`},
	} {
		if status, _ := b.post("/media", c.contentType, []byte(c.body)); status != 400 {
			t.Errorf("%s: %d", name, status)
		}
	}
	b.equal("stored", b.ok("GET", "/media", "")["total"], 0.0)
	b.sim.SetHealth("company", "QR")
	status, _ := b.post("/media", "image/jpeg", photo(1))
	b.equal("not connected", status, 401)
}

func TestStoredFilesAreListedNewestFirst(t *testing.T) {
	b := setup(t)
	var ids []any
	for i := range 3 {
		ids = append(ids, b.upload("image/jpeg", photo(uint8(i))))
		b.clock.Advance(time.Minute)
	}
	list := func(query string) (list []any) {
		for _, one := range b.ok("GET", "/media"+query, "")["files"].([]any) {
			list = append(list, one.(map[string]any)["id"])
		}
		return list
	}
	b.equal("all", list(""), []any{ids[2], ids[1], ids[0]})
	b.equal("oldest first", list("?sort=asc"), ids)
	b.equal("a page", list("?count=1&offset=1"), []any{ids[1]})
	b.equal("a time", list("?time_from=1795000060&time_to=1795000100"), []any{ids[1]})
	first := b.ok("GET", "/media", "")["files"].([]any)[0].(map[string]any)
	b.equal("one", []any{first["mime_type"], first["sha256"], first["timestamp"]}, []any{"image/jpeg", hashOf(photo(2)), 1795000120.0})
	b.clock.Advance(30*day - 2*time.Minute)
	b.equal("after expiry", list(""), []any{ids[2]})
}
