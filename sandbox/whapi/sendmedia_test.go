package whapi

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/wire"
)

func TestFilesOfTheContractAreSent(t *testing.T) {
	b := hooked(t)
	group, _ := aGroup(b)
	b.sim.Publish("https://cdn.example/p/318-v2.jpg", "image/jpeg", photo(1))
	b.sim.Publish("https://cdn.example/plan.pdf", "application/pdf", []byte("%PDF"))
	video := b.upload("video/mp4", []byte("reel"))
	here := strings.NewReplacer("120363000000000011@g.us", group, "mp4-0a1b2c3d4e5f6071-82c1d2e3f4a5", video,
		"/9j/4AAQ…", base64.StdEncoding.EncodeToString(photo(2)))
	b.forget()
	for name, c := range map[string]struct {
		path string
		want map[string]any
		file []byte
	}{
		"image_url_request.json":    {"image", map[string]any{"caption": "Draft 2", "mime_type": "image/jpeg", "file_size": float64(len(photo(1)))}, photo(1)},
		"image_base64_request.json": {"image", map[string]any{"view_once": true, "mime_type": "image/jpeg"}, photo(2)},
		"video_request.json":        {"video", map[string]any{"id": video, "caption": "Reel, 14 s"}, []byte("reel")},
		"document_request.json":     {"document", map[string]any{"file_name": "plan-nov.pdf", "caption": "Content plan", "mime_type": "application/pdf"}, []byte("%PDF")},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{t, b.sim, b.clock, b.url, b.inbox}
			answer := b.ok("POST", "/messages/"+c.path, here.Replace(b.file(name)))
			m := answer["message"].(map[string]any)
			got := m[c.path].(map[string]any)
			for key, want := range c.want {
				b.equal(key, got[key], want)
			}
			b.equal("message", []any{answer["sent"], m["type"], m["from_me"], m["source"], m["status"], m["device_id"]}, []any{true, c.path, true, "api", "pending", 11.0})
			if got["link"] != nil {
				t.Error("our own file has a link")
			}
			_, _, body := b.read("/media/" + got["id"].(string))
			b.equal("file", body, c.file)
			b.equal("echo", b.settle()[0].first("messages"), m)
			b.equal("history", b.ok("GET", "/messages/"+m["id"].(string), "")[c.path], m[c.path])
			sent := b.sim.Sent("company")
			b.equal("on the phone", sent[len(sent)-1].Type, c.path)
			b.forget()
		})
	}
}

func TestAFileTravelsThroughTheSameStatuses(t *testing.T) {
	b := hooked(t)
	b.ok("POST", "/messages/image", `{"to":"`+direct+`","media":"`+b.upload("image/jpeg", photo(1))+`"}`)
	b.equal("events", b.events(), []string{"messages.post", "statuses.post", "statuses.post"})
}

func TestAFormSendsWhatJSONSends(t *testing.T) {
	b := hooked(t)
	contentType, form := multipartBody(map[string]string{
		"to": direct, "caption": "from a form", "view_once": "true", "mentions": olena, "width": "64",
	}, "p.jpg", "image/jpeg", photo(1))
	status, answer := b.post("/messages/image", contentType, form)
	b.equal("status", status, 200)
	m := answer["message"].(map[string]any)
	image := m["image"].(map[string]any)
	b.equal("image", []any{image["caption"], image["view_once"], image["sha256"]}, []any{"from a form", true, hashOf(photo(1))})
	b.equal("mentions", m["context"], map[string]any{"mentions": []any{olena}})
	contentType, form = multipartBody(map[string]string{"to": direct, "body": "words in a form", "typing_time": "0"}, "x", "text/plain", nil)
	status, _ = b.post("/messages/text", contentType, form)
	b.equal("text", []any{status, b.sim.Sent("company")[1].Text}, []any{200, "words in a form"})
	contentType, form = multipartBody(map[string]string{"to": direct, "seconds": "many"}, "a.mp3", "audio/mpeg", []byte("x"))
	status, _ = b.post("/messages/audio", contentType, form)
	b.equal("a number in words", status, 400)
}

func TestTheBodyMayBeTheFileAndTheQueryTheRest(t *testing.T) {
	b := hooked(t)
	for kind, mimeType := range map[string]string{
		"image": "image/png", "video": "video/mp4", "gif": "video/mp4", "audio": "audio/mpeg", "voice": "audio/ogg; codecs=opus", "document": "application/pdf", "sticker": "image/webp",
	} {
		status, answer := b.post("/messages/media/"+kind+"?to="+direct+"&caption=hi&mentions="+olena+","+company, mimeType, []byte(kind))
		if status != 200 {
			t.Errorf("%s: %d %v", kind, status, answer)
			continue
		}
		m := answer["message"].(map[string]any)
		b.equal(kind, []any{m["type"], m[kind].(map[string]any)["mime_type"], m[kind].(map[string]any)["sha256"]}, []any{kind, mimeType, hashOf([]byte(kind))})
		b.equal("mentions", m["context"], map[string]any{"mentions": []any{olena, company}})
	}
	for path, want := range map[string]int{"short?to=" + direct: 400, "image?caption=x": 400, "image?to=" + direct + "&seconds=x": 400} {
		status, _ := b.post("/messages/media/"+path, "image/png", []byte("x"))
		b.equal(path, status, want)
	}
}

