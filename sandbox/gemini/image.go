package gemini

import (
	"bytes"
	"encoding/base64"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
)

// shapes are the sides of a 1K picture by aspect ratio (https://ai.google.dev/gemini-api/docs/image-generation).
var shapes = map[string]image.Point{
	"1:1": {1024, 1024}, "2:3": {848, 1264}, "3:2": {1264, 848}, "3:4": {896, 1200}, "4:3": {1200, 896},
	"4:5": {928, 1152}, "5:4": {1152, 928}, "9:16": {768, 1376}, "16:9": {1376, 768}, "21:9": {1584, 672},
}

var sizes = map[string]int{"": 1, "1K": 1, "2K": 2, "4K": 4}

func makesImages(model string) bool {
	return strings.Contains(model, "-image") || strings.Contains(model, "banana")
}

func wantsImage(req request) bool {
	m := req.GenerationConfig.ResponseModalities
	return len(m) == 0 || slices.Contains(m, "IMAGE")
}

func checkImage(c *imageConfig) *fault {
	if c == nil {
		return nil
	}
	if _, ok := shapes[c.AspectRatio]; !ok && c.AspectRatio != "" {
		return invalid("Invalid aspect ratio: %s.", c.AspectRatio)
	}
	if sizes[c.ImageSize] == 0 {
		return invalid("Invalid image size: %s. Use 1K, 2K or 4K.", c.ImageSize)
	}
	return nil
}

// paint answers with a few words and a picture whose colour follows from the request, or with the words alone.
func paint(req request, textOnly bool) []part {
	words := part{Text: new("Here is the picture (a stand-in).")}
	if textOnly {
		return []part{{Text: new("I can describe the dish, but I cannot draw it.")}}
	}
	picture := part{InlineData: &blob{MimeType: "image/png", Data: base64.StdEncoding.EncodeToString(rectangle(req))}}
	if m := req.GenerationConfig.ResponseModalities; len(m) > 0 && !slices.Contains(m, "TEXT") {
		return []part{picture}
	}
	return []part{words, picture}
}

func rectangle(req request) []byte {
	side, times := shapes["1:1"], 1
	if c := req.GenerationConfig.ImageConfig; c != nil {
		if c.AspectRatio != "" {
			side = shapes[c.AspectRatio]
		}
		times = sizes[c.ImageSize]
	}
	h := fnv.New32a()
	_, _ = h.Write(encode(req.Contents))
	n := h.Sum32()
	flat := image.NewPaletted(image.Rect(0, 0, side.X*times, side.Y*times), color.Palette{color.RGBA{byte(n), byte(n >> 8), byte(n >> 16), 255}})
	var b bytes.Buffer
	_ = png.Encode(&b, flat)
	return b.Bytes()
}
