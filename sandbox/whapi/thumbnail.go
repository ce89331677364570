package whapi

import (
	"bytes"
	"encoding/base64"
	"image"
	_ "image/gif" // phones send all three
	"image/jpeg"
	_ "image/png"
)

// thumbnail is the small picture that travels inside the message, and the size of the whole one; nothing for files that
// are no picture.
func thumbnail(content []byte) (preview string, width, height int) {
	size, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || size.Width*size.Height > 40_000_000 {
		return "", 0, 0
	}
	whole, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return "", size.Width, size.Height
	}
	var b bytes.Buffer
	if jpeg.Encode(&b, shrink(whole, 24), nil) != nil {
		return "", size.Width, size.Height
	}
	return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), size.Width, size.Height
}

// shrink takes every so many-th pixel, so that the longer side has side of them.
func shrink(whole image.Image, side int) image.Image {
	from := whole.Bounds()
	step := max(1, max(from.Dx(), from.Dy())/side)
	small := image.NewRGBA(image.Rect(0, 0, max(1, from.Dx()/step), max(1, from.Dy()/step)))
	for x := range small.Rect.Dx() {
		for y := range small.Rect.Dy() {
			small.Set(x, y, whole.At(from.Min.X+x*step, from.Min.Y+y*step))
		}
	}
	return small
}
