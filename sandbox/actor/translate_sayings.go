package actor

import (
	"regexp"
	"slices"
	"strings"
)

// keeper stands for the n-th saying while its surroundings are translated: a sentence without a word.
func keeper(n int) string { return "‹" + strings.Repeat("⁂", n+1) + "›." }

// takeOut cuts the sayings of situations out of a line, for they stand in sayings in every language; what is returned puts
// them back in the other one.
func (t translator) takeOut(line string, from language) (rest string, back *strings.Replacer) {
	var pairs []string
	line, pairs = t.takeOutAsks(line, from)
	for _, name := range namesOf(sayings[from]) {
		for _, formal := range []bool{false, true} {
			pattern := regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(register(sayings[from][name], formal)), `\{words\}`, "(.{1,120}?)"))
			m := pattern.FindStringSubmatch(line)
			other, ok := sayings[t.into][name]
			if m == nil || !ok {
				continue
			}
			if len(m) > 1 {
				other = strings.ReplaceAll(other, "{words}", m[1])
			}
			mark := keeper(len(pairs) / 2)
			pairs = append(pairs, mark, register(other, formal))
			line = strings.Replace(line, m[0], mark, 1)
		}
	}
	return line, strings.NewReplacer(pairs...)
}

func namesOf(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
