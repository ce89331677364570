package props

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path"
	"strings"
)

// File is the file of that name and its type, by the ending: .jpg .png .pdf .mp4 .ogg .webp .txt, else bytes of no
// known kind. The same name always gives the same bytes, another name gives others.
func File(name string) (content []byte, mimeType string) {
	base, ending := strings.TrimSuffix(name, path.Ext(name)), strings.ToLower(path.Ext(name))
	switch ending {
	case ".jpg", ".jpeg":
		return Photo(base), "image/jpeg"
	case ".png":
		return photoPNG(base), "image/png"
	case ".pdf":
		return PDF(strings.ReplaceAll(base, "-", " ")), "application/pdf"
	case ".mp4":
		return film(base), "video/mp4"
	case ".ogg":
		return VoiceNote(base, 3), "audio/ogg; codecs=opus"
	case ".mp3":
		return append([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), base...), "audio/mpeg"
	case ".webp":
		return sticker(base), "image/webp"
	case ".txt":
		return []byte(base + "\n"), "text/plain"
	}
	return []byte("of no known kind: " + name), "application/octet-stream"
}

// PDF is a document of one page with these lines.
func PDF(lines ...string) []byte {
	var text strings.Builder
	for i, line := range lines {
		fmt.Fprintf(&text, "BT /F1 18 Tf 60 %d Td (%s) Tj ET\n", 760-30*i, strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(line))
	}
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>stream\n%sendstream", text.Len(), text.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var places []int
	for i, o := range objects {
		places = append(places, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%s endobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// film is the outside of an MP4 file: it has a type and a size, and nothing to look at.
func film(name string) []byte {
	box := func(kind string, content []byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(content))), kind...), content...)
	}
	return append(box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2mp41")), box("mdat", []byte("SCENE="+name))...)
}

// sticker is a WebP of one pixel; the name stands in a chunk that readers pass over.
func sticker(name string) []byte {
	pixel := []byte("VP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
	if len(name)%2 == 1 {
		name += " "
	}
	note := append(binary.LittleEndian.AppendUint32([]byte("NAME"), uint32(len(name))), name...)
	body := append(append([]byte("WEBP"), pixel...), note...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}
