package actor_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"strconv"
	"testing"

	"golang.org/x/image/draw"

	"marketa/sandbox/actor"
	"marketa/sandbox/props"
)

func TestTheModelKnowsThePhotosOfTheSandboxWhateverWasDoneToThem(t *testing.T) {
	t.Parallel()
	told := map[string]string{}
	for _, name := range props.Scenes() {
		want := actor.See(props.Photo(name))
		if !want.Recognised || want.Alt == "" || len(want.Tags) < 3 || want.Kind == "" || want.Quality == 0 || told[want.Alt] != "" {
			look, _ := actor.Colours(props.Photo(name))
			t.Errorf("%s is seen as %+v, like %q; its colours are %s", name, want, told[want.Alt], hex.EncodeToString(look))
		}
		told[want.Alt] = name
		for i, other := range [][]byte{smaller(t, props.Photo(name)), props.Photo(name + "1"), props.Photo(name + strconv.Itoa(7))} {
			if got := actor.See(other); got.Alt != want.Alt {
				t.Errorf("%s, version %d, is seen as %q", name, i, got.Alt)
			}
		}
	}
}

func smaller(t *testing.T, photo []byte) []byte {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(photo))
	if err != nil {
		t.Fatal(err)
	}
	small := image.NewRGBA(image.Rect(0, 0, 320, 240))
	draw.BiLinear.Scale(small, small.Rect, img, img.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	_ = jpeg.Encode(&out, small, &jpeg.Options{Quality: 40})
	return out.Bytes()
}

func TestTheModelSaysWhatItDoesNotRecognise(t *testing.T) {
	t.Parallel()
	checks := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for y := range 300 {
		for x := range 400 {
			checks.Set(x, y, color.RGBA{uint8(x), uint8(255 - y/2), uint8(x * y), 255})
		}
	}
	var other bytes.Buffer
	_ = jpeg.Encode(&other, checks, nil)
	for name, picture := range map[string][]byte{"another picture": other.Bytes(), "no picture": []byte("SCENE=a cake"), "nothing": nil} {
		r := actor.Request{System: "Look.", Schema: json.RawMessage(`{"type":"object","properties":{"recognised":{"type":"boolean"},"alt":{"type":"string"},"risk_notes":{"type":"string"}}}`),
			Turns: []actor.Turn{{Role: "user", Pictures: [][]byte{picture}}}}
		var got actor.Scene
		if err := json.Unmarshal([]byte(actor.New(1).Answer(r).Text), &got); err != nil || got.Recognised || got.Alt != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
