package props

import (
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// letters writes a line around the middle x, standing on y.
func (b brush) letters(x, y, size float64, text string, hue uint32) {
	parsed, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return // cannot be: the font is part of the program
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return
	}
	ink := image.NewUniform(color.RGBA{uint8(hue >> 16), uint8(hue >> 8), uint8(hue), 255})
	pen := font.Drawer{Dst: b.img, Src: ink, Face: face}
	pen.Dot = fixed.Point26_6{X: fixed.I(int(x)) - pen.MeasureString(text)/2, Y: fixed.I(int(y))}
	pen.DrawString(text)
}
