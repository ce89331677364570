package actor

import "strings"

// readManager reads what a manager asks of the assistant, if that is what the text is.
func (v *view) readManager(text string) bool {
	before, rest, _ := cutTag(text, "exchanges", strings.Index)
	words, _, ok := cutTag(rest, "manager", strings.LastIndex)
	if !ok {
		return false
	}
	v.desk = true
	for _, line := range strings.Split(before, "\n") {
		if said1, ok := strings.CutPrefix(line, "[manager] "); ok {
			v.told = append(v.told, said{text: said1})
		} else if answer, ok := strings.CutPrefix(line, "[you] "); ok {
			v.told = append(v.told, said{us: true, text: answer})
		}
	}
	v.unanswered = []said{{text: words}}
	return true
}
