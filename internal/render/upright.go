package render

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
)

// Orientation is how a JPEG wants to be turned, 1 (as it is) to 8; 1 where it does not say.
func Orientation(r io.Reader) int {
	b, err := io.ReadAll(r)
	if err != nil || len(b) < 4 || b[0] != 0xFF || b[1] != 0xD8 {
		return 1
	}
	for i := 2; i+4 <= len(b) && b[i] == 0xFF && b[i+1] != 0xDA; {
		size := int(binary.BigEndian.Uint16(b[i+2:]))
		end := i + 2 + size
		if size < 2 || end > len(b) {
			return 1
		}
		if exif, found := bytes.CutPrefix(b[i+4:end], []byte("Exif\x00\x00")); b[i+1] == 0xE1 && found {
			return exifOrientation(exif)
		}
		i = end
	}
	return 1
}

// exifOrientation looks through the first directory of a TIFF header.
func exifOrientation(b []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(b, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(b) < 8 {
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	n := int64(order.Uint16(b[at:]))
	for e := at + 2; n > 0 && e+12 <= int64(len(b)); e, n = e+12, n-1 {
		const tag = 0x0112
		if order.Uint16(b[e:]) == tag {
			if o := int(order.Uint16(b[e+8:])); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return 1
}

// Upright turns and mirrors by EXIF's orientation, 1 to 8. https://www.cipa.jp/std/documents/e/DC-008-Translation-2019-E.pdf
func Upright(in *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return in
	}
	w, h := in.Rect.Dx(), in.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if turn >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := x, y
			if turn >= 5 {
				sx, sy = y, x
			}
			if turn == 2 || turn == 3 || turn == 7 || turn == 8 {
				sx = w - 1 - sx
			}
			if turn == 3 || turn == 4 || turn == 6 || turn == 7 {
				sy = h - 1 - sy
			}
			out.SetRGBA(x, y, in.RGBAAt(sx, sy))
		}
	}
	return out
}
