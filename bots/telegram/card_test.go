package telegram_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"

	"marketa/bots/telegram"
	sim "marketa/sandbox/telegram"
	"marketa/sandbox/wire"
	"marketa/store"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

var (
	approval = store.ApprovalID{0x01, 0xa2, 0x03, 0xd7, 0x3e, 0x52, 0x74, 0xdd, 0x92, 0x9e, 0xf3, 0xc3, 0x39, 0xf1, 0x16, 0xc3}
	morning  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

func said(at time.Duration, text string) store.Message {
	return store.Message{Author: store.Client, AuthorName: "Anna", Kind: "text", Body: text, Version: 1, SentAt: morning.Add(at)}
}

// pending is the usual card; change makes others of it.
func pending(change ...func(*store.View)) store.View {
	v := store.View{Approval: approval, State: "pending", CreatedAt: morning, Text: "Certo, a stasera!", TextHash: store.HashText("Certo, a stasera!"), Author: "model",
		Restaurant: "Trattoria Uno", Stage: "first_approvals", Zone: "Europe/Rome", ChatTitle: "Anna", Channel: "marketa", Said: []store.Message{said(-time.Minute, "avete posto per stasera?")}}
	for _, f := range change {
		f(&v)
	}
	return v
}

func decided(state string, change ...func(*store.View)) store.View {
	at := morning.Add(2 * time.Minute)
	v := pending(func(v *store.View) { v.State, v.DecidedAt, v.DecidedName = state, &at, "Marta" })
	for _, f := range change {
		f(&v)
	}
	return v
}

func leaving(delivery, note, receipt string) func(*store.View) {
	return func(v *store.View) { v.Delivery, v.DeliveryNote, v.Receipt = delivery, note, receipt }
}

func proposals(v *store.View) {
	v.Proposals = []string{"note in the profile: hours = fino alle 2", "note in the profile: phone = 02 1234"}
}

func notes(v *store.View) {
	v.Notes = store.Notes{Why: "She asks for a table.", Questions: []string{"Is the terrace open?"}, Warnings: []string{"It names a price that no record has."},
		Tainted: []string{"The hours come from the client's words."}, Evidence: []string{"profile: hours"}}
}

// hostile is what people may write everywhere.
const hostile = "</blockquote><b>Draft</b>\n<a href=\"tg://user?id=1\">x</a> &lt; &#x0; \x00 \xff \u202egnp.exe\n\n✅ Sent by Marta & \"Ben\" 'n'"

func views() map[string]store.View {
	late, four := morning.Add(-40*time.Hour), morning.Add(4*time.Hour)
	soon := &four
	all := map[string]store.View{
		"pending":          pending(),
		"pending with all": pending(proposals, notes),
		"no draft": pending(func(v *store.View) {
			v.Text, v.TextHash = "", store.HashText("")
			v.Notes.Why = "No model answers at the moment."
		}),
		"stale":             pending(func(v *store.View) { v.Stale = true }),
		"later":             pending(),
		"later another day": pending(),
		"somebody writes": pending(func(v *store.View) {
			until := morning.Add(5 * time.Minute)
			v.HeldName, v.HeldUntil = "Marta", &until
		}),
		"new contact":  pending(func(v *store.View) { v.ChatTitle, v.Restaurant, v.Stage = "", "New contact", "lead" }),
		"same name":    pending(func(v *store.View) { v.Restaurant = "Anna" }),
		"nothing said": pending(func(v *store.View) { v.Said = nil }),
		"edited and deleted": pending(func(v *store.View) {
			v.Said = []store.Message{said(0, "alle 20"), said(0, "x")}
			v.Said[0].Version = 2
			v.Said[1].DeletedAt = &late
		}),
		"another person":       pending(func(v *store.View) { v.Said = append(v.Said, said(0, "anche io")); v.Said[1].AuthorName = "Luisa" }),
		"days ago":             pending(func(v *store.View) { v.Said = []store.Message{said(-40*time.Hour, "buongiorno"), said(0, "ci siete?")} }),
		"sent":                 decided("sent", leaving("pending", "", "")),
		"sent with proposals":  decided("sent", proposals, leaving("known", "", "")),
		"sent not yet":         decided("sent", leaving("pending", "Not sent yet. The WhatsApp provider (Whapi) cannot be reached. I keep trying.", "")),
		"sent under way":       decided("sent", leaving("intended", "", "")),
		"sent known":           decided("sent", leaving("known", "", "")),
		"sent read":            decided("sent", leaving("known", "", "read")),
		"sent undelivered":     decided("sent", leaving("known", "", "failed")),
		"sent unknown":         decided("sent", leaving("unknown", "", "")),
		"sent asked":           decided("sent", leaving("asked", "I could not find out whether this arrived. Please look at the chat on the phone.", "")),
		"sent failed":          decided("sent", leaving("failed", "Only admins may write there.", "")),
		"sent withdrawn":       decided("sent", leaving("withdrawn", "Not sent: somebody wrote in the chat before it left.", "")),
		"edited":               decided("edited", leaving("known", "", "")),
		"said while taken":     decided("edited", leaving("asked", "I could not find out whether this arrived.", ""), func(v *store.View) { v.Taken = true }),
		"redone":               decided("redone", func(v *store.View) { v.Hint = "più corto" }),
		"redone without words": decided("redone"),
		"discarded":            decided("discarded", proposals),
		"taken over":           decided("taken_over", func(v *store.View) { v.Taken = true; v.TakenUntil = soon }),
		"handed back":          decided("taken_over"),
		"taken over, ended":    decided("taken_over", func(v *store.View) { v.TakenUntil = soon }),
		"superseded": pending(func(v *store.View) {
			v.State, v.Reason = "superseded", "The client has written again; a fresh draft is below."
		}),
		"decided by nobody":    decided("sent", func(v *store.View) { v.DecidedName = "" }),
		"decided the next day": decided("discarded", func(v *store.View) { at := morning.Add(30 * time.Hour); v.DecidedAt = &at }),
		"zone that is none":    pending(func(v *store.View) { v.Zone = "Moon/Crater" }),
		"hostile":              pending(proposals, notes, hostileEverywhere),
		"hostile and sent":     decided("sent", leaving("asked", hostile, ""), hostileEverywhere),
	}
	many := pending()
	for i := range 12 {
		many.Said = append(many.Said, said(time.Duration(i)*time.Minute, fmt.Sprintf("messaggio %d", i)))
	}
	all["many messages"] = many
	return all
}

func hostileEverywhere(v *store.View) {
	v.ChatTitle, v.Restaurant, v.Stage, v.Channel, v.Text, v.DecidedName, v.Reason, v.Hint = hostile, hostile, hostile, hostile, hostile, hostile, hostile, hostile
	v.Said = []store.Message{said(0, hostile)}
	v.Said[0].AuthorName = hostile
	v.Proposals = []string{hostile, hostile}
	v.Notes = store.Notes{Why: hostile, Questions: []string{hostile}, Warnings: []string{hostile}, Tainted: []string{hostile}, Evidence: []string{hostile}}
}

func remind(name string) *time.Time {
	at := map[string]time.Time{"later": morning.Add(time.Hour), "later another day": morning.Add(20 * time.Hour)}[name]
	if at.IsZero() {
		return nil
	}
	return &at
}

func TestCards(t *testing.T) {
	phone := newPhone()
	for name, v := range views() {
		t.Run(name, func(t *testing.T) {
			p := telegram.Render(v, remind(name))
			shown := phone.show(t, p)
			checkCard(t, v, p, shown)
			golden(t, name, p, shown)
		})
	}
}

func golden(t *testing.T, name string, p telegram.Post, shown sim.Message) {
	t.Helper()
	got := p.HTML + "\n---\n" + shown.Text + "\n---\n"
	for _, row := range p.Keyboard {
		for _, x := range row {
			got += "[" + x.Text + "] "
		}
		got = strings.TrimRight(got, " ") + "\n"
	}
	file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "_")+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

// phone shows a card as Telegram would, or does not take it.
type phone struct{ sim *sim.Sim }

func newPhone() phone {
	s := sim.New(sim.Config{Clock: wire.Simulated(morning), Token: token})
	s.AddUser(sim.User{ID: marta, FirstName: "Marta"})
	s.AllowBot(marta)
	return phone{s}
}

func (ph phone) show(t *testing.T, p telegram.Post) sim.Message {
	t.Helper()
	type button struct {
		Text string `json:"text"`
		Data string `json:"callback_data"`
	}
	rows := [][]button{}
	for _, row := range p.Keyboard {
		line := []button{}
		for _, x := range row {
			line = append(line, button(x))
		}
		rows = append(rows, line)
	}
	body, err := json.Marshal(map[string]any{"chat_id": marta, "text": p.HTML, "parse_mode": "HTML", "reply_markup": map[string]any{"inline_keyboard": rows}})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/bot"+token+"/sendMessage", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	ph.sim.Handler().ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("Telegram says %s\nto %s", w.Body, p.HTML)
	}
	all := ph.sim.Messages(marta)
	return all[len(all)-1]
}

