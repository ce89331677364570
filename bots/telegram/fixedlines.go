package telegram

import (
	"strings"

	"marketa/store"
)

// fixedLines are the fixed texts that the client got while the card waits; what did not leave is not named.
func fixedLines(v store.View) string {
	var s strings.Builder
	for _, f := range v.Fixed {
		switch f.State {
		case "pending", "intended", "unknown", "known":
			s.WriteString("\n🌙 " + line(f.Title, 60) + " sent, " + stamp(f.At, v.CreatedAt, v.Zone))
		}
	}
	return s.String()
}
