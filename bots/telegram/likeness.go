package telegram

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"marketa/store"
)

// fold is how names are compared: small letters and digits, without accents and signs, words apart.
func fold(s string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r), unicode.IsDigit(r):
			out.WriteRune(r)
		default:
			out.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// likeness of two names, from 0 to 1: how many pairs of neighbouring letters they share, of all that both have.
func likeness(a, b string) float64 {
	x, y := pairs(fold(a)), pairs(fold(b))
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	shared := 0
	for p, n := range x {
		shared += min(n, y[p])
	}
	return 2 * float64(shared) / float64(total(x)+total(y))
}

func pairs(s string) map[string]int {
	out := map[string]int{}
	for _, word := range strings.Fields(s) {
		r := []rune(word)
		for i := 0; i+1 < len(r); i++ {
			out[string(r[i:i+2])]++
		}
	}
	return out
}

func total(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// holds says whether a name holds each of the words, or the beginning of one of its own words.
func holds(name, words string) bool {
	name = fold(name)
	for _, w := range strings.Fields(fold(words)) {
		if !strings.Contains(name, w) {
			return false
		}
	}
	return words != ""
}

// likeliest puts the restaurants to which a chat may belong in order: where the same people write, whose name is like the
// chat's, who wrote last. With words only those that they fit; a restaurant whose chat was moved away shows up only then.
func likeliest(all []store.Entry, c store.ChatLine, words string) []store.Entry {
	type ranked struct {
		store.Entry
		score float64
	}
	var out []ranked
	for _, e := range all {
		fits := words == "" && !e.Gone || holds(e.Name+" "+e.Chats, words) || words != "" && likeness(e.Name, words) > 0.6
		if e.ID == c.Restaurant || !fits {
			continue
		}
		score := max(likeness(e.Name, c.Title), likeness(e.Name, words))
		if fold(e.Name) == fold(words) {
			score += 2
		}
		if e.SamePhone {
			score++
		}
		if e.Lead || e.Gone {
			score -= 0.5
		}
		out = append(out, ranked{e, score})
	}
	slices.SortStableFunc(out, func(a, b ranked) int { // within a score, those who wrote last first: so they came
		return cmp.Compare(float64(int(b.score*4)), float64(int(a.score*4)))
	})
	entries := make([]store.Entry, len(out))
	for i, r := range out {
		entries[i] = r.Entry
	}
	return entries
}
