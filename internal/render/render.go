// Package render makes of a photo the picture that is published, and that managers approve: upright, within what Instagram and
// Facebook take, sRGB, without a word of what the camera wrote into it.
//
// It knows pixels, neither restaurants nor networks' wires, does no I/O, and imports internal/fault alone. Start reading at
// [Make]: the same photo and the same crop always give the same bytes, so that the hash of what was approved is the hash of
// what is published.
package render

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // a format of photos
	"math"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // the same

	"marketa/internal/fault"
)

// What Instagram takes of a picture in the feed, with a hair of distance to its limits; Facebook's pages take it, too.
// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
const (
	Width      = 1080    // pixels; a smaller photo stays as it is
	LeastWidth = 320     // below, Instagram blows it up until nobody likes it
	Tallest    = 4.0 / 5 // width by height
	Widest     = 1.91
	MostBytes  = 4<<20 - 1<<10 // of a page's photo; Instagram takes twice as much

	mostPixels = 50_000_000 // of a photo that we unpack
)

// Crop is the part of the upright photo that is shown, in shares of its sides. The zero value is the whole.
type Crop struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Picture is what people will see.
type Picture struct {
	JPEG          []byte
	Hash          [sha256.Size]byte // of JPEG
	Width, Height int
}

// Make renders. What cannot be published whatever one does is fault.Invalid, in words for a manager. It may be called at the
// same time by many, but a large photo takes some hundred megabytes while it is unpacked.
func Make(photo []byte, crop Crop) (p Picture, err error) {
	defer func() {
		if r := recover(); r != nil { // a decoder that trips over a crafted file
			err = fault.Wrap(fmt.Errorf("render: %v", r), fault.Invalid, "%s", sayUnreadable)
		}
	}()
	full, turn, err := open(photo)
	if err != nil {
		return p, err
	}
	shown := frame(full.Bounds().Size(), turn, crop)
	if shown.Dx() < 1 || shown.Dy() < 1 || sideways(shown, turn).X < LeastWidth {
		return p, fault.New(fault.Invalid, "This photo is too small for a post: it needs to be at least %d pixels wide. Choose another one.", LeastWidth)
	}
	img := scaled(full, shown.Add(full.Bounds().Min), turn)
	if wideGamut(photo) {
		fromDisplayP3(img)
	}
	return encode(img)
}

const sayUnreadable = "This photo cannot be opened. Ask for it once more, as JPEG, or choose another one."

