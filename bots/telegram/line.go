package telegram

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"marketa/store"
)

// entries are the client's words and files as a card shows them: what was sent together is one line.
func entries(v store.View, r room) (lines []string, hidden int) {
	groups := store.Albums(v.Said)
	shown := groups[max(0, len(groups)-r.messages):]
	for _, g := range groups[:len(groups)-len(shown)] {
		hidden += len(g)
	}
	for _, g := range shown {
		lines = append(lines, stamp(g[0].SentAt, v.CreatedAt, v.Zone)+" "+mark(g[0], v, words(g, v, r)))
	}
	return lines, hidden
}

// words are one message, or several photos that were sent together.
func words(g []store.Message, v store.View, r room) string {
	m := g[0]
	if m.DeletedAt != nil {
		return "<i>deleted</i>"
	}
	s := esc(cut(content(g), r.said))
	if m.Around.Forwarded {
		s = "<i>forwarded:</i> " + s
	}
	if q := m.Around.Quoted; q != "" {
		s = "↩️ “" + line(q, min(r.said, 80)) + "” " + s
	}
	if who := speaker(m, v); who != "" {
		s = line(who, 30) + ": " + s
	}
	if slices.ContainsFunc(g, func(m store.Message) bool { return m.Version > 1 }) {
		s += " <i>(edited)</i>"
	}
	return s
}

// content is what somebody has sent, in plain words.
func content(g []store.Message) string {
	var files []store.File
	var captions []string
	for _, m := range g {
		files = append(files, m.Around.Files...)
		if caption := caption(m); caption != "" && !slices.Contains(captions, caption) {
			captions = append(captions, caption)
		}
	}
	if len(files) == 0 {
		return bare(g[0])
	}
	return told(cmp.Or(pictures(files), file(files[0])), strings.Join(captions, " · "))
}

// told puts words behind what was sent.
func told(what, words string) string {
	if words == "" {
		return what
	}
	return what + ": " + words
}

// caption are the words that came with a file; a length that stands in their place is none.
func caption(m store.Message) string {
	if len(m.Around.Files) > 0 && (m.Kind == "voice" || m.Kind == "audio") {
		return ""
	}
	_, after := labelled(m.Body)
	return after
}

// labelled takes "[photo] our terrace" apart.
func labelled(body string) (label, after string) {
	rest, ok := strings.CutPrefix(body, "[")
	label, after, closed := strings.Cut(rest, "]")
	if !ok || !closed {
		return "", body
	}
	return label, strings.TrimSpace(after)
}

// pictures are photos and videos that came together; empty when there is anything else among them.
func pictures(files []store.File) string {
	var photos, videos int
	for _, f := range files {
		switch f.Kind {
		case "image":
			photos++
		case "video":
			videos++
		default:
			return ""
		}
	}
	what, one := "📷 "+plural(photos, "photo", "photos"), "📷 photo"
	switch {
	case photos == 0:
		what, one = "🎬 "+plural(videos, "video", "videos"), "🎬 video"+length(files[0])
	case videos > 0:
		what += " and " + plural(videos, "video", "videos")
	}
	if len(files) == 1 {
		return one + trouble(files[0])
	}
	return what + someTrouble(files)
}

// someTrouble counts what is wrong with some of several files.
func someTrouble(files []store.File) (s string) {
	counts := map[string]int{}
	for _, f := range files {
		if t := trouble(f); t != "" {
			counts[t]++
		}
	}
	for _, f := range files {
		if t := trouble(f); counts[t] > 0 {
			s += fmt.Sprintf(", %d of them%s", counts[t], t)
			delete(counts, t)
		}
	}
	return s
}

// trouble says what a manager has to know or do about a file that we have not got.
func trouble(f store.File) string {
	switch {
	case f.State == "lost":
		return " (could not be fetched: ask the client to send it again)"
	case f.State == "once":
		return " (to be viewed once: open it on the phone)"
	case f.State == "large":
		return " (too large to be fetched: look at it on the phone)"
	case f.State == "waiting" && f.Failures > 0:
		return " (could not be fetched yet, trying again)"
	case f.State == "waiting":
		return " (being fetched)"
	case f.Bytes > mostUpload && f.Kind != "image":
		return " (too large for Telegram: look at it on the phone)"
	}
	return ""
}

