package telegram

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"marketa/internal/language"
	"marketa/stages"
	"marketa/store"
)

// profile shows what is known about a restaurant on one screen: by name, or as a reply to a card, or in its topic.
func (b *Bot) profile(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	id, ok, err := b.restaurantMeant(ctx, tx, msg)
	if err != nil {
		return err
	}
	if !ok {
		name := arguments(msg.Text)
		all, err := tx.Directory(ctx, store.ChatID{})
		if err != nil {
			return err
		}
		found := living(likeliest(all, store.ChatLine{}, name))
		e, one := only(found, name)
		if !one {
			return b.show(ctx, tx, msg, m, chooseFor(verbProfile, "profile", found, name, tx.Now))
		}
		id = e.ID
	}
	s, err := b.profileOf(ctx, tx, id)
	if err != nil {
		return err
	}
	return b.show(ctx, tx, msg, m, s)
}

// known is all that the screen shows.
type known struct {
	store.Dossier
	profile    store.Profile
	missing    []stages.Need
	photos     store.GalleryCount
	rules      []store.PhotoRule
	connection store.Connection
	connected  bool
	billing    store.Billing
}

// profileOf reads one restaurant's profile under its own rights.
func (b *Bot) profileOf(ctx context.Context, tx *store.Tx, id store.RestaurantID) (screen, error) {
	k, err := readKnown(ctx, tx, id)
	if err != nil {
		return screen{}, err
	}
	return screen{html: profileText(k, tx.Now), rows: [][]store.NoticeButton{{button("🍽 Restaurant", data(verbOpen, short64(id))), button("🕓 History", data(verbHistory, short64(id)))}}}, nil
}

func readKnown(ctx context.Context, tx *store.Tx, id store.RestaurantID) (k known, err error) {
	if k.Dossier, err = tx.Dossier(ctx, id); err != nil {
		return k, err
	}
	return k, tx.Within(ctx, id, func(tx *store.Tx) (err error) {
		if k.profile, err = tx.Profile(ctx); err != nil {
			return err
		}
		if k.missing, err = tx.Missing(ctx); err != nil {
			return err
		}
		if k.photos, err = tx.CountGallery(ctx); err != nil {
			return err
		}
		if k.rules, err = tx.ActiveRules(ctx); err != nil {
			return err
		}
		if k.connection, k.connected, err = tx.Connection(ctx); err != nil {
			return err
		}
		k.billing, err = tx.Billing(ctx, id)
		return err
	})
}

// profileText is the screen in the roomiest way that Telegram takes.
func profileText(k known, now time.Time) (text string) {
	for _, room := range []int{700, 300, 120, 40} {
		if text = drawProfile(k, now, room); units(text) <= maxUnits {
			return text
		}
	}
	return trim(text, maxUnits)
}

// drawProfile gives every section so many units.
func drawProfile(k known, now time.Time, room int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "🗂 <b>%s</b> · %s", line(k.Name, 100), line(stages.Stage(k.Stage).Plain(), 40))
	if text := missingText(k.missing); text != "" {
		s.WriteString("\n" + text)
	}
	var empty []string
	for _, section := range store.Sections() {
		if lines := k.profile.Lines(section); len(lines) > 0 {
			s.WriteString("\n\n" + sectionText(section, lines, k.Zone, now, room))
		} else if section != store.SectionHandover {
			empty = append(empty, title(section))
		}
	}
	for _, o := range k.profile.Others {
		fmt.Fprintf(&s, "\n\n<b>%s:</b> %s", line(strings.ReplaceAll(o.Key, "_", " "), 40), value(o.Text, room)+noted(o.Noted, k.Zone, now))
	}
	if len(empty) > 0 {
		s.WriteString("\n\nNothing yet: " + strings.ToLower(strings.Join(empty, ", ")) + ".")
	}
	s.WriteString("\n\n" + photosText(k) + "\n" + connectionText(k) + "\n" + paidText(k))
	return s.String()
}

// missingText is what the stage waits for.
func missingText(all []stages.Need) string {
	if len(all) == 0 {
		return ""
	}
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = esc(n.Words)
	}
	return "🧩 Missing: " + strings.Join(words, " · ") + "\nNext: " + esc(all[0].Next)
}

func title(s store.Section) string {
	if s == store.SectionUSP {
		return "What only they have"
	}
	return map[store.Section]string{store.SectionHours: "Hours", store.SectionLanguages: "Languages", store.SectionTone: "Tone", store.SectionBrand: "Brand", store.SectionDishes: "Dishes",
		store.SectionDirectives: "Wishes for posts", store.SectionRules: "Rules", store.SectionHandover: "Handover notes (ours)"}[s]
}

// mostLines is how many lines of a section are shown one by one.
const mostLines = 5

// sectionText is a section with who said it and when; what is long can be opened.
func sectionText(section store.Section, lines []store.Said, zone string, now time.Time, room int) string {
	head := "<b>" + title(section) + ":</b>"
	if section == store.SectionLanguages {
		lines[0].Text = languageNames(lines[0].Text)
	}
	if len(lines) == 1 {
		return head + " " + value(keyed(section, lines[0]), room) + noted(lines[0].Noted, zone, now)
	}
	var rows []string
	for _, l := range lines {
		rows = append(rows, "• "+short(oneLine(keyed(section, l)), room)+noted(l.Noted, zone, now))
	}
	shown := strings.Join(rows[:min(len(rows), mostLines)], "\n")
	if len(rows) > mostLines {
		shown += fmt.Sprintf("\n… and %d more", len(rows)-mostLines)
		if all := strings.Join(rows, "\n"); units(all) <= 2*room {
			return head + "\n<blockquote expandable>" + all + "</blockquote>"
		}
	}
	return head + "\n" + shown
}

