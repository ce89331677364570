package telegram_test

import (
	"slices"
	"testing"
	"time"
)

func TestLaterIsAnHourAndOffersOtherTimes(t *testing.T) {
	for label, want := range map[string]string{"": "11:00", "30 min": "10:30", "1 hour": "11:00", "3 hours": "13:00", "Tomorrow 9:00": "3 Mar 09:00"} {
		t.Run("then "+label, func(t *testing.T) {
			b := inPrivate(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			b.taps(marta, marta, "Later")
			b.wantToast(marta, "I bring it back at 11:00.")
			if label != "" {
				b.taps(marta, marta, label)
				b.wantToast(marta, "I bring it back at "+want+".")
			}
			b.wantSame("⏰ Put away until "+want, marta, ben)
			old := b.newest(ben).ID
			back := time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC)
			if label != "Tomorrow 9:00" {
				back, _ = time.ParseInLocation("15:04 2006-01-02", want+" 2026-03-02", mustZone(t))
			}
			b.clock.Advance(back.Sub(b.clock.Now()) - 15*time.Second)
			b.pass(10 * time.Second)
			if b.newest(ben).ID != old {
				t.Error("it came too early")
			}
			b.pass(10 * time.Second)
			b.wantSame("Certo!", marta, ben)
			if b.newest(ben).ID == old || slices.Contains(labels(b.newest(ben)), "1 hour") {
				t.Errorf("it did not come back as a new message: %q", labels(b.newest(ben)))
			}
			b.wantState(id, "pending")
		})
	}
}

func mustZone(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestLaterInWords(t *testing.T) {
	for _, tt := range []struct {
		words, until string
		away         bool // the card was put away before
	}{
		{"later 2h", "12:00", false}, {"Later 45 min.", "10:45", false}, {"later in 3 hours", "13:00", false}, {"later tomorrow", "3 Mar 09:00", false},
		{"later tomorrow at 14:30", "3 Mar 14:30", false}, {"later 2 days", "4 Mar 10:00", false},
		{"tomorrow", "3 Mar 09:00", true}, {"2h", "12:00", true}, {"later", "11:00", true},
	} {
		t.Run(tt.words, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			b.card("Certo!")
			if tt.away {
				b.taps(marta, desk, "Later")
				b.taps(marta, desk, "30 min")
			}
			b.says(ben, desk, tt.words, b.newest(desk).ID)
			b.wantCard(desk, "⏰ Put away until "+tt.until)
			b.wantLeaving()
		})
	}
	for _, words := range []string{"tomorrow", "2h", "later", "later we open at 12", "later 0h", "later 400 days", "later tomorrow at 25", "laterne"} {
		t.Run("for the client: "+words, func(t *testing.T) {
			b := inGroup(t)
			b.client("When do you open?")
			id := b.card("Let me see!")
			b.says(ben, desk, words, b.newest(desk).ID)
			b.wantLeaving(words)
			b.wantState(id, "edited")
		})
	}
}