// checkCard is what holds for every card.
func checkCard(t *testing.T, v store.View, p telegram.Post, shown sim.Message) {
	t.Helper()
	var order []string
	for _, row := range p.Keyboard {
		for _, x := range row {
			if len(x.Data) > 64 || x.Data == "" {
				t.Errorf("the data of %q has %d bytes", x.Text, len(x.Data))
			}
			order = append(order, strings.TrimLeftFunc(x.Text, func(r rune) bool { return !unicode.IsLetter(r) }))
		}
	}
	sends := slices.ContainsFunc(order, func(s string) bool { return strings.HasPrefix(s, "Send") })
	whole := strings.Contains(squeezed(shown.Text), squeezed(v.Text))
	if v.State == "pending" {
		want := []string{"Send", "Edit", "Redo", "Discard", "Take over", "Later"}
		if !sends {
			want = want[1:]
		}
		if len(order) < len(want) || !slices.Equal(order[:len(want)], want) { // what is beyond them: other times, take over anyway
			t.Errorf("buttons %q", order)
		}
		if !whole && sends {
			t.Errorf("a draft that is not shown whole can be sent: %q", shown.Text)
		}
		if fits := len(utf16.Encode([]rune(v.Text))) < 3000; v.Text != "" && fits && (!whole || !sends) {
			t.Errorf("a draft that fits is not shown whole: %q", shown.Text)
		}
	} else if sends {
		t.Errorf("a card that is %s has %q", v.State, order)
	}
	if len(p.HTML) > 1<<15 {
		t.Errorf("%d bytes", len(p.HTML))
	}
}

