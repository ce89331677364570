package agent_test

import (
	"encoding/json"
	"strings"
)

// parsed is what the nth reply request said to Gemini: the system text and the first words of the user.
func (b *bench) parsed(nth int) (system, human string) {
	b.t.Helper()
	type content struct{ Parts []struct{ Text string } }
	var body struct {
		SystemInstruction content
		Contents          []content
	}
	b.must(json.Unmarshal([]byte(b.prompts(false)[nth]), &body))
	for _, p := range body.SystemInstruction.Parts {
		system += p.Text
	}
	for _, p := range body.Contents[0].Parts {
		human += p.Text
	}
	return system, human
}

// section is what stands between the first fence of that name and the last end of it.
func section(text, tag string) string {
	_, rest, _ := strings.Cut(text, "<"+tag+">\n")
	if i := strings.LastIndex(rest, "\n</"+tag+">"); i >= 0 {
		return rest[:i]
	}
	return ""
}
