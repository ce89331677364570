package telegram

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"marketa/store"
)

// pageSize is how many restaurants one list shows.
const pageSize = 8

// chooseHome asks to which restaurant a chat belongs. words narrow it down; page counts from 0.
func (b *Bot) chooseHome(ctx context.Context, tx *store.Tx, c store.ChatLine, words string, page int) (screen, error) {
	all, err := tx.Directory(ctx, c.ID)
	if err != nil {
		return screen{}, err
	}
	found := likeliest(all, c, words)
	s := screen{ask: &store.Ask{Kind: "belongs", Subject: store.Subject{Chat: c.ID}}}
	page = max(0, min(page, (len(found)-1)/pageSize))
	shown := found[min(page*pageSize, len(found)):min((page+1)*pageSize, len(found))]
	labels := apart(shown, tx.Now)
	for i, e := range shown {
		s.rows = append(s.rows, line1(labels[i], data(verbMove, short64(c.ID), short64(e.ID))))
	}
	var turn []store.NoticeButton
	if page > 0 {
		turn = append(turn, button("◀️ Back", data(verbPage, short64(c.ID), strconv.Itoa(page-1), words)))
	}
	if (page+1)*pageSize < len(found) {
		turn = append(turn, button("▶️ More", data(verbPage, short64(c.ID), strconv.Itoa(page+1), words)))
	}
	if len(turn) > 0 {
		s.rows = append(s.rows, turn)
	}
	s.html = homeQuestion(c, words, len(found), page)
	return s, nil
}

func homeQuestion(c store.ChatLine, words string, found, page int) string {
	who := "<b>" + line(cmp.Or(c.Title, c.Number, "this chat"), 60) + "</b>"
	switch {
	case found == 0 && words == "":
		return linkMark + "There is no other restaurant yet to which " + who + " could belong. /new NAME makes one, and then reply /link to the card."
	case found == 0:
		return linkMark + "No restaurant fits “" + line(words, 60) + "”. Reply to this message with another part of the name, or make it with /new " + line(words, 60) + "."
	}
	s := linkMark + "To which restaurant does " + who + " belong?"
	if c.Name != "" && c.Name != c.Title {
		s += " Now: " + line(c.Name, 60) + "."
	}
	if words != "" {
		s += " Those that fit “" + line(words, 60) + "”:"
	}
	if found > pageSize {
		s += fmt.Sprintf("\nPage %d of %d.", page+1, (found+pageSize-1)/pageSize)
	}
	return s + "\nTap one, or reply to this message with a part of the name."
}

// apart names restaurants so that each can be told from the others, also from those of the same name.
func apart(all []store.Entry, now time.Time) []string {
	labels, times := make([]string, len(all)), map[string]int{}
	for i, e := range all {
		labels[i] = label(e, now)
		times[labels[i]]++
	}
	nth := ages(all)
	for i, e := range all {
		if l := labels[i]; times[l] > 1 {
			labels[i] = fmt.Sprintf("%s · #%d", cut(l, 60), nth[e.ID])
		}
	}
	return labels
}

// ages numbers restaurants of one name by their age.
func ages(all []store.Entry) map[store.RestaurantID]int {
	nth := map[store.RestaurantID]int{}
	for _, e := range all {
		nth[e.ID] = 1
		for _, o := range all {
			if fold(o.Name) == fold(e.Name) && o.ID.String() < e.ID.String() {
				nth[e.ID]++
			}
		}
	}
	return nth
}

// label is a restaurant on a button.
func label(e store.Entry, now time.Time) string {
	mark := "🍽 "
	if e.SamePhone {
		mark = "📱 " // somebody of this chat writes there already
	}
	parts := []string{cut(oneLine(e.Name), 28), strings.ReplaceAll(e.Stage, "_", " ")}
	if e.Gone {
		parts[1] = "closed lead"
	}
	switch {
	case e.Chats != "" && fold(e.Chats) != fold(e.Name):
		parts = append(parts, cut(oneLine(e.Chats), 18))
	case e.Chats == "":
		parts = append(parts, "no chat yet")
	}
	if e.LastAt != nil {
		parts = append(parts, lately(*e.LastAt, now))
	} else {
		parts = append(parts, "since "+e.CreatedAt.Format("2 Jan"))
	}
	return cut(mark+strings.Join(parts, " · "), 60)
}

// lately is when somebody wrote last, as people say it.
func lately(t, now time.Time) string {
	switch days := int(now.Sub(t).Hours() / 24); {
	case days < 1:
		return "today"
	case days < 2:
		return "yesterday"
	default:
		return plural(days, "day", "days") + " ago"
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// chooseChat asks which chat is meant; words are carried on to the choice of the restaurant.
func chooseChat(found []store.ChatLine, words string, now time.Time) screen {
	s := screen{html: linkMark + "Which chat do you mean?"}
	for _, c := range found {
		s.rows = append(s.rows, line1(chatLabel(c, now), data(verbChat, short64(c.ID), words)))
	}
	return s
}

func chatLabel(c store.ChatLine, now time.Time) string {
	parts := []string{cut(oneLine(cmp.Or(c.Title, "No name")), 24)}
	if c.Name != c.Title {
		parts = append(parts, cut(oneLine(c.Name), 20))
	}
	if c.Kind == "direct" && len(c.Number) > 4 {
		parts = append(parts, "…"+c.Number[len(c.Number)-4:])
	}
	parts = append(parts, string(c.Channel))
	if c.LastAt != nil {
		parts = append(parts, lately(*c.LastAt, now))
	}
	return cut("💬 "+strings.Join(parts, " · "), 60)
}
