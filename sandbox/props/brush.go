package props

import (
	"image"
	"math"
)

// Size of every photo.
const width, height = 800, 600

// brush paints with soft edges. Places are in pixels, colours are 0xRRGGBB, opacity is 0 to 1.
type brush struct{ img *image.RGBA }

func newBrush() brush { return brush{image.NewRGBA(image.Rect(0, 0, width, height))} }

func (b brush) mix(x, y int, hue uint32, opacity float64) {
	if opacity <= 0 || x < 0 || y < 0 || x >= width || y >= height {
		return
	}
	opacity = min(opacity, 1)
	pix, t := b.img.Pix[b.img.PixOffset(x, y):], int(opacity*256)
	for i, now := range [3]int{int(hue >> 16 & 255), int(hue >> 8 & 255), int(hue & 255)} {
		pix[i] = uint8(int(pix[i]) + (now-int(pix[i]))*t>>8)
	}
	pix[3] = 255
}

// shade fills a band from one colour at the top to another at the bottom.
func (b brush) shade(top, bottom float64, from, to uint32) {
	for y := int(top); y < int(bottom); y++ {
		t := (float64(y) - top) / (bottom - top)
		for x := range width {
			b.mix(x, y, from, 1)
			b.mix(x, y, to, t)
		}
	}
}

// oval is filled.
func (b brush) oval(cx, cy, rx, ry float64, hue uint32, opacity float64) {
	for y := int(cy - ry - 1); y <= int(cy+ry+1); y++ {
		for x := int(cx - rx - 1); x <= int(cx+rx+1); x++ {
			d := math.Hypot((float64(x)-cx)/rx, (float64(y)-cy)/ry)
			b.mix(x, y, hue, opacity*min(1, (1-d)*min(rx, ry)+.5))
		}
	}
}

// glow fades from its middle outwards.
func (b brush) glow(cx, cy, r float64, hue uint32, opacity float64) {
	for y := int(cy - r); y <= int(cy+r); y++ {
		for x := int(cx - r); x <= int(cx+r); x++ {
			d := math.Hypot(float64(x)-cx, float64(y)-cy) / r
			if d < 1 {
				b.mix(x, y, hue, opacity*(1-d)*(1-d))
			}
		}
	}
}

// box has straight sides.
func (b brush) box(x0, y0, x1, y1 float64, hue uint32, opacity float64) {
	for y := int(y0); y < int(y1); y++ {
		for x := int(x0); x < int(x1); x++ {
			b.mix(x, y, hue, opacity)
		}
	}
}

// wedge is a triangle standing on its base, or hanging from it when the tip is below.
func (b brush) wedge(tipX, tipY, left, right, base float64, hue uint32, opacity float64) {
	low, high := min(tipY, base), max(tipY, base)
	for y := low; y < high; y++ {
		t := (y - tipY) / (base - tipY)
		x0, x1 := tipX+(left-tipX)*t, tipX+(right-tipX)*t
		for x := int(x0) - 1; x <= int(x1)+1; x++ {
			b.mix(x, int(y), hue, opacity*min(1, min(float64(x)-x0+1, x1-float64(x)+1)))
		}
	}
}

// dice are numbers that a name decides.
type dice uint64

func (d *dice) roll(n int) int {
	*d = *d*6364136223846793005 + 1442695040888963407
	return int(uint64(*d) >> 33 % uint64(n))
}
