package whatsapp_test

import (
	"reflect"
	"testing"
	"time"

	"marketa/bots/whatsapp"
	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

func abouts(t *testing.T, body string) []store.About {
	t.Helper()
	p, err := whapi.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return whatsapp.Abouts("company", p)
}

func TestFilesAsTheyAreAnnounced(t *testing.T) {
	sum := store.HashText("")
	const hash = `"sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="`
	tests := []struct {
		name, rest string
		want       store.FileSaid
	}{
		{"photo", `"type":"image","image":{"id":"jpeg-1","mime_type":"image/jpeg","file_size":7,"link":"https://f.example/1.jpeg",` + hash + `}`,
			store.FileSaid{Kind: "image", VendorID: "jpeg-1", Link: "https://f.example/1.jpeg", MIME: "image/jpeg", Bytes: 7, SHA256: sum}},
		{"voice", `"type":"voice","voice":{"id":"oga-1","mime_type":"audio/ogg; codecs=opus","seconds":14,` + hash + `}`,
			store.FileSaid{Kind: "voice", VendorID: "oga-1", MIME: "audio/ogg", Seconds: 14, SHA256: sum}},
		{"document", `"type":"document","document":{"id":"pdf-1","filename":"carta [nuova]/2.pdf"}`,
			store.FileSaid{Kind: "document", VendorID: "pdf-1", FileName: "carta _nuova__2.pdf"}},
		{"video to be seen once", `"type":"video","video":{"id":"mp4-1","seconds":9,"view_once":true}`,
			store.FileSaid{Kind: "video", VendorID: "mp4-1", Seconds: 9, Once: true}},
		{"a hash that is none", `"type":"sticker","sticker":{"id":"webp-1","sha256":"soon"}`, store.FileSaid{Kind: "sticker", VendorID: "webp-1"}},
		{"a hash in hex", `"type":"gif","gif":{"id":"mp4-1","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}`,
			store.FileSaid{Kind: "gif", VendorID: "mp4-1", SHA256: sum}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := abouts(t, item(tt.rest))
			if len(got) != 1 || got[0].VendorID != "Kd00.AbCdEf-gHiJkL" || len(got[0].Files) != 1 || !reflect.DeepEqual(got[0].Files[0], tt.want) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAnAlbumInOneMessageHasAllItsFiles(t *testing.T) {
	got := abouts(t, item(`"type":"album","album":{"list":[{"type":"image","image":{"id":"a"}},{"type":"video","video":{"id":"b"}},{"type":"poll"},7]}`))
	if len(got) != 1 || len(got[0].Files) != 2 || got[0].Files[1].Kind != "video" {
		t.Errorf("%+v", got)
	}
}

func TestWhereWordsComeFromAndWhatTheyAnswer(t *testing.T) {
	got := abouts(t, item(`"type":"text","text":{"body":"sì"},"context":{"quoted_id":"Q1","quoted_type":"image","quoted_content":{"caption":"questa?"},"forwarded":true,"forwarding_score":4}`))
	if len(got) != 1 || got[0].Forwarded != 4 || got[0].QuotedBody != "[photo] questa?" {
		t.Errorf("%+v", got)
	}
	if got := abouts(t, item(`"type":"text","text":{"body":"sì"}`)); got != nil {
		t.Errorf("plain words have nothing around them: %+v", got)
	}
}

func TestADeletionIsAboutItsTarget(t *testing.T) {
	for _, body := range []string{item(`"type":"action","action":{"type":"delete","target":"T1"}`), `{"messages_removed":["T1"]}`,
		`{"messages_updates":[{"id":"T1","trigger":{"id":"A1","type":"action","chat_id":"1@s.whatsapp.net","action":{"type":"revoke","target":"T1"}}}]}`} {
		if got := abouts(t, body); len(got) != 1 || got[0].VendorID != "T1" {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestOnlyCallsThatNobodyTookAreTold(t *testing.T) {
	for status, want := range map[string]string{"initiated": "", "ringing": "", "answered": "", "missed": "[missed call]", "canceled": "[missed call]"} {
		events, _ := convert(t, `{"calls":[{"id":"C1","chat_id":"380501112233@s.whatsapp.net","from":"380501112233@s.whatsapp.net","status":"`+status+`","timestamp":1795000001000}],"event":{"type":"calls","event":"post"}}`)
		switch {
		case want == "" && len(events) != 0:
			t.Errorf("%s: %+v", status, events)
		case want != "" && (len(events) != 1 || events[0].Body != want || events[0].Op != store.OpMessage || events[0].Sender != "380501112233" || !events[0].SentAt.Equal(time.Unix(1795000001, 0))):
			t.Errorf("%s: %+v", status, events)
		}
	}
}
