package telegram

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketa/store"
)

// The card of a post: the picture exactly as it will be published, and under it the words, where and when. It is a view of a row, like
// any card; see card.go.

// captionUnits is how long the words under a picture may be in Telegram. https://core.telegram.org/bots/api#sendphoto
const captionUnits = 1024

// PostFace is what a post's card shows.
type PostFace struct {
	HTML     string // under the picture
	Words    string // a message of its own behind it, where the caption is too long for both; else empty
	Keyboard [][]Button
}

// RenderPost draws a post's approval. It is pure: the same row at the same time gives the same card. The caption is always shown whole.
func RenderPost(v store.PostView, now time.Time) PostFace {
	words := postWords(v)
	face := PostFace{Keyboard: postButtons(v)}
	for _, note := range []int{300, 150, 80, 40} {
		face.HTML = postText(v, words, note, now)
		if units(face.HTML) <= captionUnits {
			return face
		}
	}
	face.Words = "📝 <b>The words</b>\n" + words
	for _, note := range []int{250, 120, 60, 30, 0} {
		face.HTML = postText(v, "<i>The words stand in the message below.</i>", note, now)
		if units(face.HTML) <= captionUnits {
			break
		}
	}
	return face
}

func postText(v store.PostView, words string, note int, now time.Time) string {
	parts := []string{postHeading(v), words, postAround(v, note), postFooter(v, now)}
	parts = slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" })
	return strings.Join(parts, "\n\n")
}

func postHeading(v store.PostView) string {
	s := "📸 <b>Post</b> · " + line(v.Restaurant, 60)
	if v.Version.N > 1 {
		s += fmt.Sprintf(" · version %d", v.Version.N)
	}
	return s
}

// postWords are what people will read under the picture.
func postWords(v store.PostView) string {
	s := esc(v.Version.Caption)
	if len(v.Version.Hashtags) > 0 {
		s += "\n\n" + esc("#"+strings.Join(v.Version.Hashtags, " #"))
	}
	if v.Approval.State == "redone" || v.Approval.State == "discarded" {
		return "<s>" + s + "</s>"
	}
	return s
}

// postAround is what a manager should know before pressing.
func postAround(v store.PostView, note int) string {
	lines := []string{"📣 " + networkNames(v.Version.Networks) + ", " + postTime(v)}
	if note > 0 {
		lines = append(lines, "👁 "+line(cmp.Or(v.Version.Alt, "no alt text"), note))
	}
	if v.Approval.State != "pending" {
		return strings.Join(lines, "\n")
	}
	if v.Version.PhotoWhy != "" && note > 0 {
		lines = append(lines, "🖼 "+line(v.Version.PhotoWhy, note))
	}
	for _, w := range v.Version.Warnings[:min(len(v.Version.Warnings), 5)] {
		lines = append(lines, "⚠️ "+line(w, max(note, 60)))
	}
	if missing := unreached(v); missing != "" {
		lines = append(lines, "🔌 "+missing)
	}
	return strings.Join(lines, "\n")
}

// unreached says which of the post's networks the restaurant's account does not reach.
func unreached(v store.PostView) string {
	var names []string
	for _, n := range v.Version.Networks {
		if !slices.Contains(v.Connected, n) {
			names = append(names, n)
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case len(v.Connected) == 0:
		return notConnected(v.Version.Networks) + " yet. It can be sent once the client has connected."
	}
	return notConnected(names) + ": the post leaves it out."
}

// notConnected is the beginning of a sentence.
func notConnected(all []string) string {
	if len(all) == 1 {
		return networkNames(all) + " is not connected"
	}
	return networkNames(all) + " are not connected"
}

func networkNames(all []string) string {
	var names []string
	for _, n := range all {
		names = append(names, map[string]string{store.Instagram: "Instagram", store.Facebook: "Facebook"}[n])
	}
	return strings.Join(names, " and ")
}

// postTime is when it is published, where the restaurant is.
func postTime(v store.PostView) string {
	if v.Version.PublishAt == nil {
		return "as soon as it is sent"
	}
	return in(*v.Version.PublishAt, v.Zone).Format("Mon 2 Jan") + " at " + clockTime(*v.Version.PublishAt, v.Zone)
}

// postFooter is what became of it.
func postFooter(v store.PostView, now time.Time) string {
	a := v.Approval
	by := ""
	if a.DecidedAt != nil {
		by = fmt.Sprintf(" by %s, %s", line(cmp.Or(a.DecidedName, "a manager"), 60), stamp(*a.DecidedAt, a.CreatedAt, v.Zone))
	}
	switch a.State {
	case "pending":
		if t := v.Version.PublishAt; t != nil && !t.After(now) {
			return "⌛ That time has passed. Choose another one with Later."
		}
		return ""
	case "sent":
		return "✅ Sent" + by + published(v)
	case "redone":
		return "🔁 Sent back" + by + hint(a.Hint) + below
	case "discarded":
		return "🗑 Discarded" + by
	}
	return "⌛ Out of date." + below
}

// below: the version that takes its place has a card of its own, sooner or later.
const below = "\nThe next version comes below."

// published is how far it has come in each network.
func published(v store.PostView) (s string) {
	for _, p := range v.Publications {
		name := networkNames([]string{p.Network})
		switch p.State {
		case "published":
			s += "\n🟢 " + name + ": live"
			if p.Permalink != "" {
				s += fmt.Sprintf(` · <a href="%s">open</a>`, esc(p.Permalink))
			}
		case "failed", "asked", "held", "withdrawn":
			s += "\n" + map[string]string{"failed": "❌ ", "asked": "❓ ", "held": "✋ ", "withdrawn": "↩️ "}[p.State] + name + ": " + line(cmp.Or(p.Fault, p.State), 200)
		case "unknown":
			s += "\n⏳ " + name + ": no answer yet; I look whether it is there."
		default:
			s += "\n⏳ " + name + ": " + waitsFor(v, p)
		}
	}
	return s
}

func waitsFor(v store.PostView, p store.Publication) string {
	if v.Version.PublishAt != nil && p.State == "due" {
		return "waits for its time"
	}
	if p.Fault != "" {
		return line(p.Fault, 200)
	}
	return "on its way"
}

// The buttons of a post. Their codes are their own: an id of a post is none of a card.
const (
	tapPostSend    = "ps"
	tapPostEdit    = "pe"
	tapPostRedo    = "pr"
	tapPostDiscard = "pd"
	tapPostLater   = "pl"
	tapPostPhoto   = "pp"
	tapPostNow     = "pn" // times: at once, today, tomorrow
	tapPostToday   = "pt"
	tapPostNoon    = "pm"
)

// postButtons are what can be done now. Only a pending approval has one that begins with Send.
func postButtons(v store.PostView) [][]Button {
	if v.Approval.State != "pending" {
		return nil
	}
	tap := func(text, code string) Button { return Button{Text: text, Data: postTap(code, v.Approval)} }
	return [][]Button{
		{tap("✅ Send", tapPostSend), tap("✏️ Edit", tapPostEdit), tap("🔁 Redo", tapPostRedo)},
		{tap("🗑 Discard", tapPostDiscard), tap("⏰ Later", tapPostLater), tap("🖼 Other photo", tapPostPhoto)},
	}
}

func postTap(code string, a store.PostApproval) string {
	return tapData(code, store.ApprovalID(a.ID), a.ContentHash)
}
