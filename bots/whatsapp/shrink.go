package whatsapp

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // a format of photos
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // the same

	"marketa/internal/render"
)

const (
	smallSide  = 1024       // pixels of the longer side of what models see
	mostPixels = 40_000_000 // of a picture that we unpack
)

// picture is a photo that we could read.
type picture struct {
	width, height int
	small         []byte // JPEG
}

var errTooManyPixels = errors.New("whatsapp: too many pixels")

// shrink makes the version for models: upright as it is shown on a phone, at most 1024 pixels, JPEG. One at a time: unpacked, a photo takes
// a hundred times its file.
func (b *Bot) shrink(l *loot) (p picture, err error) {
	b.shrinking.Lock()
	defer b.shrinking.Unlock()
	defer func() {
		if r := recover(); r != nil { // a decoder that trips over a crafted file
			err = fmt.Errorf("whatsapp: shrink: %v", r)
		}
	}()
	size, format, err := image.DecodeConfig(io.NewSectionReader(l.file, 0, l.bytes))
	if err != nil {
		return p, err
	}
	p.width, p.height = size.Width, size.Height
	if size.Width <= 0 || size.Height <= 0 || size.Width > mostPixels/size.Height {
		return p, errTooManyPixels
	}
	turn := 1
	if format == "jpeg" {
		turn = render.Orientation(io.NewSectionReader(l.file, 0, min(l.bytes, 256<<10)))
	}
	full, _, err := image.Decode(io.NewSectionReader(l.file, 0, l.bytes))
	if err != nil {
		return p, err
	}
	if turn >= 5 {
		p.width, p.height = p.height, p.width
	}
	p.small, err = smaller(full, turn)
	return p, err
}

func smaller(full image.Image, turn int) ([]byte, error) {
	w, h := full.Bounds().Dx(), full.Bounds().Dy()
	if longer := max(w, h); longer > smallSide {
		w, h = max(1, w*smallSide/longer), max(1, h*smallSide/longer)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src) // behind what is transparent
	draw.ApproxBiLinear.Scale(small, small.Bounds(), full, full.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	err := jpeg.Encode(&out, render.Upright(small, turn), &jpeg.Options{Quality: 82})
	return out.Bytes(), err
}