func TestWrongFilesAreRefusedAndNothingIsSent(t *testing.T) {
	b := hooked(t)
	image, old := b.upload("image/jpeg", photo(1)), b.upload("image/jpeg", photo(2))
	b.ok("DELETE", "/media/"+old, "")
	send := func(kind, media string) int {
		status, _ := b.call("POST", "/messages/"+kind, `{"to":"`+direct+`","media":"`+media+`"}`)
		return status
	}
	big := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xff, 0xd8, 0xff}, 2<<20))
	for name, c := range map[string]struct{ got, want int }{
		"a deleted id": {send("image", old), 404}, "an unknown id": {send("image", "jpeg-00"), 404}, "media_init": {send("image", "media_init"), 400},
		"no media": {send("image", ""), 400}, "no address": {send("image", "p.jpg"), 400}, "a photo as a video": {send("video", image), 415},
		"a photo as a voice": {send("voice", image), 415}, "a photo as a sticker": {send("sticker", image), 415}, "an MP3 as a photo": {send("image", "data:audio/mpeg;base64,AAAA"), 415},
		"6 MB of photo": {send("image", big), 413}, "as a document": {send("document", big), 200},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
	b.equal("sent", len(b.sim.Sent("company")), 1)
	for name, body := range map[string]string{
		"no to": `{"media":"` + image + `"}`, "a bad mention": `{"to":"` + direct + `","media":"` + image + `","mentions":["x"]}`,
		"backwards": `{"to":"` + direct + `","media":"` + image + `","recording_time":-1}`,
	} {
		status, _ := b.call("POST", "/messages/image", body)
		b.equal(name, status, 400)
	}
	b.clock.Advance(30 * day)
	b.equal("an expired id", send("image", image), 404)
}

func TestAnUploadCanBeSentManyTimesAndKeepsItsID(t *testing.T) {
	b := hooked(t)
	id := b.upload("image/jpeg", photo(1))
	for range 2 {
		answer := b.ok("POST", "/messages/image", `{"to":"`+direct+`","media":"`+id+`"}`)
		b.equal("id", answer["message"].(map[string]any)["image"].(map[string]any)["id"], id)
	}
	status, _ := b.callAs("tok_marketa", "POST", "/messages/image", `{"to":"`+direct+`","media":"`+id+`"}`)
	b.equal("from the other number", status, 404)
}

