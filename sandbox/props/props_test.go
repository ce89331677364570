package props_test

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"strings"
	"testing"

	"marketa/sandbox/props"
)

func TestAVoiceNoteIsHeard(t *testing.T) {
	for _, words := range []string{"Ciao, domenica siamo chiusi", "", strings.Repeat("è vero ", 900)} {
		note := props.VoiceNote(words, 14)
		if got, ok := props.Heard(note); !ok || got != words {
			t.Errorf("heard %q (%v) of %q", got, ok, words)
		}
		if got := http.DetectContentType(note); got != "application/ogg" {
			t.Errorf("a voice note looks like %s", got)
		}
	}
	for _, other := range [][]byte{nil, []byte("OpusTags"), []byte("OpusTags\xff\xff\xff\xff"), props.Photo("cake")} {
		if words, ok := props.Heard(other); ok {
			t.Errorf("heard %q where nobody speaks", words)
		}
	}
}

func TestAPhotoIsSeenAndEveryNameHasItsOwn(t *testing.T) {
	all := map[string]bool{}
	for i, name := range append(props.Scenes(), "terrace2", "whatever") {
		for _, ending := range []string{".jpg", ".png"}[:min(2, 1+i/9)] {
			photo, mimeType := props.File(name + ending)
			img, _, err := image.Decode(bytes.NewReader(photo))
			if err != nil || img.Bounds().Dx() != 800 || http.DetectContentType(photo) != mimeType {
				t.Errorf("%s%s: %v, %v, %s", name, ending, img, err, mimeType)
			}
			if what, ok := props.Seen(photo); !ok || what == "" || all[string(photo)] {
				t.Errorf("%s%s shows %q, %v", name, ending, what, ok)
			}
			all[string(photo)] = true
			if again, _ := props.File(name + ending); !bytes.Equal(again, photo) {
				t.Errorf("%s%s is another one the second time", name, ending)
			}
		}
	}
}

func TestFilesAreOfTheirKind(t *testing.T) {
	tests := map[string]string{"menu.pdf": "application/pdf", "clip.mp4": "video/mp4", "song.mp3": "audio/mpeg", "hello.webp": "image/webp", "notes.txt": "text/plain; charset=utf-8"}
	for name, want := range tests {
		content, _ := props.File(name)
		if got := http.DetectContentType(content); got != want {
			t.Errorf("%s looks like %s", name, got)
		}
	}
}
