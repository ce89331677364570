package telegram

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"marketa/internal/language"
	"marketa/store"
)

// The fixed texts on screens: what may leave without a card, once an owner has said yes to exactly that.

const (
	verbTexts    = "fx"
	verbText     = "ft" // key
	verbTextOn   = "fo" // key
	verbTextOff  = "ff" // key
	verbTextYes  = "fy" // version, beginning of its hash
	verbTextEdit = "fe" // key, language
	verbTextStop = "fs"
	verbTextGo   = "fg"
)

// texts is /texts: the list, or "/texts hours …" to change the agency's hours.
func (b *Bot) texts(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	if rest, ok := strings.CutPrefix(arguments(msg.Text), "hours"); ok && strings.TrimSpace(rest) != "" {
		return b.officeHours(ctx, tx, msg, m, strings.TrimSpace(rest))
	}
	s, err := textsScreen(ctx, tx)
	if err != nil {
		return err
	}
	return b.show(ctx, tx, msg, m, s)
}

func textsScreen(ctx context.Context, tx *store.Tx) (screen, error) {
	o, err := tx.Office(ctx)
	if err != nil {
		return screen{}, err
	}
	all, err := tx.FixedTexts(ctx)
	if err != nil {
		return screen{}, err
	}
	s := screen{html: "<b>Fixed texts</b>\nThey leave without a card, word for word as an owner has approved them.\n\n🕘 The office: " + officeText(o) +
		"\nTo change it: <code>/texts hours 9:00-18:00 Mon-Fri Europe/Rome</code>\n"}
	if o.StoppedAt != nil {
		s.html += "\n🛑 <b>All stopped</b> by " + line(o.StoppedName, 60) + ", " + stamp(*o.StoppedAt, tx.Now, o.Zone) + ". Nothing leaves.\n"
	}
	for _, f := range all {
		s.html += "\n" + textState(f) + " <b>" + line(f.Title, 60) + "</b>: " + textLine(f, o.Zone)
		s.rows = append(s.rows, line1("📄 "+f.Title, data(verbText, f.Key)))
	}
	if o.StoppedAt != nil {
		s.rows = append(s.rows, line1("▶️ Allow again", data(verbTextGo)))
	} else {
		s.rows = append(s.rows, line1("🛑 Stop all", data(verbTextStop)))
	}
	return s, nil
}

func officeText(o store.Office) string {
	var days []string
	for _, d := range o.Days {
		days = append(days, time.Weekday(d % 7).String()[:3])
	}
	now := "closed now"
	if o.OpenNow {
		now = "open now"
	}
	return fmt.Sprintf("%s, %s–%s, %s (%s)", strings.Join(days, " "), o.Opens, o.Closes, line(o.Zone, 40), now)
}

func textState(f store.FixedText) string {
	if f.On && f.Version > 0 {
		return "🟢"
	}
	return "⚪"
}

// textLine is the state in a few words.
func textLine(f store.FixedText, zone string) string {
	var s string
	switch {
	case f.Version == 0:
		return "off. No owner has approved it yet; nothing is sent."
	case f.On:
		s = fmt.Sprintf("on, %d of %d sent today", f.Today, f.PerDay)
	default:
		s = "off"
		if f.SwitchedName != "" {
			s += ", switched by " + line(f.SwitchedName, 60)
		}
	}
	s += ". Approved by " + line(f.ApprovedName, 60) + ", " + in(*f.ApprovedAt, zone).Format("2 Jan 2006") + "."
	if f.Waiting() {
		s += " A new wording waits for an owner."
	}
	return s
}

func textScreen(ctx context.Context, tx *store.Tx, key string) (screen, error) {
	o, err := tx.Office(ctx)
	if err != nil {
		return screen{}, err
	}
	f, ok, err := fixedText(ctx, tx, key)
	if err != nil || !ok {
		return screen{html: goneWords, rows: [][]store.NoticeButton{line1("« All texts", data(verbTexts))}}, err
	}
	s := screen{html: fmt.Sprintf("%s <b>%s</b>: %s\n%s\n\n", textState(f), line(f.Title, 60), textLine(f, o.Zone), budgetText(f))}
	if f.Waiting() && f.Version > 0 {
		s.html += "<b>The new wording</b>, by " + line(f.Newest.ByName, 60) + ", as it would read now:\n"
	} else {
		s.html += "<b>As it would read now:</b>\n"
	}
	var edits []store.NoticeButton
	for _, code := range slices.Sorted(maps.Keys(f.Newest.Wordings)) {
		s.html += language.Name(code) + "\n<blockquote>" + short(f.Newest.Samples[code], 600) + "</blockquote>\n"
		edits = append(edits, button("✏️ "+language.Name(code), data(verbTextEdit, f.Key, code)))
	}
	if f.Waiting() {
		s.rows = append(s.rows, line1("✅ Approve in every language", data(verbTextYes, short64(f.Newest.ID), base64.RawURLEncoding.EncodeToString(f.Newest.Hash[:hashBytes]))))
	}
	switch {
	case f.On:
		s.rows = append(s.rows, line1("⛔ Turn off", data(verbTextOff, f.Key)))
	case f.Version > 0:
		s.rows = append(s.rows, line1("🟢 Turn on", data(verbTextOn, f.Key)))
	}
	for part := range slices.Chunk(edits, 3) {
		s.rows = append(s.rows, part)
	}
	s.rows = append(s.rows, line1("« All texts", data(verbTexts)))
	return s, nil
}