// file is one that is no photo.
func file(f store.File) string {
	switch f.Kind {
	case "voice", "audio":
		return sound(f)
	case "video":
		return "🎬 video" + length(f) + trouble(f)
	case "short":
		return "🎬 short video" + length(f) + trouble(f)
	case "gif":
		return "🎞 GIF" + trouble(f)
	case "sticker":
		return "🩷 sticker"
	case "document":
		return "📄 " + cmp.Or(f.FileName, "file") + trouble(f)
	}
	return "📎 " + strings.ReplaceAll(f.Kind, "_", " ") + trouble(f)
}

// sound is a voice note with its words, or why there are none.
func sound(f store.File) string {
	mark := "🎤"
	if f.Kind == "audio" {
		mark = "🎵"
	}
	what := mark + " " + cmp.Or(strings.TrimPrefix(length(f), ", "), "voice note")
	switch {
	case f.State != "kept":
		return what + trouble(f)
	case f.Transcript != "":
		return what + ": " + f.Transcript
	case f.Heard == "waiting" && f.Deaf == 0:
		return what + ", being written down"
	case f.Heard == "waiting":
		return what + ": cannot be written down at the moment; listen to it below"
	}
	return what + ": the words cannot be made out; listen to it below"
}

// length is ", 14 s" or ", 3:20 min"; empty when nobody has said how long it is.
func length(f store.File) string {
	switch {
	case f.Seconds <= 0:
		return ""
	case f.Seconds < 60:
		return fmt.Sprintf(", %d s", f.Seconds)
	}
	return fmt.Sprintf(", %d:%02d min", f.Seconds/60, f.Seconds%60)
}

// bare is a message without a file: its words, with a sign in front of what is no text.
func bare(m store.Message) string {
	label, after := labelled(m.Body)
	if label == "" {
		return m.Body
	}
	mark, word := "", label
	switch m.Kind {
	case "location":
		mark, word = "📍", "place"
	case "live_location":
		mark = "📍"
	case "contact", "contact_list":
		mark = "👤"
	case "poll":
		mark = "📊"
	case "vote":
		mark, word = "📊", "voted"
	case "call":
		mark = "📞"
	case "sticker":
		mark = "🩷"
	case "system":
		mark = "ℹ️"
	case "event":
		mark = "📅"
	case "order", "product", "catalog":
		mark = "🛒"
	case "image", "album":
		mark = "📷"
	case "video", "short", "gif":
		mark = "🎬"
	case "voice":
		mark = "🎤"
	case "document":
		mark = "📄"
	case "unknown":
		mark, word = "❔", label+" (look at it on the phone)"
	case "text", "link_preview", "reply", "action", "interactive", "list", "buttons", "hsm":
		return m.Body // words, which may begin with a bracket
	default:
		mark = "❔"
		if after == "" {
			word += " (look at it on the phone)"
		}
	}
	return told(mark+" "+word, after)
}

// reacted are the emojis that clients have put to the reply, or to words on the card.
func reacted(v store.View) string {
	var lines []string
	for _, r := range v.Reacted[max(0, len(v.Reacted)-5):] {
		to := "our reply"
		if r.Target != v.SentID && r.Target != v.SentEcho {
			to = "“" + line(saidAs(v, r.Target), 60) + "”"
		}
		lines = append(lines, esc(cut(r.Emoji, 16))+" from "+line(cmp.Or(r.Who, client(v)), 40)+" to "+to)
	}
	return strings.Join(lines, "\n")
}

func saidAs(v store.View, id store.VendorMessageID) string {
	for _, m := range v.Said {
		if m.VendorID == id {
			return content([]store.Message{m})
		}
	}
	return "an earlier message"
}
