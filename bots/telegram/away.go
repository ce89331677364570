package telegram

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// touchSelf is what everybody says about himself: away, back, the deputy.
func (b *Bot) touchSelf(ctx context.Context, tx *store.Tx, t touched) error {
	switch t.verb {
	case verbAway:
		return b.turnTo(ctx, tx, t, awayQuestion(t.manager, tx.Now))
	case verbAwayFor:
		days, err := strconv.Atoi(t.arg(0))
		if err != nil || days < 0 || days > 365 {
			return refuseTouch(ctx, tx, t, goneWords)
		}
		until := dayEnd(in(tx.Now, HomeZone).AddDate(0, 0, days))
		return b.leave(ctx, tx, t, &until)
	case verbBack:
		return b.leave(ctx, tx, t, nil)
	case verbDeputies:
		return b.chooseDeputy(ctx, tx, t)
	}
	return b.setDeputy(ctx, tx, t)
}

func awayQuestion(m store.Manager, now time.Time) screen {
	s := screen{html: fmt.Sprintf(awayMark+"%s, until when are you away? Tap, or reply to this message with the last day, like 24 Dec or 2026-12-24. Your cards go to your deputy meanwhile, or to all others.", mention(m)),
		ask: &store.Ask{Kind: "away"}}
	s.rows = [][]store.NoticeButton{{button("Today", data(verbAwayFor, "0")), button("3 days", data(verbAwayFor, "2")), button("1 week", data(verbAwayFor, "6"))}}
	if m.Away(now) {
		s.rows = append(s.rows, line1("👋 I am back", data(verbBack)))
	}
	s.rows = append(s.rows, line1("◀️ The team", data(verbTeam)))
	return s
}

// dayEnd is the midnight that ends a day.
func dayEnd(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, day.Location())
}

// leave notes an absence, or its end, and shows it in the place of the question.
func (b *Bot) leave(ctx context.Context, tx *store.Tx, t touched, until *time.Time) error {
	if err := quit(ctx, tx, t.manager, t.chat, "away"); err != nil {
		return err
	}
	words, err := b.absent(ctx, tx, t.manager, until)
	if err != nil {
		return err
	}
	return b.turnTo(ctx, tx, t, awayScreen(words, until))
}

func awayScreen(words string, until *time.Time) screen {
	s := screen{html: words}
	if until != nil {
		s.rows = append(s.rows, line1("👋 I am back", data(verbBack)))
	}
	s.rows = append(s.rows, line1("👥 The team", data(verbTeam)))
	return s
}

// absent notes it and tells whoever gets the chats.
func (b *Bot) absent(ctx context.Context, tx *store.Tx, m store.Manager, until *time.Time) (words string, err error) {
	a, err := tx.SetAway(ctx, m.TelegramID, until)
	if err != nil {
		return "", err
	}
	if a.Outcome != "ok" {
		return esc(notOnTheTeam), nil
	}
	name := line(nameOr(m), 60)
	if until == nil {
		return "👋 " + name + " is back.", nil
	}
	words = fmt.Sprintf(awayMark+"%s is away until the end of %s.", name, in(until.Add(-time.Minute), HomeZone).Format("Monday, 2 January"))
	if a.Deputy == nil {
		if err := handedBack(ctx, tx, m, a.Handed, "is away"); err != nil {
			return "", err
		}
		return words + " Cards go to all others.", nil
	}
	if len(a.Handed) > 0 {
		if err := tx.Tell(ctx, store.Notice{TgChatID: a.Deputy, Kind: "reply", HTML: fmt.Sprintf("🤝 %s is away and you stand in: you write in <b>%s</b> now. Reply to the chat's card, or press Hand back there.", name, line(titles(a.Handed), 300))}, ""); err != nil {
			return "", err
		}
	}
	return words + " Cards go to " + line(a.DeputyName, 60) + ".", nil
}

