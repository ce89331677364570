package props

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
)

// Photo is a JPEG of 800 × 600 with the scene that its name says; names that say none are given one.
func Photo(name string) []byte {
	s, img := paint(name)
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, &jpeg.Options{Quality: 82}) // a buffer takes everything
	plain, comment := b.Bytes(), "SCENE="+s.shows+"; NAME="+name
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xFE}, uint16(2+len(comment)))
	return append(append(head, comment...), plain[2:]...)
}

func photoPNG(name string) []byte {
	s, img := paint(name)
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	const head = 8 + 25 // the signature and IHDR
	text := []byte("tEXtComment\x00SCENE=" + s.shows + "; NAME=" + name)
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(text)-4)), text...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(text))
	return append(append(bytes.Clone(b.Bytes()[:head]), chunk...), b.Bytes()[head:]...)
}

// Seen is what a photo of this package shows; nothing for any other picture, and for one that was made over.
func Seen(photo []byte) (what string, ok bool) {
	at := bytes.Index(photo, []byte("SCENE="))
	if at < 0 {
		return "", false
	}
	what, _, ok = strings.Cut(string(photo[at+6:min(len(photo), at+400)]), "; NAME=")
	return what, ok
}

// Scenes are the names with a scene of their own.
func Scenes() (names []string) {
	for _, s := range scenes {
		names = append(names, s.name)
	}
	return names
}

func paint(name string) (scene, image.Image) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	d := dice(h.Sum64())
	s := scenes[d.roll(anyScenes)]
	for _, one := range scenes {
		if strings.HasPrefix(strings.ToLower(name), one.name) {
			s = one
		}
	}
	b := newBrush()
	s.paint(b, &d)
	b.oval(float64(8+d.roll(width-16)), float64(8+d.roll(height-16)), 3, 3, 0xFFFFFF, .5) // no two names are the same
	b.oval(float64(8+d.roll(width-16)), float64(8+d.roll(height-16)), 3, 3, 0x000000, .3)
	return s, b.img
}
