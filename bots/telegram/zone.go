package telegram

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// likelyZones are offered as buttons; any other is typed.
var likelyZones = []string{"Europe/Rome", "Europe/Berlin", "Europe/Madrid", "Europe/Paris", "Europe/Vienna", "Europe/Zurich",
	"Europe/London", "Europe/Lisbon", "Europe/Athens", "Europe/Warsaw", "Europe/Kyiv", "Europe/Istanbul"}

func zoneQuestion(d store.Dossier, m store.Manager) screen {
	s := screen{html: fmt.Sprintf(zoneMark+"%s, where is the clock of <b>%s</b>? Now: %s. Tap one, or reply to this message with another one, like <code>America/New_York</code>.", mention(m), line(d.Name, 100), esc(d.Zone)),
		ask: &store.Ask{Kind: "zone", Subject: store.Subject{Restaurant: d.ID}}}
	var row []store.NoticeButton
	for _, z := range likelyZones {
		_, city, _ := strings.Cut(z, "/")
		row = append(row, button(city, data(verbZone, short64(d.ID), z)))
		if len(row) == 3 {
			s.rows, row = append(s.rows, row), nil
		}
	}
	return s
}

// zoneOf checks a zone as people write it: "Europe/Rome", "europe/rome", "new york".
func zoneOf(words string) (zone string, ok bool) {
	words = strings.ReplaceAll(oneLine(clean(words)), " ", "_")
	for _, z := range likelyZones {
		if _, city, _ := strings.Cut(z, "/"); strings.EqualFold(city, words) || strings.EqualFold(z, words) {
			return z, true
		}
	}
	parts := strings.Split(strings.ToLower(words), "/")
	for i, p := range parts {
		bits := strings.Split(p, "_")
		for j, w := range bits {
			if w != "" {
				bits[j] = strings.ToUpper(w[:1]) + w[1:]
			}
		}
		parts[i] = strings.Join(bits, "_")
	}
	for _, z := range []string{words, strings.Join(parts, "/"), "Europe/" + strings.Join(parts, "/"), "America/" + strings.Join(parts, "/"), "Asia/" + strings.Join(parts, "/")} {
		if loc, err := time.LoadLocation(z); err == nil && strings.Contains(z, "/") && loc.String() == z {
			return z, true
		}
	}
	return "", false
}

func (b *Bot) setZone(ctx context.Context, tx *store.Tx, t touched, d store.Dossier, words string) error {
	zone, ok := zoneOf(words)
	if !ok {
		return refuseTouch(ctx, tx, t, "I do not know that zone.")
	}
	outcome, err := tx.RezoneRestaurant(ctx, d.ID, zone, t.manager.TelegramID)
	if err != nil {
		return err
	}
	if outcome != "ok" {
		return refuseTouch(ctx, tx, t, mappedWords(outcome, ""))
	}
	if err := quit(ctx, tx, t.manager, t.chat, "zone"); err != nil {
		return err
	}
	return b.turnTo(ctx, tx, t, zoned(d, zone, tx.Now))
}

func zoned(d store.Dossier, zone string, now time.Time) screen {
	return screen{html: fmt.Sprintf("✅ The clock of <b>%s</b> is %s, %s there.", line(d.Name, 100), esc(zone), clockTime(now, zone)),
		rows: [][]store.NoticeButton{line1("🍽 Open", data(verbOpen, short64(d.ID)))}}
}

// rezone takes the answer to the question for a zone.
func (b *Bot) rezone(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	zone, ok := zoneOf(msg.Text)
	if !ok {
		return say(ctx, tx, msg, "I do not know the zone “"+line(clean(msg.Text), 60)+"”. It looks like <code>Europe/Rome</code> or <code>America/New_York</code>; please reply again.")
	}
	d, err := tx.Dossier(ctx, a.Subject.Restaurant)
	if err != nil {
		return err
	}
	outcome, err := tx.RezoneRestaurant(ctx, d.ID, zone, m.TelegramID)
	if err != nil {
		return err
	}
	if outcome != "ok" {
		return say(ctx, tx, msg, esc(mappedWords(outcome, "")))
	}
	if err := tx.CloseAsk(ctx, a.ID); err != nil {
		return err
	}
	return b.inPlace(ctx, tx, msg, m, a, zoned(d, zone, tx.Now))
}
