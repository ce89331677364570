package vertex

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"strings"
	"unicode"

	"marketa/sandbox/actor"
)

// ofText is where a text lies: the sum of its words' places. Only the first words count, as with the vendor.
func ofText(text string) []float32 {
	tokens := wordsOf(text)
	tokens = tokens[:min(len(tokens), mostTokens)]
	return placed("text", map[string]float64{}, tokens)
}

// ofPicture is where a picture lies: where the words lie that say what it shows, or where its colours lie.
func ofPicture(raw []byte) []float32 {
	s := actor.See(raw)
	if !s.Recognised {
		look, _ := actor.Colours(raw)
		return ofColours(look)
	}
	weights := map[string]float64{}
	for _, w := range wordsOf(s.Dish) {
		weights[w] += 2
	}
	for _, w := range wordsOf(strings.Join(s.Tags, " ") + " " + s.Season) {
		weights[w]++
	}
	return placed("image", weights, wordsOf(s.Alt))
}

// placed adds up words. A little of each vector is its kind's own: the angle between a text and a picture is never small.
func placed(kind string, weights map[string]float64, more []string) []float32 {
	for _, w := range more {
		weights[w] += .7
	}
	sum := make([]float64, whole)
	add(sum, "kind "+kind, .8)
	for w, weight := range weights {
		add(sum, w, math.Min(weight, 3))
	}
	return unit(sum)
}

// ofColours puts alike pictures beside each other.
func ofColours(look []byte) []float32 {
	sum := make([]float64, whole)
	add(sum, "kind image", .8)
	for i, c := range look {
		add(sum, "colour "+string(rune('A'+i%3))+string(rune('A'+i/3)), (float64(c)-128)/128)
	}
	return unit(sum)
}

// add goes a way in the direction of a word: the same for ever, and square to every other word's, as good as.
func add(sum []float64, word string, weight float64) {
	var block [sha256.Size]byte
	for i := range sum {
		if i%sha256.Size == 0 {
			block = sha256.Sum256(binary.BigEndian.AppendUint32([]byte(word), uint32(i)))
		}
		sum[i] += weight * (float64(block[i%sha256.Size]) - 127.5)
	}
}

func unit(sum []float64) []float32 {
	length := 0.0
	for _, x := range sum {
		length += x * x
	}
	out := make([]float32, len(sum))
	for i, x := range sum {
		out[i] = float32(x / math.Sqrt(length))
	}
	return out
}

// wordsOf are the words that mean something, in the form that they have for one thing.
func wordsOf(text string) (words []string) {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
			w = strings.TrimSuffix(w, "s")
		}
		if means, known := alike[w]; known {
			w = means
		}
		if w != "" && len(w) > 1 {
			words = append(words, w)
		}
	}
	return words
}

// alike are words for one thing; an empty one means nothing by itself.
var alike = map[string]string{
	"a": "", "an": "", "the": "", "of": "", "on": "", "in": "", "at": "", "with": "", "and": "", "or": "", "for": "", "to": "", "our": "", "my": "", "we": "", "is": "", "are": "", "it": "", "its": "", "from": "", "by": "", "no": "", "not": "",
	"photo": "", "picture": "", "image": "", "post": "", "restaurant": "", "there": "", "yet": "", "some": "", "nice": "", "new": "",
	"tart": "cake", "pie": "cake", "sweet": "dessert", "patio": "terrace", "garden": "terrace", "outside": "outdoor", "sunny": "sun", "sunshine": "sun", "snowy": "snow",
	"spaghetti": "pasta", "tagliatelle": "pasta", "noodle": "pasta", "coffee": "cappuccino", "latte": "cappuccino", "espresso": "cappuccino",
	"guest": "people", "person": "people", "staff": "team", "crew": "team", "blackboard": "menu", "prices": "price", "interior": "dining", "room": "dining",
	"shrimp": "prawn", "citrus": "lemon", "lemony": "lemon",
}
