package render

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"marketa/internal/fault"
)

// photo is a JPEG with a red quarter at the top left and a blue one at the bottom right, on white.
func photo(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			switch {
			case x < w/2 && y < h/2:
				c = color.RGBA{220, 20, 20, 255}
			case x >= w/2 && y >= h/2:
				c = color.RGBA{20, 20, 220, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// with puts a marker segment behind the start of a JPEG.
func with(file []byte, marker byte, content string) []byte {
	segment := append([]byte{0xFF, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(content)+2))...)
	return append(append(bytes.Clone(file[:2]), append(segment, content...)...), file[2:]...)
}

func turned(turn uint16) string {
	b := binary.BigEndian.AppendUint16([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"), turn)
	return string(append(b, 0, 0)) + "SECRET PLACE 41.9 12.4"
}

func TestWhateverComesFitsTheNetworks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		w, h         int
		crop         Crop
		wantW, wantH int
	}{
		"a camera's":       {1600, 1200, Crop{}, 1080, 810},
		"upright":          {1200, 1600, Crop{}, 1080, 1350},
		"a phone's screen": {1080, 2400, Crop{}, 1080, 1350},
		"a panorama":       {2000, 500, Crop{}, 955, 500},
		"small":            {600, 600, Crop{}, 600, 600},
		"a square of it":   {2000, 1000, Crop{X: .5, Width: .5, Height: 1}, 1000, 1000},
		"beyond the edge":  {2000, 2000, Crop{X: .5, Y: .5, Width: 2, Height: 2}, 1000, 1000},
	} {
		p, err := Make(photo(t, tt.w, tt.h), tt.crop)
		if err != nil || p.Width != tt.wantW || p.Height != tt.wantH {
			t.Errorf("%s: %d×%d, %v", name, p.Width, p.Height, err)
			continue
		}
		if err := Fits(p.JPEG); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSamePhotoGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	file := photo(t, 900, 700)
	a, _ := Make(file, Crop{})
	b, err := Make(file, Crop{})
	if err != nil || a.Hash != b.Hash || !bytes.Equal(a.JPEG, b.JPEG) {
		t.Error("two renderings differ", err)
	}
}

func TestWhatTheCameraWroteStaysWithUs(t *testing.T) {
	t.Parallel()
	p, err := Make(with(photo(t, 900, 700), 0xE1, turned(1)), Crop{})
	if err != nil || bytes.Contains(p.JPEG, []byte("SECRET")) || bytes.Contains(p.JPEG, []byte("Exif")) {
		t.Error("the place is published", err)
	}
}

// The crop is of the upright photo, however it lies in the file.
func TestTheCropIsOfWhatPeopleSee(t *testing.T) {
	t.Parallel()
	for turn := uint16(1); turn <= 8; turn++ {
		file := with(photo(t, 1000, 1000), 0xE1, turned(turn))
		whole, err := Make(file, Crop{})
		if err != nil {
			t.Fatal(err)
		}
		part, err := Make(file, Crop{Width: .5, Height: .5})
		if err != nil {
			t.Fatal(err)
		}
		all, _ := jpeg.Decode(bytes.NewReader(whole.JPEG))
		got, _ := jpeg.Decode(bytes.NewReader(part.JPEG))
		if !near(all.At(250, 250), got.At(250, 250)) {
			t.Errorf("orientation %d: %v instead of %v", turn, got.At(250, 250), all.At(250, 250))
		}
	}
}

func near(a, b color.Color) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	far := func(x, y uint32) bool { return max(x, y)-min(x, y) > 0x1000 }
	return !far(ar, br) && !far(ag, bg) && !far(ab, bb)
}

func TestAnIPhonesColoursStay(t *testing.T) {
	t.Parallel()
	plain, _ := Make(photo(t, 600, 600), Crop{})
	wide, err := Make(with(photo(t, 600, 600), 0xE2, "ICC_PROFILE\x00\x01\x01...D\x00i\x00s\x00p\x00l\x00a\x00y\x00 \x00P\x003\x00"), Crop{})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := jpeg.Decode(bytes.NewReader(plain.JPEG))
	b, _ := jpeg.Decode(bytes.NewReader(wide.JPEG))
	red, _, _, _ := a.At(100, 100).RGBA()
	more, _, _, _ := b.At(100, 100).RGBA()
	if more <= red || !near(a.At(500, 100), b.At(500, 100)) {
		t.Errorf("red %x became %x, white %v", red, more, b.At(500, 100))
	}
}

func TestPhotosThatCannotBePublishedSayWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file []byte
		crop Crop
		say  string
	}{
		"no photo":    {[]byte("<html>"), Crop{}, "cannot be opened"},
		"cut off":     {photo(t, 600, 600)[:900], Crop{}, "cannot be opened"},
		"a stamp":     {photo(t, 200, 200), Crop{}, "too small"},
		"a tiny crop": {photo(t, 600, 600), Crop{Width: .1, Height: .1}, "too small"},
		"no crop":     {photo(t, 600, 600), Crop{X: 1, Y: 1, Width: .5, Height: .5}, "too small"},
		"a bomb":      {bomb(t), Crop{}, "too many pixels"},
	} {
		if _, err := Make(tt.file, tt.crop); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Say(err), tt.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bomb is a PNG that says it is huge.
func bomb(t *testing.T) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 60000, 1000))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestFinishedPicturesAreLookedAtAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file []byte
		say  string
	}{
		"another file": {[]byte("GIF89a"), "no JPEG"},
		"narrow":       {photo(t, 300, 300), "wide"},
		"tall":         {photo(t, 400, 1000), "too tall"},
		"heavy":        {append(photo(t, 400, 400), make([]byte, MostBytes)...), "4 MB"},
		"fine":         {photo(t, 400, 400), ""},
	} {
		if err := Fits(tt.file); (err == nil) != (tt.say == "") || err != nil && !strings.Contains(fault.Say(err), tt.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzMake(f *testing.F) {
	f.Add(photo(f, 400, 330), .1, .9)
	f.Add([]byte("\xFF\xD8\xFF"), 0., 0.)
	f.Fuzz(func(t *testing.T, file []byte, at, size float64) {
		p, err := Make(file, Crop{X: at, Y: at, Width: size, Height: size})
		if err == nil && Fits(p.JPEG) != nil {
			t.Errorf("%d×%d: %v", p.Width, p.Height, Fits(p.JPEG))
		}
	})
}
