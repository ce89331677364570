package render

import (
	"bytes"
	"image"
	"math"
)

// wideGamut says that a JPEG's colours are meant as Display P3, which every iPhone writes: shown as sRGB they would look faded.
// The profile's name stands in it as UTF-16 or as ASCII. https://www.color.org/specification/ICC.1-2022-05.pdf
func wideGamut(photo []byte) bool {
	profile := []byte("ICC_PROFILE\x00")
	at := bytes.Index(photo[:min(len(photo), 256<<10)], profile)
	if at < 0 {
		return false
	}
	names := photo[at:min(len(photo), at+4<<10)]
	return bytes.Contains(names, []byte("Display P3")) || bytes.Contains(names, []byte("D\x00i\x00s\x00p\x00l\x00a\x00y\x00 \x00P\x003"))
}

// fromDisplayP3 changes the numbers so that the colours stay what they were. Both spaces have the same curve and the same white.
func fromDisplayP3(img *image.RGBA) {
	var linear [256]float64
	for i := range linear {
		linear[i] = toLinear(float64(i) / 255)
	}
	var curve [4097]uint8
	for i := range curve {
		curve[i] = uint8(math.Round(255 * toCurve(float64(i)/4096)))
	}
	encode := func(v float64) uint8 { return curve[int(math.Round(4096*min(max(v, 0), 1)))] }
	for i := 0; i+3 < len(img.Pix); i += 4 {
		r, g, b := linear[img.Pix[i]], linear[img.Pix[i+1]], linear[img.Pix[i+2]]
		img.Pix[i] = encode(1.2249401*r - 0.2249404*g)
		img.Pix[i+1] = encode(-0.0420569*r + 1.0420571*g)
		img.Pix[i+2] = encode(-0.0196376*r - 0.0786361*g + 1.0982735*b)
	}
}

func toLinear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func toCurve(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}