func keyed(section store.Section, l store.Said) string {
	if section == store.SectionBrand && l.Key != "" && l.Key != string(section) {
		return l.Key + ": " + l.Text
	}
	return l.Text
}

func languageNames(codes string) string {
	var out []string
	for _, c := range strings.Split(codes, ", ") {
		out = append(out, language.Name(c))
	}
	return strings.Join(out, ", ")
}

// longValue is what fills more than two lines on a phone.
const longValue = 90

// value is short as it stands, long in a quote that opens.
func value(text string, room int) string {
	text = short(oneLine(text), room)
	if units(text) > longValue {
		return "<blockquote expandable>" + text + "</blockquote>"
	}
	return text
}

// noted is who has said it, and when.
func noted(n store.Noted, zone string, now time.Time) string {
	when := in(n.At, zone).Format("2 Jan")
	if in(n.At, zone).Year() != in(now, zone).Year() {
		when = in(n.At, zone).Format("2 Jan 2006")
	}
	return " <i>· " + line(strings.TrimPrefix(n.Source+", "+when, ", "), 60) + "</i>"
}

func photosText(k known) string {
	s := fmt.Sprintf("🖼 %s, %d looked at", plural(k.photos.All, "photo", "photos"), k.photos.Known)
	if k.photos.Failed > 0 {
		s += fmt.Sprintf(", %d could not be", k.photos.Failed)
	}
	if len(k.rules) == 0 {
		return s + " · no photo rules"
	}
	var words []string
	for _, r := range k.rules {
		words = append(words, fmt.Sprintf("%d. %s", r.N, line(r.Words, 60)))
	}
	return s + " · " + plural(len(k.rules), "photo rule", "photo rules") + ": " + trim(strings.Join(words, "; "), 250)
}

func connectionText(k known) string {
	c := k.connection
	switch {
	case !k.connected || c.State == store.ConnectionRevoked:
		return "🔌 Not connected"
	case !c.Active():
		return "🔌 Connection broken: " + line(cmp.Or(c.Fault, "nobody knows why yet"), 150)
	case c.IGName != "":
		return "🔌 Connected: " + line(c.PageName, 60) + " · Instagram @" + line(c.IGName, 60)
	}
	return "🔌 Connected: " + line(c.PageName, 60) + " · no Instagram account"
}

func paidText(k known) string {
	sub := k.billing.Subscription
	switch {
	case sub == nil && k.billing.Order != nil:
		return "💳 A payment link is open"
	case sub == nil:
		return "💳 Not paid yet"
	case sub.FailedAt != nil:
		return "💳 A payment is missing since " + in(*sub.FailedAt, k.Zone).Format("2 Jan")
	case sub.FirstPaidAt == nil:
		return "💳 Subscription " + line(strings.ReplaceAll(sub.Status, "_", " "), 40)
	case sub.PeriodEnd != nil:
		return "💳 Paid until " + in(*sub.PeriodEnd, k.Zone).Format("2 Jan 2006")
	}
	return "💳 Paid"
}

const mostHistory = 25

// historyOf is what was noted, the newest first.
func (b *Bot) historyOf(ctx context.Context, tx *store.Tx, id store.RestaurantID) (screen, error) {
	d, err := tx.Dossier(ctx, id)
	if err != nil {
		return screen{}, err
	}
	var lines []store.ProfileLine
	var moves []store.StageEvent
	if err := tx.Within(ctx, id, func(tx *store.Tx) error {
		if lines, err = tx.AllHistory(ctx, mostHistory); err == nil {
			moves, err = tx.StageEvents(ctx, mostMoves)
		}
		return err
	}); err != nil {
		return screen{}, err
	}
	text := "🕓 <b>" + line(d.Name, 100) + "</b>: what was noted, the newest first"
	if len(lines) == 0 {
		text += "\nnothing yet"
	}
	for _, l := range lines {
		what := "\n• " + line(cmp.Or(strings.ReplaceAll(string(l.Section), "_", " "), l.Key), 40) + ": " + line(l.Text, 120)
		if l.Gone {
			what = "\n• " + line(string(l.Section), 40) + ": no longer " + line(l.Text, 120)
		}
		if l.By != "" {
			l.Source += ", released by " + l.By
		}
		text += what + noted(l.Noted, d.Zone, tx.Now)
	}
	if len(moves) > 0 {
		text += "\n\n<b>Stages</b>"
	}
	for _, m := range moves {
		text += fmt.Sprintf("\n• %s: %s → %s, %s", in(m.At, d.Zone).Format("2 Jan"), line(stages.Stage(m.FromStage).Plain(), 30), line(stages.Stage(m.ToStage).Plain(), 30), line(m.Cause, 100))
	}
	return screen{html: trim(text, maxUnits), rows: [][]store.NoticeButton{line1("🗂 Profile", data(verbProfile, short64(id)))}}, nil
}

// touchProfile judges presses that lead to a profile.
func (b *Bot) touchProfile(ctx context.Context, tx *store.Tx, t touched) (handled bool, err error) {
	if t.verb != verbProfile && t.verb != verbHistory {
		return false, nil
	}
	var id store.RestaurantID
	if !parse64(t.arg(0), &id) {
		return true, refuseTouch(ctx, tx, t, goneWords)
	}
	draw := b.profileOf
	if t.verb == verbHistory {
		draw = b.historyOf
	}
	s, err := draw(ctx, tx, id)
	if err != nil {
		return true, orGone(ctx, tx, t, err)
	}
	return true, b.turnTo(ctx, tx, t, s)
}
