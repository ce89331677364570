package props

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// VoiceNote is an Ogg Opus file as phones record them, mono at 48 kHz: so many seconds of silence, with the words in the
// comment TRANSCRIPT (https://www.rfc-editor.org/rfc/rfc7845#section-5.2).
func VoiceNote(words string, seconds int) []byte {
	var s oggStream
	s.page(oggFirst, 0, opusHead())
	s.page(0, 0, opusTags("TRANSCRIPT="+words))
	for left, done := max(1, seconds)*perSecond, 0; left > 0; {
		n := min(left, mostPackets)
		left, done = left-n, done+n
		kind := byte(0)
		if left == 0 {
			kind = oggLast
		}
		s.page(kind, uint64(preSkip+done*samples), silence(n)...)
	}
	return s.out.Bytes()
}

// Heard is what is said in a voice note of this package; nothing for any other sound.
func Heard(note []byte) (words string, ok bool) {
	at := bytes.Index(note, []byte("OpusTags"))
	if at < 0 || len(note) < at+12 {
		return "", false
	}
	rest := note[at+8:]
	vendor, rest, ok := counted(rest)
	if !ok || vendor == "" || len(rest) < 4 {
		return "", false
	}
	for rest = rest[4:]; ; {
		var tag string
		if tag, rest, ok = counted(rest); !ok {
			return "", false
		}
		if words, found := strings.CutPrefix(tag, "TRANSCRIPT="); found {
			return words, true
		}
	}
}

// counted reads a string with its length in front.
func counted(b []byte) (s string, rest []byte, ok bool) {
	if len(b) < 4 {
		return "", nil, false
	}
	n := int(binary.LittleEndian.Uint32(b))
	if n < 0 || n > len(b)-4 {
		return "", nil, false
	}
	return string(b[4 : 4+n]), b[4+n:], true
}

const (
	preSkip     = 312
	samples     = 960 // of a packet of 20 ms
	perSecond   = 50  // packets
	mostPackets = 200 // of one page
)

func opusHead() []byte {
	b := append([]byte("OpusHead"), 1, 1) // version, channels
	b = binary.LittleEndian.AppendUint16(b, preSkip)
	b = binary.LittleEndian.AppendUint32(b, 48000)
	return append(b, 0, 0, 0) // gain, mapping
}

func opusTags(tags ...string) []byte {
	b := appendCounted([]byte("OpusTags"), "marketa sandbox")
	b = binary.LittleEndian.AppendUint32(b, uint32(len(tags)))
	for _, tag := range tags {
		b = appendCounted(b, tag)
	}
	return b
}

func appendCounted(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

// silence is packets in which nothing sounds: 20 ms, full band, mono.
func silence(n int) [][]byte {
	packets := make([][]byte, n)
	for i := range packets {
		packets[i] = []byte{0xF8, 0xFF, 0xFE}
	}
	return packets
}