func open(photo []byte) (image.Image, int, error) {
	size, format, err := image.DecodeConfig(bytes.NewReader(photo))
	if err != nil {
		return nil, 0, fault.Wrap(fmt.Errorf("render: %w", err), fault.Invalid, "%s", sayUnreadable)
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > mostPixels/size.Height {
		return nil, 0, fault.New(fault.Invalid, "This photo has too many pixels to be worked with. Ask for a smaller version, or choose another one.")
	}
	turn := 1
	if format == "jpeg" {
		turn = Orientation(bytes.NewReader(photo[:min(len(photo), 256<<10)]))
	}
	full, _, err := image.Decode(bytes.NewReader(photo))
	if err != nil {
		return nil, 0, fault.Wrap(fmt.Errorf("render: %w", err), fault.Invalid, "%s", sayUnreadable)
	}
	return full, turn, nil
}

// frame is the part of the photo, as it lies in the file, that will be shown: the crop, and of it the middle that fits between
// the tallest and the widest.
func frame(stored image.Point, turn int, crop Crop) image.Rectangle {
	w, h := stored.X, stored.Y
	if turn >= 5 {
		w, h = h, w
	}
	part := image.Rect(0, 0, w, h)
	if crop.Width > 0 && crop.Height > 0 {
		share := func(of int, at float64) int { return int(math.Round(float64(of) * min(max(at, 0), 1))) }
		part = image.Rect(share(w, crop.X), share(h, crop.Y), share(w, crop.X+crop.Width), share(h, crop.Y+crop.Height))
	}
	return inFile(middle(part), w, h, turn)
}

// middle cuts the sides, or top and bottom, until the ratio is one that is taken.
func middle(r image.Rectangle) image.Rectangle {
	w, h := r.Dx(), r.Dy()
	if most := int(float64(h) * Widest); w > most {
		off := (w - most) / 2
		return image.Rect(r.Min.X+off, r.Min.Y, r.Min.X+off+most, r.Max.Y)
	}
	if most := int(float64(w) / Tallest); h > most {
		off := (h - most) / 2
		return image.Rect(r.Min.X, r.Min.Y+off, r.Max.X, r.Min.Y+off+most)
	}
	return r
}

// inFile is where a part of the upright photo lies in the file. w and h are the upright sides.
func inFile(r image.Rectangle, w, h, turn int) image.Rectangle {
	flip := func(r image.Rectangle, width, height int, x, y bool) image.Rectangle {
		if x {
			r.Min.X, r.Max.X = width-r.Max.X, width-r.Min.X
		}
		if y {
			r.Min.Y, r.Max.Y = height-r.Max.Y, height-r.Min.Y
		}
		return r
	}
	if turn >= 5 && turn <= 8 {
		r, w, h = image.Rect(r.Min.Y, r.Min.X, r.Max.Y, r.Max.X), h, w
	}
	return flip(r, w, h, turn == 2 || turn == 3 || turn == 7 || turn == 8, turn == 3 || turn == 4 || turn == 6 || turn == 7)
}

// sideways is the size of a part once it is upright.
func sideways(r image.Rectangle, turn int) image.Point {
	if turn >= 5 {
		return image.Pt(r.Dy(), r.Dx())
	}
	return r.Size()
}

// scaled brings the part to the width of posts, on white where the photo is transparent, and turns it upright.
func scaled(full image.Image, part image.Rectangle, turn int) *image.RGBA {
	size := sideways(part, turn)
	if size.X > Width {
		size = image.Pt(Width, max(1, int(math.Round(float64(size.Y)*Width/float64(size.X)))))
		size.Y = min(max(size.Y, int(math.Ceil(Width/Widest))), int(Width/Tallest))
	}
	if turn >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	if size == part.Size() {
		draw.Draw(out, out.Rect, full, part.Min, draw.Over)
	} else {
		draw.CatmullRom.Scale(out, out.Rect, full, part, draw.Over, nil)
	}
	return Upright(out, turn)
}

func encode(img *image.RGBA) (Picture, error) {
	for _, quality := range []int{90, 80, 65, 50} {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
			return Picture{}, fmt.Errorf("render: encode: %w", err)
		}
		if out.Len() <= MostBytes {
			return Picture{JPEG: out.Bytes(), Hash: sha256.Sum256(out.Bytes()), Width: img.Rect.Dx(), Height: img.Rect.Dy()}, nil
		}
	}
	return Picture{}, fault.New(fault.Invalid, "This photo cannot be made small enough for a post. Choose another one.")
}

// Fits says what keeps finished bytes from being published, in words for a manager; nil: nothing does.
func Fits(picture []byte) error {
	size, format, err := image.DecodeConfig(bytes.NewReader(picture))
	ratio := float64(size.Width) / float64(max(size.Height, 1))
	switch {
	case err != nil || format != "jpeg":
		return fault.New(fault.Invalid, "The finished picture is no JPEG that can be opened. Choose another photo.")
	case len(picture) > MostBytes:
		return fault.New(fault.Invalid, "The finished picture is larger than 4 MB. Choose another photo.")
	case size.Width < LeastWidth:
		return fault.New(fault.Invalid, "The finished picture is less than %d pixels wide. Choose another photo.", LeastWidth)
	case ratio < Tallest-.005 || ratio > Widest+.005:
		return fault.New(fault.Invalid, "The finished picture is too tall or too wide for Instagram. Choose another photo, or another crop.")
	}
	return nil
}
