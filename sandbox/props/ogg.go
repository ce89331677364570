package props

import (
	"bytes"
	"encoding/binary"
)

const (
	oggFirst = 2
	oggLast  = 4
	serial   = 0x4d4b5441
)

// oggStream writes pages (https://www.rfc-editor.org/rfc/rfc3533#section-6). A page takes 255 segments; longer packets
// than that allows are cut, which only a transcript of more than 60 KB would see.
type oggStream struct {
	out   bytes.Buffer
	pages uint32
}

func (s *oggStream) page(kind byte, granule uint64, packets ...[]byte) {
	var lacing, body []byte
	for _, p := range packets {
		p = p[:min(len(p), 254*255)]
		for n := len(p); ; n -= 255 {
			lacing = append(lacing, byte(min(n, 255)))
			if n < 255 {
				break
			}
		}
		body = append(body, p...)
	}
	b := append([]byte("OggS"), 0, kind)
	b = binary.LittleEndian.AppendUint64(b, granule)
	b = binary.LittleEndian.AppendUint32(b, serial)
	b = binary.LittleEndian.AppendUint32(b, s.pages)
	sum := len(b)
	b = append(b, 0, 0, 0, 0, byte(len(lacing)))
	b = append(append(b, lacing...), body...)
	binary.LittleEndian.PutUint32(b[sum:], oggSum(b))
	s.out.Write(b)
	s.pages++
}

// oggSum is Ogg's CRC: polynomial 0x04c11db7, not reflected, from zero.
func oggSum(b []byte) (sum uint32) {
	for _, c := range b {
		sum ^= uint32(c) << 24
		for range 8 {
			if sum&(1<<31) != 0 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}