func budgetText(f store.FixedText) string {
	when := map[string]string{"closed": "Only while the office is closed", "open": "Only while the office is open", "any": "At any time"}[f.Office]
	return fmt.Sprintf("%s; at most once per chat in %s, %d a day for one restaurant, %d a day in all. Never while a colleague writes.", when, ago(f.Every), f.PerRestaurant, f.PerDay)
}

func fixedText(ctx context.Context, tx *store.Tx, key string) (store.FixedText, bool, error) {
	all, err := tx.FixedTexts(ctx)
	if err != nil {
		return store.FixedText{}, false, err
	}
	i := slices.IndexFunc(all, func(f store.FixedText) bool { return f.Key == key })
	if i < 0 {
		return store.FixedText{}, false, nil
	}
	return all[i], true, nil
}

// touchTexts judges a press on one of these screens.
func (b *Bot) touchTexts(ctx context.Context, tx *store.Tx, t touched) (known bool, err error) {
	who := t.manager.TelegramID
	switch t.verb {
	case verbTexts:
		return true, b.backToTexts(ctx, tx, t)
	case verbText:
		return true, b.turnToText(ctx, tx, t, t.arg(0))
	case verbTextOn, verbTextOff:
		out, err := tx.SwitchFixed(ctx, who, t.arg(0), t.verb == verbTextOn)
		if err != nil || refusedText(out) != "" {
			return true, orRefuse(ctx, tx, t, out, err)
		}
		return true, b.turnToText(ctx, tx, t, t.arg(0))
	case verbTextStop, verbTextGo:
		out, err := tx.SwitchFixed(ctx, who, "", t.verb == verbTextGo)
		if err != nil || refusedText(out) != "" {
			return true, orRefuse(ctx, tx, t, out, err)
		}
		return true, b.backToTexts(ctx, tx, t)
	case verbTextYes:
		return true, b.approveText(ctx, tx, t)
	case verbTextEdit:
		return true, b.askWording(ctx, tx, t)
	}
	return false, nil
}

func (b *Bot) backToTexts(ctx context.Context, tx *store.Tx, t touched) error {
	s, err := textsScreen(ctx, tx)
	if err != nil {
		return err
	}
	return b.turnTo(ctx, tx, t, s)
}

func (b *Bot) turnToText(ctx context.Context, tx *store.Tx, t touched, key string) error {
	s, err := textScreen(ctx, tx, key)
	if err != nil {
		return err
	}
	return b.turnTo(ctx, tx, t, s)
}

func orRefuse(ctx context.Context, tx *store.Tx, t touched, outcome string, err error) error {
	if err != nil {
		return err
	}
	return refuseTouch(ctx, tx, t, refusedText(outcome))
}

// refusedText is empty for what went well, or was so already.
func refusedText(outcome string) string {
	switch outcome {
	case "denied":
		return "Only an owner may approve a text or turn one on. Every manager may turn it off."
	case "unapproved":
		return "An owner has to approve it first."
	case "stale":
		return "The wording has changed since you looked at it. Open it again and read it once more."
	case "gone":
		return goneWords
	}
	return ""
}

// approveText is an owner's yes to exactly what the screen showed.
func (b *Bot) approveText(ctx context.Context, tx *store.Tx, t touched) error {
	var id store.FixedVersionID
	ok := parse64(t.arg(0), &id)
	hash, err := base64.RawURLEncoding.DecodeString(t.arg(1))
	if !ok || err != nil || len(hash) != hashBytes {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	all, err := tx.FixedTexts(ctx)
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.Newest.ID != id {
			continue
		}
		seen := f.Newest.Hash
		if !bytes.HasPrefix(seen, hash) {
			seen = hash
		}
		out, err := tx.ApproveFixed(ctx, t.manager.TelegramID, f.Newest.ID, seen)
		if err != nil || refusedText(out) != "" {
			return orRefuse(ctx, tx, t, out, err)
		}
		return b.turnToText(ctx, tx, t, f.Key)
	}
	return refuseTouch(ctx, tx, t, refusedText("stale"))
}