// leaveOn takes the answer to the question for the last day.
func (b *Bot) leaveOn(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	day, ok := dayIn(clean(msg.Text), in(tx.Now, HomeZone))
	if !ok {
		return say(ctx, tx, msg, "I do not understand that day. Write it like 24 Dec, 24.12. or 2026-12-24; it must not be over, and at most a year away.")
	}
	if err := tx.CloseAsk(ctx, a.ID); err != nil {
		return err
	}
	until := dayEnd(day)
	words, err := b.absent(ctx, tx, m, &until)
	if err != nil {
		return err
	}
	return b.inPlace(ctx, tx, msg, m, a, awayScreen(words, &until))
}

// dayIn reads a day as people write it: the next such one where the year is left out.
func dayIn(words string, now time.Time) (day time.Time, ok bool) {
	words = strings.Trim(oneLine(words), " .")
	if strings.EqualFold(words, "today") {
		return now, true
	}
	if strings.EqualFold(words, "tomorrow") {
		return now.AddDate(0, 0, 1), true
	}
	for i := range 7 {
		if d := now.AddDate(0, 0, i); strings.EqualFold(words, d.Weekday().String()) {
			return d, true
		}
	}
	for _, form := range []string{"2006-01-02", "2.1.2006", "2/1/2006", "2 Jan 2006", "2 January 2006"} {
		if d, err := time.ParseInLocation(form, words, now.Location()); err == nil {
			return d, inReach(d, now)
		}
	}
	for _, form := range []string{"2.1", "2/1", "2 Jan", "2 January", "Jan 2", "January 2"} {
		d, err := time.ParseInLocation(form, words, now.Location())
		if err != nil {
			continue
		}
		for year := now.Year(); year <= now.Year()+1; year++ {
			if next := time.Date(year, d.Month(), d.Day(), 0, 0, 0, 0, now.Location()); inReach(next, now) {
				return next, true
			}
		}
	}
	return day, false
}

func inReach(d, now time.Time) bool {
	return dayEnd(d).After(now) && d.Before(now.AddDate(1, 0, 0))
}

func (b *Bot) chooseDeputy(ctx context.Context, tx *store.Tx, t touched) error {
	all, err := tx.Managers(ctx)
	if err != nil {
		return err
	}
	s := screen{html: fmt.Sprintf("🤝 %s, who gets your cards while you are away?", mention(t.manager))}
	for _, x := range all {
		if x.Decides() && x.ID != t.manager.ID {
			s.rows = append(s.rows, line1(roleMarks[x.Role]+" "+cut(oneLine(nameOr(x)), 40), data(verbDeputy, short64(x.ID))))
		}
	}
	s.rows = append(s.rows, line1("Nobody: all others", data(verbDeputy)), line1("◀️ The team", data(verbTeam)))
	return b.turnTo(ctx, tx, t, s)
}

func (b *Bot) setDeputy(ctx context.Context, tx *store.Tx, t touched) error {
	var id store.ManagerID
	if t.arg(0) != "" && !parse64(t.arg(0), &id) {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	outcome, err := tx.SetDeputy(ctx, t.manager.TelegramID, id)
	if err != nil {
		return err
	}
	switch outcome {
	case "denied":
		return refuseTouch(ctx, tx, t, notOnTheTeam)
	case "gone":
		return refuseTouch(ctx, tx, t, "That person cannot stand in for you: a deputy must be somebody else who may decide.")
	}
	s := screen{html: fmt.Sprintf("🤝 Nobody stands in for %s: all others get the cards.", line(nameOr(t.manager), 60)), rows: [][]store.NoticeButton{line1("👥 The team", data(verbTeam))}}
	if id.IsZero() {
		return b.turnTo(ctx, tx, t, s)
	}
	d, err := tx.Manager(ctx, id)
	if err != nil {
		return err
	}
	s.html = fmt.Sprintf("🤝 %s stands in for %s.", line(nameOr(d), 60), line(nameOr(t.manager), 60))
	if err := b.tellMember(ctx, tx, d, fmt.Sprintf("🤝 You stand in for %s from now on: their cards come to you while they are away.", line(nameOr(t.manager), 60))); err != nil {
		return err
	}
	return b.turnTo(ctx, tx, t, s)
}