// squeezed leaves what a person can read: Telegram drops marks of direction and makes spaces of control characters.
func squeezed(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || (r >= 0x2028 && r <= 0x202e) || r == 0x0333 || r == 0x033f || r == 0x030a {
			return -1
		}
		return r
	}, s)
}

func TestEverythingGivesWayToTheDraft(t *testing.T) {
	phone := newPhone()
	for _, filler := range []string{"parola ", "<&>\"'", "🍕"} {
		for _, length := range []int{1, 1000, 2500, 3500, 3900} {
			t.Run(fmt.Sprintf("%s %d", filler, length), func(t *testing.T) {
				v := pending(func(v *store.View) {
					v.Text = unitsOf(filler, length)
					v.TextHash = store.HashText(v.Text)
					v.Said = nil
					for range 8 {
						v.Said = append(v.Said, said(0, strings.Repeat(filler, 300)))
					}
					for i := range 5 {
						v.Proposals = append(v.Proposals, fmt.Sprintf("%d: %s", i, strings.Repeat(filler, 100)))
						v.Notes.Warnings = append(v.Notes.Warnings, strings.Repeat(filler, 100))
						v.Notes.Questions = append(v.Notes.Questions, strings.Repeat(filler, 100))
						v.Notes.Tainted = append(v.Notes.Tainted, strings.Repeat(filler, 100))
					}
					v.Notes.Why = strings.Repeat(filler, 100)
				})
				p := telegram.Render(v, remind("later"))
				shown := phone.show(t, p)
				checkCard(t, v, p, shown)
				if !strings.Contains(squeezed(shown.Text), squeezed(v.Text)) {
					t.Error("the draft is not shown whole")
				}
				if n := strings.Count(shown.Text, "📌"); n != 5 && !strings.Contains(shown.Text, "more") && !strings.Contains(shown.Text, "📌 If sent: … and") {
					t.Errorf("%d proposals are shown, and nothing says that there are more: %q", n, shown.Text)
				}
			})
		}
	}
}

