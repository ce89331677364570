package render

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"
)

// corner is where a red dot in the stored corner at the top left is shown, by the orientation.
func TestPhotosAreTurnedUpright(t *testing.T) {
	want := map[int]image.Point{1: {0, 0}, 2: {3, 0}, 3: {3, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 3}, 8: {0, 3}}
	for turn, at := range want {
		in := image.NewRGBA(image.Rect(0, 0, 4, 2))
		in.Set(0, 0, color.RGBA{255, 0, 0, 255})
		out := Upright(in, turn)
		if r, _, _, _ := out.At(at.X, at.Y).RGBA(); r == 0 {
			t.Errorf("orientation %d: the dot is not at %v of %v", turn, at, out.Rect)
		}
	}
}

func TestOrientationIsRead(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		tiff := []byte("MM\x00*")
		if order == binary.LittleEndian {
			tiff = []byte("II*\x00")
		}
		tiff = order.AppendUint32(tiff, 8)
		tiff = order.AppendUint16(tiff, 1)
		tiff = order.AppendUint16(tiff, 0x0112)
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, 6)
		exif := append([]byte("Exif\x00\x00"), append(tiff, 0, 0)...)
		file := append([]byte{0xFF, 0xD8, 0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
		if got := Orientation(bytes.NewReader(append(file, exif...))); got != 6 {
			t.Errorf("%v: %d", order, got)
		}
	}
	for _, junk := range []string{"", "GIF89a", "\xFF\xD8\xFF\xE1\x00\x08Exif\x00\x00", "\xFF\xD8\xFF\xE1\xFF\xFF"} {
		if got := Orientation(bytes.NewReader([]byte(junk))); got != 1 {
			t.Errorf("%q: %d", junk, got)
		}
	}
}
