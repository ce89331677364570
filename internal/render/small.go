package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"

	"marketa/internal/fault"
)

// SmallSide is the longer side of what models see, in pixels.
const SmallSide = 1024

// Small is the version of a photo for models: upright as it is shown on a phone, JPEG; width and height are the whole photo's. What cannot
// be opened is fault.Invalid.
func Small(photo []byte) (small []byte, width, height int, err error) {
	defer func() {
		if r := recover(); r != nil { // a decoder that trips over a crafted file
			err = fault.Wrap(fmt.Errorf("render: %v", r), fault.Invalid, "%s", sayUnreadable)
		}
	}()
	full, turn, err := open(photo)
	if err != nil {
		return nil, 0, 0, err
	}
	size := full.Bounds().Size()
	if width, height = size.X, size.Y; turn >= 5 {
		width, height = height, width
	}
	if longer := max(size.X, size.Y); longer > SmallSide {
		size = image.Pt(max(1, size.X*SmallSide/longer), max(1, size.Y*SmallSide/longer))
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src) // behind what is transparent
	draw.ApproxBiLinear.Scale(out, out.Rect, full, full.Bounds(), draw.Over, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, Upright(out, turn), &jpeg.Options{Quality: 82}); err != nil {
		return nil, 0, 0, fmt.Errorf("render: encode: %w", err)
	}
	return b.Bytes(), width, height, nil
}
