package telegram

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// HomeZone is where a restaurant's clock is until somebody says otherwise.
const HomeZone = "Europe/Rome"

const newHelp = "🆕 <code>/new NAME</code> makes a restaurant. A link from Google Maps works too, if the name stands in it, and so does the number or link of a task in Planfix."

var (
	planfixTask = regexp.MustCompile(`(?i)planfix\.|^(?:planfix|task)?\s*#?\s*\d{3,}$|/task/\d+`)
	mapsLink    = regexp.MustCompile(`(?i)^(https?://)?(maps\.app\.goo\.gl|goo\.gl/maps|g\.page|(www\.)?google\.[a-z.]+/maps|maps\.google\.[a-z.]+)\b`)
)

// newPlace makes a restaurant by its name or by a link from Maps, which is read and not fetched. As a reply to the card of a
// chat that nobody has placed, it gives that chat's own restaurant the name.
func (b *Bot) newPlace(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	if !m.Decides() {
		return say(ctx, tx, msg, esc(deniedWords))
	}
	if words := arguments(msg.Text); planfixTask.MatchString(words) {
		return b.newOfTask(ctx, tx, msg, m, words)
	}
	name, problem := placeName(arguments(msg.Text))
	if problem != "" {
		return say(ctx, tx, msg, problem)
	}
	if id, ok, err := b.ownLead(ctx, tx, msg, m); err != nil || ok {
		if err != nil {
			return err
		}
		if _, err := tx.RenameRestaurant(ctx, id, name, m.TelegramID); err != nil {
			return err
		}
		return b.show(ctx, tx, msg, m, named(id, name))
	}
	return b.makePlace(ctx, tx, msg, m, name)
}

// placeName reads a name out of what follows /new; problem says in plain words why there is none.
func placeName(words string) (name, problem string) {
	switch {
	case words == "":
		return "", newHelp
	case mapsLink.MatchString(words):
		if name = nameInMaps(words); name == "" {
			return "", "The name does not stand in this link, and I open no links. Please write it: <code>/new NAME</code>."
		}
		return name, ""
	case strings.Contains(words, "://"):
		return "", "I can read the name from links of Google Maps only. Please write it: <code>/new NAME</code>."
	case len([]rune(words)) > longestName:
		return "", fmt.Sprintf("A name has at most %d letters. Please write a shorter one.", longestName)
	}
	return words, ""
}

// nameInMaps is the place's name in https://www.google.com/maps/place/Trattoria+Uno/@44.49,11.34 or …?q=Trattoria+Uno.
func nameInMaps(link string) string {
	if !strings.Contains(link, "://") {
		link = "https://" + link
	}
	u, err := url.Parse(strings.Fields(link)[0])
	if err != nil {
		return ""
	}
	parts := strings.Split(u.EscapedPath(), "/")
	for i, p := range parts[:max(0, len(parts)-1)] {
		if p == "place" || p == "search" {
			return placeWords(parts[i+1])
		}
	}
	for _, key := range []string{"q", "query", "destination"} {
		if v := u.Query().Get(key); v != "" {
			return placeWords(url.QueryEscape(v))
		}
	}
	return ""
}

// placeWords decodes a part of a link; coordinates are no name.
func placeWords(part string) string {
	name, err := url.QueryUnescape(part)
	if err != nil || strings.HasPrefix(name, "@") {
		return ""
	}
	name, _, _ = strings.Cut(oneLine(clean(name)), ",")
	if fold(name) == "" || strings.Trim(name, "0123456789.-+°'\" NSEW") == "" {
		return ""
	}
	return cut(name, longestName)
}

// ownLead is the restaurant that a chat made for itself, confirmed now, if the message replies to such a chat's card.
func (b *Bot) ownLead(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) (id store.RestaurantID, ok bool, err error) {
	card, _, found, err := b.target(ctx, tx, msg)
	if err != nil || !found || card.ApprovalID.IsZero() {
		return id, false, err
	}
	v, err := tx.View(ctx, card.ApprovalID)
	if err != nil {
		return id, false, err
	}
	c, err := tx.ConfirmClient(ctx, v.ChatID, m.TelegramID)
	return c.Restaurant, err == nil && c.Outcome == "ok", err
}

func (b *Bot) makePlace(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, name string) error {
	all, err := tx.Directory(ctx, store.ChatID{})
	if err != nil {
		return err
	}
	id, ok, err := tx.MakeRestaurant(ctx, name, HomeZone, m.TelegramID)
	if err != nil {
		return err
	}
	if !ok {
		return say(ctx, tx, msg, esc(deniedWords))
	}
	s := screen{html: "🆕 <b>" + line(name, 100) + "</b> is there now, as a lead. Reply <code>/link " + line(name, 40) + "</code> to a client's card to bring the chat here.",
		rows: [][]store.NoticeButton{line1("🍽 Open", data(verbOpen, short64(id)))}}
	for _, e := range all {
		if fold(e.Name) == fold(name) && !e.Gone {
			s.html += "\n⚠️ There is another one of that name:"
			s.rows = append(s.rows, line1(label(e, tx.Now), data(verbOpen, short64(e.ID))))
			break
		}
	}
	return b.show(ctx, tx, msg, m, s)
}
