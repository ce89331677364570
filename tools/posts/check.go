package posts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"marketa/internal/language"
)

const (
	longestCaption = 1800 // characters: Instagram takes 2200 with the hashtags
	longestAlt     = 300
	mostHashtags   = 8
	leastHashtags  = 3
)

// checked is what was written, tidied, and what is wrong with it in words for the model and for a manager.
func (g written) checked(a asked) (*words, []string) {
	caption, more := takeHashtags(tidy(g.Caption))
	w := &words{Caption: cutTo(caption, longestCaption), Hashtags: hashtags(append(slices.Clone(g.Hashtags), more...)), Alt: cutTo(oneLine(g.Alt), longestAlt), Language: a.data.Code}
	var faults []string
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	wrong(w.Caption == "", "There is no caption.")
	wrong(len([]rune(caption)) > longestCaption, "The caption was too long and ends early.")
	wrong(len(w.Hashtags) < leastHashtags, "There are %d hashtags; at least %d are wanted.", len(w.Hashtags), leastHashtags)
	wrong(w.Alt == "", "There is no alt text.")
	in := language.Of(w.Caption)
	wrong(in != "" && in != a.data.Code, "The caption is in %s, not in %s.", language.Name(in), a.data.Language)
	if loose := unbacked(w.Caption+"\n"+w.Alt+"\n"+strings.Join(w.Hashtags, " "), a.known); len(loose) > 0 {
		wrong(true, "Stands in no record and not in the brief: %s.", strings.Join(loose, ", "))
	}
	return w, faults
}

var (
	figure = regexp.MustCompile(`\d+(?:[.,:'’]\d+)*\s?[%€$£]?`)
	link   = regexp.MustCompile(`(?i)https?://\S+|\bwww\.\S+|\b[a-z0-9-]+\.(?:com|it|de|es|net|org|eu|at|ch)\b\S*`)
	handle = regexp.MustCompile(`@[\p{L}\p{N}_.]{2,}`)
	claims = regexp.MustCompile(`(?i)\b(?:gluten[- ]?free|glutenfrei\w*|senza glutine|sin gluten|vegan\w*|lactose[- ]?free|laktosefrei\w*|senza lattosio|sin lactosa|organic|bio|biologic[oaihe]+|ecol[oó]gic[oa]s?|` +
		`award[- ]winning|preisgekrönt\w*|premiat[oaie]|galardonad[oa]s?|michelin|best in (?:town|the world)|beste[rsn]? der stadt|migliore? (?:della città|al mondo)|mejor de la ciudad|` +
		`free|gratis|kostenlos\w*|gratuit[oaie]|discount|sconto|rabatt|descuento|guarantee\w*|garant\w+|healthy|gesund\w*|salutar[ei]|saludables?)\b`)
)

// unbacked are the figures, addresses, names and claims of a text that nobody has said.
func unbacked(text, known string) (loose []string) {
	low, digits := strings.ToLower(known), figuresOf(known)
	add := func(s string) {
		if q := "“" + strings.TrimSpace(s) + "”"; !slices.Contains(loose, q) {
			loose = append(loose, q)
		}
	}
	for _, f := range figure.FindAllString(text, -1) {
		if !slices.Contains(digits, plain(f)) {
			add(f)
		}
	}
	for _, re := range []*regexp.Regexp{link, handle, claims} {
		for _, s := range re.FindAllString(text, -1) {
			if !strings.Contains(low, strings.ToLower(s)) {
				add(s)
			}
		}
	}
	return loose
}

func figuresOf(s string) (out []string) {
	for _, f := range figure.FindAllString(s, -1) {
		out = append(out, plain(f))
	}
	return out
}

// plain is a figure's digits: 12:00 and 12.00 and 12 are the same.
func plain(s string) string {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return ' '
	}, s)
	parts := strings.Fields(digits)
	if len(parts) > 1 && strings.Trim(parts[len(parts)-1], "0") == "" {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, ".")
}

var hashtagInText = regexp.MustCompile(`#[\p{L}\p{N}_]+`)

// takeHashtags parts a text from its hashtags; one in the middle of a sentence leaves its word.
func takeHashtags(text string) (string, []string) {
	tags := hashtagInText.FindAllString(text, -1)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		rest := hashtagInText.ReplaceAllString(line, "")
		if strings.TrimSpace(rest) == "" {
			lines[i] = ""
			continue
		}
		for {
			trimmed := strings.TrimRight(line, " ")
			at := strings.LastIndexByte(trimmed, '#')
			if at < 0 || !hashtagInText.MatchString(trimmed[at:]) || hashtagInText.FindString(trimmed[at:]) != trimmed[at:] {
				break
			}
			line = trimmed[:at]
		}
		lines[i] = strings.TrimRight(strings.ReplaceAll(line, "#", ""), " ")
	}
	return strings.TrimSpace(tooManyBreaks.ReplaceAllString(strings.Join(lines, "\n"), "\n\n")), hashtags(tags)
}

// hashtags are words without "#" and spaces, each once.
func hashtags(raw []string) []string {
	out := []string{}
	for _, t := range raw {
		tag := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' {
				return r
			}
			return -1
		}, t)
		same := func(o string) bool { return strings.EqualFold(o, tag) }
		if tag != "" && len([]rune(tag)) <= 60 && !slices.ContainsFunc(out, same) && len(out) < mostHashtags {
			out = append(out, tag)
		}
	}
	return out
}

var tooManyBreaks = regexp.MustCompile(`\n{3,}`)

// tidy takes away what nobody sees and what Postgres refuses.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), ""))
	return strings.TrimSpace(tooManyBreaks.ReplaceAllString(s, "\n\n"))
}

// cutTo is at most n characters.
func cutTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n-1])) + "…"
	}
	return s
}
