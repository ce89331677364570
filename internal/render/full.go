package render

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"

	"marketa/internal/fault"
)

// LongestSide of a whole photo in pixels; a larger one is made smaller.
const LongestSide = 4096

// Whole is a photo as it is kept for publishing: all of it, upright, sRGB, a JPEG without a word of what the camera wrote. What cannot
// be opened is fault.Invalid. It takes as much memory as [Make].
func Whole(photo []byte) (p Picture, err error) {
	defer func() {
		if r := recover(); r != nil { // a decoder that trips over a crafted file
			err = fault.Wrap(fmt.Errorf("render: %v", r), fault.Invalid, "%s", sayUnreadable)
		}
	}()
	full, turn, err := open(photo)
	if err != nil {
		return p, err
	}
	img := Upright(flat(full), turn)
	if wideGamut(photo) {
		fromDisplayP3(img)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 92}); err != nil {
		return p, fmt.Errorf("render: encode: %w", err)
	}
	return Picture{JPEG: out.Bytes(), Hash: sha256.Sum256(out.Bytes()), Width: img.Rect.Dx(), Height: img.Rect.Dy()}, nil
}

// flat is the picture on white, at most LongestSide long.
func flat(in image.Image) *image.RGBA {
	size := in.Bounds().Size()
	if longer := max(size.X, size.Y); longer > LongestSide {
		size = image.Pt(max(1, size.X*LongestSide/longer), max(1, size.Y*LongestSide/longer))
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	if size == in.Bounds().Size() {
		draw.Draw(out, out.Rect, in, in.Bounds().Min, draw.Over)
	} else {
		draw.CatmullRom.Scale(out, out.Rect, in, in.Bounds(), draw.Over, nil)
	}
	return out
}