// askWording asks for another wording in one language.
func (b *Bot) askWording(ctx context.Context, tx *store.Tx, t touched) error {
	if !t.manager.Decides() {
		return refuseTouch(ctx, tx, t, deniedWords)
	}
	key, code := t.arg(0), t.arg(1)
	f, ok, err := fixedText(ctx, tx, key)
	if err != nil {
		return err
	}
	if !ok || f.Newest.Wordings[code] == "" {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	ask, err := tx.OpenAsk(ctx, store.Ask{ManagerID: t.manager.ID, TgChatID: t.chat, Kind: "wording", Subject: store.Subject{Text: key + ":" + code}})
	if err != nil {
		return err
	}
	html := fmt.Sprintf(editMark+"%s, reply to this message with the new %s wording of “%s”. An owner approves it before it is used.\nFields: {day}, {opens_at}, {closes_at}, {first_name}, {restaurant}.\n\nNow (tap to copy):\n<code>%s</code>",
		mention(t.manager), language.Name(code), line(f.Title, 60), esc(f.Newest.Wordings[code]))
	if err := tx.Tell(ctx, store.Notice{TgChatID: &t.chat, Kind: "ask", HTML: html, ReplyTo: &t.message, AskID: ask, ThreadID: threadOf(t.query.Message.Message)}, ""); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "")
}

// reword takes the answer: a new version that waits for an owner.
func (b *Bot) reword(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	key, code, _ := strings.Cut(a.Subject.Text, ":")
	out, err := tx.ProposeFixed(ctx, m.TelegramID, key, code, strings.TrimSpace(clean(msg.Text)))
	if err != nil {
		return err
	}
	switch out.Outcome {
	case "ok":
	case "field":
		return say(ctx, tx, msg, "⚠️ I do not know {"+line(out.Reason, 60)+"}. Fields are {day}, {opens_at}, {closes_at}, {first_name}, {restaurant}. Nothing was changed; reply to my question once more.")
	case "length":
		return say(ctx, tx, msg, "⚠️ A fixed text has between 1 and 600 characters. Nothing was changed; reply to my question once more.")
	case "same":
		return say(ctx, tx, msg, "That is how it reads already.")
	default:
		return say(ctx, tx, msg, "⚠️ "+esc(refusedText(out.Outcome)))
	}
	if err := tx.CloseAsk(ctx, a.ID); err != nil {
		return err
	}
	s, err := textScreen(ctx, tx, key)
	if err != nil {
		return err
	}
	return b.show(ctx, tx, msg, m, s)
}

var hoursForm = regexp.MustCompile(`^(\d{1,2}(?::\d{2})?)\s*[-–]\s*(\d{1,2}(?::\d{2})?)(?:\s+([A-Za-z]{3})(?:\s*[-–]\s*([A-Za-z]{3}))?)?(?:\s+([A-Za-z_]+/[A-Za-z_/]+|UTC))?$`)

// officeHours changes the agency's hours: "9:00-18:00 Mon-Fri Europe/Rome"; what is left out stays.
func (b *Bot) officeHours(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, said string) error {
	const how = "Write for example <code>/texts hours 9:00-18:00 Mon-Fri Europe/Rome</code>."
	o, err := tx.Office(ctx)
	if err != nil {
		return err
	}
	p := hoursForm.FindStringSubmatch(said)
	if p == nil {
		return say(ctx, tx, msg, "I do not understand these hours. "+how)
	}
	o.Opens, o.Closes = clockOf(p[1]), clockOf(p[2])
	if o.Opens == "" || o.Closes == "" {
		return say(ctx, tx, msg, "There is no such time. "+how)
	}
	if p[3] != "" {
		if o.Days = daysBetween(p[3], p[4]); len(o.Days) == 0 {
			return say(ctx, tx, msg, "I do not know these days. "+how)
		}
	}
	if p[5] != "" {
		o.Zone = p[5]
	}
	out, err := tx.SetOffice(ctx, m.TelegramID, o)
	if err != nil {
		return err
	}
	switch out {
	case "denied":
		return say(ctx, tx, msg, "Only an owner may change the office's hours.")
	case "zone":
		return say(ctx, tx, msg, "I do not know the time zone “"+line(o.Zone, 40)+"”. "+how)
	case "hours":
		return say(ctx, tx, msg, "It has to open before it closes. "+how)
	}
	s, err := textsScreen(ctx, tx)
	if err != nil {
		return err
	}
	return b.show(ctx, tx, msg, m, s)
}

// clockOf is 09:00 for "9" and "9:00"; empty for what is no time.
func clockOf(s string) string {
	if !strings.Contains(s, ":") {
		s += ":00"
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return ""
	}
	return t.Format("15:04")
}

// daysBetween are the days from one to the other, 1 is Monday; none for words that are no days.
func daysBetween(from, to string) (out []int32) {
	names := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	a := slices.Index(names, strings.ToLower(from))
	z := a
	if to != "" {
		z = slices.Index(names, strings.ToLower(to))
	}
	if a < 0 || z < 0 {
		return nil
	}
	for i := a; ; i = (i + 1) % 7 {
		out = append(out, int32(i+1))
		if i == z {
			return out
		}
	}
}