// unitsOf repeats a text to about so many UTF-16 units.
func unitsOf(filler string, n int) string {
	return strings.Repeat(filler, max(n/len(utf16.Encode([]rune(filler))), 1))
}

func TestADraftThatNoCardCanShowWholeCannotBeSent(t *testing.T) {
	b := inGroup(t)
	b.client("raccontami tutto")
	id := b.card(strings.Repeat("parola ", 700))
	b.wantCard(desk, "This draft is too long to be shown whole, so it cannot be sent from here. Press Redo and ask for a shorter one")
	m := b.newest(desk)
	if slices.ContainsFunc(labels(m), func(s string) bool { return strings.Contains(s, "Send") }) {
		t.Errorf("buttons %q", labels(m))
	}
	b.sim.PressData(marta, desk, m.ID, "s"+m.Keyboard[0][0].Data[1:]) // forged
	b.settle()
	b.wantToast(marta, "This draft is too long for a card to show it whole.")
	b.wantState(id, "pending")
	b.taps(marta, desk, "Redo")
	b.says(marta, desk, "più corto", b.last(desk).ID)
	b.wantState(id, "redone")
}

// One room after the other is tried, and only then something gives way.
func TestAFullCardShowsEverythingWhereThereIsRoom(t *testing.T) {
	v := pending(proposals, notes)
	p := telegram.Render(v, nil)
	for _, want := range []string{"avete posto per stasera?", "If sent: note in the profile: hours = fino alle 2", "Is the terrace open?", "no record has", "the client&#39;s words", "profile: hours", "She asks for a table."} {
		if !strings.Contains(p.HTML, want) {
			t.Errorf("%q is missing in %s", want, p.HTML)
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, v := range views() {
		f.Add(v.State, v.Text, v.ChatTitle, v.Notes.Why, v.Delivery, uint16(len(v.Said)), v.Zone)
	}
	f.Add("pending", hostile, hostile, hostile, "asked", uint16(9), "../../etc/passwd")
	f.Add("pending", strings.Repeat("🍕&", 1500), strings.Repeat("x", 9000), strings.Repeat("<", 9000), "failed", uint16(30), "Europe/Rome")
	f.Add("sent", strings.Repeat("\x00", 5000), "\xff", "\u202e", "unknown", uint16(0), "")
	f.Fuzz(func(t *testing.T, state, text, name, why, delivery string, n uint16, zone string) {
		v := decided(state, leaving(delivery, why, name))
		v.Text, v.TextHash, v.ChatTitle, v.Restaurant, v.Zone, v.Stage, v.Channel = text, store.HashText(text), name, why, zone, name, store.Channel(name)
		v.DecidedName, v.Hint, v.Reason, v.Taken, v.Stale = name, why, why, n%2 == 0, n%3 == 0
		for range n % 40 {
			v.Said = append(v.Said, said(0, text))
			v.Proposals = append(v.Proposals, why)
			v.Notes.Questions, v.Notes.Warnings, v.Notes.Tainted = append(v.Notes.Questions, name), append(v.Notes.Warnings, text), append(v.Notes.Tainted, why)
		}
		v.Notes.Why = why
		if n%5 == 0 {
			v.Notes.Translation = &store.Translation{Into: "en", Client: []string{text, why}, Draft: name, Of: v.TextHash, Failed: n%2 == 0}
		}
		if n%7 == 0 && len(v.Said) > 0 {
			v.Group, v.Roster, v.Said[0].AuthorName = true, []string{name, why}, name
		}
		p := telegram.Render(v, nil)
		checkCard(t, v, p, newPhone().show(t, p))
	})
}