func TestAnAddressIsReadOnceUnlessToldOtherwise(t *testing.T) {
	b := hooked(t)
	reads := 0
	srv, err := wire.Serve("", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reads++
		_, _ = io.WriteString(w, fmt.Sprintf("version %d", reads))
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	send := func(more string) string {
		b.ok("POST", "/messages/document", `{"to":"`+direct+`","media":"`+srv.URL+`/plan.txt"`+more+`}`)
		sent := b.sim.Sent("company")
		_, content, err := b.sim.File("company", sent[len(sent)-1].ID)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	b.equal("files", []string{send(""), send(""), send(`,"no_cache":true`), send("")}, []string{"version 1", "version 1", "version 2", "version 2"})
	b.equal("named by its address", b.sim.Sent("company")[0].FileName, "plan.txt")
}

func TestAVoiceNoteIsRecordedBeforeItGoes(t *testing.T) {
	b := hooked(t)
	changes, cancel := b.sim.Subscribe()
	defer cancel()
	done := make(chan int)
	go func() {
		status, _ := b.call("POST", "/messages/voice", `{"to":"`+direct+`","media":"data:audio/ogg;base64,AAAA","seconds":4,"recording_time":5}`)
		done <- status
	}()
	<-changes
	b.equal("presence", b.sim.Presence("company", direct), "recording")
	b.clock.Advance(5 * time.Second)
	b.equal("status", <-done, 200)
	b.equal("seconds", b.sim.Sent("company")[0].Seconds, 4)
}

func TestLocationsCardsAndPollsAreSent(t *testing.T) {
	b := hooked(t)
	for path, c := range map[string]struct {
		body string
		want map[string]any
	}{
		"location":     {`"latitude":44.5,"longitude":0,"name":"here","address":"Via Roma 1"`, map[string]any{"latitude": 44.5, "longitude": 0.0, "name": "here", "address": "Via Roma 1"}},
		"contact":      {`"name":"Carlo","vcard":"BEGIN:VCARD"`, map[string]any{"name": "Carlo", "vcard": "BEGIN:VCARD"}},
		"contact_list": {`"list":[{"name":"C","vcard":"V"},{"name":"D","vcard":"W"}]`, map[string]any{"list": []any{map[string]any{"name": "C", "vcard": "V"}, map[string]any{"name": "D", "vcard": "W"}}}},
		"poll":         {`"title":"When?","options":["Mon","Tue"],"count":1`, nil},
	} {
		answer := b.ok("POST", "/messages/"+path, `{"to":"`+direct+`",`+c.body+`}`)
		m := answer["message"].(map[string]any)
		b.equal("type", m["type"], path)
		if c.want != nil {
			b.equal(path, m[path], c.want)
		}
	}
	for path, body := range map[string]string{
		"location": `"latitude":91,"longitude":0`, "contact": `"name":"Carlo"`, "contact_list": `"list":[]`, "poll": `"title":"When?","options":["Mon"]`,
	} {
		status, _ := b.call("POST", "/messages/"+path, `{"to":"`+direct+`",`+body+`}`)
		b.equal(path, status, 400)
	}
	status, _ := b.call("POST", "/messages/location", `{"to":"`+direct+`","latitude":1}`)
	b.equal("half a place", status, 400)
	b.equal("sent", len(b.sim.Sent("company")), 4)
}

func TestCaptionsAreEditedOnBothSidesAndTheFileStays(t *testing.T) {
	b := hooked(t)
	theirs := b.write(Media{Kind: "image", Bytes: photo(1), Caption: "use this"}, Opts{})
	file := b.fileOf(theirs)
	b.forget()
	if err := b.sim.EditMessage("company", theirs, "use this one, not the other"); err != nil {
		t.Fatal(err)
	}
	got := b.settle()
	want := b.example("edit_webhook.json")["messages"].([]any)[0].(map[string]any)["action"].(map[string]any)
	want["target"] = theirs
	b.equal("action", got[0].first("messages")["action"], want)
	b.equal("changes", got[1].first("messages_updates")["changes"], []any{"image"})
	b.equal("file", b.fileOf(theirs), file)
	b.equal("on the phone", b.sim.Messages("company", direct)[0].Caption, "use this one, not the other")
	ours := b.ok("POST", "/messages/image", `{"to":"`+direct+`","media":"data:image/jpeg;base64,/9j/","caption":"Draft 1"}`)["message"].(map[string]any)["id"].(string)
	answer := b.ok("POST", "/messages/image", `{"to":"`+direct+`","edit":"`+ours+`","caption":"Draft 2"}`)
	b.equal("ours", answer["message"].(map[string]any)["action"].(map[string]any)["edited_content"], map[string]any{"caption": "Draft 2"})
	b.equal("history", b.ok("GET", "/messages/"+ours, "")["image"].(map[string]any)["caption"], "Draft 2")
	for path, body := range map[string]string{"text": `"body":"words"`, "video": `"caption":"x"`, "location": `"latitude":1,"longitude":1`} {
		status, _ := b.call("POST", "/messages/"+path, `{"to":"`+direct+`","edit":"`+ours+`",`+body+`}`)
		b.equal(path, status, 400)
	}
	for _, what := range []Content{Location{}, Media{Kind: "voice", Bytes: []byte("x")}, Poll{Title: "x", Options: []string{"a", "b"}}} {
		if b.sim.EditMessage("company", b.write(what, Opts{}), "words") == nil {
			t.Errorf("%T was edited", what)
		}
	}
}

func TestADeletedFileShowsNothingMore(t *testing.T) {
	b := hooked(t)
	id := b.write(Media{Kind: "image", Bytes: photo(1), Caption: "secret"}, Opts{})
	if err := b.sim.DeleteMessage("company", id); err != nil {
		t.Fatal(err)
	}
	m := b.sim.Messages("company", direct)[0]
	b.equal("on the phone", []any{m.Text, m.Caption, m.MIME, m.Size}, []any{"", "", "", 0})
	if _, _, err := b.sim.File("company", id); err == nil {
		t.Error("its file is still shown")
	}
}

func TestALostAnswerHasSentTheFile(t *testing.T) {
	b := hooked(t)
	b.sim.Faults().Next("POST /messages/image", wire.Fault{LoseAnswer: true})
	if resp, err := b.request("tok_company", "POST", "/messages/image", `{"to":"`+direct+`","media":"data:image/jpeg;base64,/9j/","caption":"Draft 1"}`); err == nil {
		t.Fatalf("the answer came: %s", resp.Status)
	}
	b.equal("sent", b.sim.Sent("company")[0].Caption, "Draft 1")
}
