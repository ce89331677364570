package opening

import (
	"testing"
	"time"
)

var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func TestWhatPeopleWriteIsReadByDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Tue-Sun 12:00-15:00", "Tue–Sun 12:00–15:00"},
		{"Da domenica apriamo 12:00-15:30", "Sun 12:00–15:30"},
		{"mon-fri 12:00-15:00, 19:00-23:00; sat 19:00-23:00; sun closed", "Mon–Fri 12:00–15:00, 19:00–23:00; Sat 19:00–23:00; Sun closed"},
		{"dal martedì al sabato dalle 12 alle 15 e dalle 19 alle 23, domenica 12-15.30, lunedì chiusi", "Mon closed; Tue–Sat 12:00–15:00, 19:00–23:00; Sun 12:00–15:30"},
		{"Di bis So 11:30 bis 22 Uhr, montags Ruhetag", "Mon closed; Tue–Sun 11:30–22:00"},
		{"de martes a domingo de 13 a 16, lunes cerrado", "Mon closed; Tue–Sun 13:00–16:00"},
		{"пн-пт 12:00-23:00, вс закрыто", "Mon–Fri 12:00–23:00; Sun closed"},
		{"chiudono il lunedì", "Mon closed"},
		{"We are closed on Mondays and Tuesdays", "Mon, Tue closed"},
		{"every day 9am to 5pm", "Mon–Sun 09:00–17:00"},
		{"täglich 18-1", "Mon–Sun 18:00–01:00"},
		{"24 dicembre chiusi, 26.12. 12-15", "24 Dec 2026 closed; 26 Dec 2026 12:00–15:00"},
		{"10.8. bis 24.8. geschlossen", "10 Aug – 24 Aug 2026 closed"},
		{"2027-01-01 closed", "1 Jan 2027 closed"},
		{"Mo, Mi und Fr 12-15", "Mon 12:00–15:00; Wed 12:00–15:00; Fri 12:00–15:00"},
		{"So we do open on Mon 12-15", "Mon 12:00–15:00"},
		{"di lunedì siamo chiusi", "Mon closed"},
		{"weekend 10-24", "Sat, Sun 10:00–00:00"},
	} {
		got, err := Read(c.text, monday)
		if err != nil || got.String() != c.want {
			t.Errorf("%q: %q, %v; want %q", c.text, got, err, c.want)
		}
	}
}

func TestWhatSaysNothingOfADayIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "always", "12-15", "Monday", "from 12", "sempre aperti", "Mon 12-15, Tue", "99:99", "nuovi orari"} {
		if got, err := Read(text, monday); err == nil {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}

func TestExceptionsEnd(t *testing.T) {
	t.Parallel()
	h, err := Read("Mon 12-15, 1.3.2026 closed, 5.3.2026 closed", monday)
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Current(monday.AddDate(0, 0, 1)).String(); got != "Mon 12:00–15:00; 5 Mar 2026 closed" {
		t.Error(got)
	}
	for _, key := range h.Keys() {
		spans, known := h.Get(key)
		var again Hours
		if !known || !again.Set(key, spans) || again.String() != Name(key)+" "+spans.String() {
			t.Errorf("%s: %v %q", key, known, again)
		}
	}
	if h.Set("someday", nil) {
		t.Error("a key that is no day")
	}
}

func FuzzAnyWords(f *testing.F) {
	f.Add("dal martedì al sabato dalle 12 alle 15, 24 dicembre chiusi")
	f.Add("31.2. - 30.2. 12-15 pm")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := Read(text, monday)
		if (err == nil) == h.Empty() {
			t.Errorf("%q: %v, %v", text, h, err)
		}
		_ = h.Current(monday).String()
	})
}
