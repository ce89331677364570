package gallery

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bep/imagemeta"
)

const (
	mostNotes   = 120 // fields that are kept
	longestNote = 200 // characters of one
)

// cameraNotes is what the camera has written into a file, and when it says that the picture was taken; nothing where it has written nothing.
// Nobody but the row gets to see it: it says where people live.
func cameraNotes(raw []byte) (json.RawMessage, *time.Time) {
	format, known := map[string]imagemeta.ImageFormat{"image/jpeg": imagemeta.JPEG, "image/png": imagemeta.PNG, "image/webp": imagemeta.WebP}[http.DetectContentType(raw)]
	if !known {
		return nil, nil
	}
	var tags imagemeta.Tags
	notes := map[string]string{}
	_, err := imagemeta.Decode(imagemeta.Options{R: bytes.NewReader(raw), ImageFormat: format, Sources: imagemeta.EXIF, LimitNumTags: 1000,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return strings.HasPrefix(t.Namespace, "IFD0") },
		HandleTag: func(t imagemeta.TagInfo) error {
			tags.Add(t)
			if text := note(t.Value); text != "" && len(notes) < mostNotes {
				notes[t.Tag] = text
			}
			return nil
		}})
	if err != nil || len(notes) == 0 { // a broken note is no reason to lose the picture
		return nil, nil
	}
	kept, err := json.Marshal(notes)
	if err != nil {
		return nil, nil
	}
	return kept, takenAt(tags)
}

// note is a value as text without what Postgres refuses.
func note(v any) string {
	if raw, binary := v.([]byte); binary {
		return fmt.Sprintf("%d bytes", len(raw))
	}
	text := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(fmt.Sprint(v), "\x00", ""), ""))
	if runes := []rune(text); len(runes) > longestNote {
		return string(runes[:longestNote])
	}
	return text
}

func takenAt(tags imagemeta.Tags) (at *time.Time) {
	defer func() { // it trusts the types of what cameras write
		if recover() != nil {
			at = nil
		}
	}()
	t, err := tags.GetDateTime()
	if err != nil || t.Year() < 1990 || t.Year() > 2100 {
		return nil
	}
	return &t
}
