package telegram

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"marketa/store"
)

// Later puts a card away for an hour at once; the card then offers other times, for whoever cares to choose.

// laterBy is how long one tap on Later puts a card away.
const laterBy = time.Hour

// laterChoices are the second keyboard, in its order. The codes travel in buttons.
func laterChoices() []struct{ code, label string } {
	return []struct{ code, label string }{{"l30", "30 min"}, {"l60", "1 hour"}, {"l180", "3 hours"}, {"l9", "Tomorrow 9:00"}}
}

// laterAt is when a card comes back that was put away with this button.
func laterAt(code string, now time.Time, zone string) (at time.Time, ok bool) {
	switch code {
	case tapLater, "l60":
		return now.Add(laterBy), true
	case "l30":
		return now.Add(30 * time.Minute), true
	case "l180":
		return now.Add(3 * time.Hour), true
	case "l9":
		return tomorrow(now, zone, 9, 0), true
	}
	return now, false
}

// tomorrow is a time of the next day where the restaurant is.
func tomorrow(now time.Time, zone string, hour, minute int) time.Time {
	t := in(now, zone)
	return time.Date(t.Year(), t.Month(), t.Day()+1, hour, minute, 0, 0, t.Location())
}

var (
	laterSpan     = regexp.MustCompile(`^(\d{1,3}) ?(m|min|mins|minutes?|h|hrs?|hours?|d|days?)$`)
	laterTomorrow = regexp.MustCompile(`^tomorrow(?: (?:at )?(\d{1,2})(?:[:.](\d\d))?)?$`)
)

// longestLater is as far as a card can be put away.
const longestLater = 14 * 24 * time.Hour

// laterSaid reads "later 2h" and "later tomorrow" as a person types it; without the first word only on a card that is put
// away already, for "tomorrow" may be an answer to the client.
func laterSaid(text string, now time.Time, zone string, away bool) (at time.Time, ok bool) {
	s := strings.ToLower(strings.Join(strings.Fields(strings.TrimRight(text, ".! ")), " "))
	rest, said := strings.CutPrefix(s, "later")
	switch {
	case said && rest == "":
		return now.Add(laterBy), away
	case said && rest[0] != ' ', !said && !away:
		return now, false
	}
	rest = strings.TrimPrefix(strings.TrimSpace(rest), "in ")
	if m := laterTomorrow.FindStringSubmatch(rest); m != nil {
		hour, minute := 9, 0
		if m[1] != "" {
			hour, _ = strconv.Atoi(m[1])
			minute, _ = strconv.Atoi(m[2])
		}
		return tomorrow(now, zone, hour, minute), hour < 24 && minute < 60
	}
	m := laterSpan.FindStringSubmatch(rest)
	if m == nil {
		return now, false
	}
	n, _ := strconv.Atoi(m[1])
	span := time.Duration(n) * map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[m[2][0]]
	return now.Add(span), span > 0 && span <= longestLater
}

// putAway answers a press on Later or on one of its times.
func (b *Bot) putAway(ctx context.Context, tx *store.Tx, t tapped) error {
	v := t.view
	if !t.manager.Decides() {
		return answer(ctx, tx, t.query, "!"+deniedWords)
	}
	at, ok := laterAt(t.code, tx.Now, v.Zone)
	if !ok {
		return answer(ctx, tx, t.query, "!This button does not work any more.")
	}
	put, err := tx.RemindAt(ctx, v.Approval, at)
	if err != nil {
		return err
	}
	if !put {
		return b.tooLate(ctx, tx, t, alreadyWords(v.State, v.DecidedName, v.DecidedAt, v.Zone))
	}
	if err := tx.LetGo(ctx, v.Approval, t.manager.ID); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, store.ShowApproval{Approval: v.Approval}); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "I bring it back at "+stamp(at, tx.Now, v.Zone)+".")
}

// putAwayInWords is the same as a reply to the card; done is false when the words are something else.
func (b *Bot) putAwayInWords(ctx context.Context, tx *store.Tx, m store.Manager, v store.View, text string) (done bool, err error) {
	if v.State != "pending" || !m.Decides() {
		return false, nil
	}
	until, err := tx.RemindedAt(ctx, v.Approval)
	if err != nil {
		return false, err
	}
	at, ok := laterSaid(text, tx.Now, v.Zone, until != nil)
	if !ok {
		return false, nil
	}
	if put, err := tx.RemindAt(ctx, v.Approval, at); err != nil || !put {
		return false, err
	}
	if err := tx.LetGo(ctx, v.Approval, m.ID); err != nil {
		return true, err
	}
	return true, tx.Enqueue(ctx, store.ShowApproval{Approval: v.Approval})
}
