package whatsapp_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	vendor "marketa/sandbox/whapi"
	"marketa/sandbox/wire"
	"marketa/store"
)

var everyKind = []string{store.ChoreProbe, store.ChoreHistory, store.ChoreStatus, store.ChoreReport}

// starts plans the chores, as every start does.
func (b *bench) starts() {
	b.Helper()
	b.must(b.db.PlanChores(b.Context(), []store.Channel{number}, everyKind))
}

// chores does everything that is due now, a pass of history to its end.
func (b *bench) chores(kinds ...string) {
	b.Helper()
	for range 200 {
		due := column[store.ChoreID](b, `SELECT id FROM chores WHERE next_at <= $1 OR busy ORDER BY kind`, b.clock.Now())
		if len(due) == 0 {
			return
		}
		for _, id := range due {
			b.chore(id)
		}
	}
	b.Fatal("the chores never end")
}

func (b *bench) chore(id store.ChoreID) {
	b.Helper()
	c, err := b.db.LeaseChore(b.Context(), id)
	if store.IsLeaseLost(err) {
		b.clock.Advance(time.Second) // a pass that rests
		return
	}
	b.must(err)
	next, busy := time.Hour, false
	switch c.Kind {
	case store.ChoreProbe:
		next, err = b.bot.Probe(b.Context(), c)
	case store.ChoreHistory:
		next, busy, err = b.bot.History(b.Context(), c)
	case store.ChoreStatus:
		next, err = b.bot.Statuses(b.Context(), c)
	case store.ChoreReport:
		next, err = b.bot.Report(b.Context(), c)
	}
	if err != nil {
		b.must(b.db.ChoreFailed(b.Context(), c, b.clock.Now().Add(time.Minute)))
		return
	}
	b.must(b.db.ChoreDone(b.Context(), c, b.clock.Now().Add(next), busy))
}

// missed is Anna writing while no webhook reaches us.
func (b *bench) missed(text string) string {
	b.Helper()
	id, err := b.sim.Say(number, anna, text)
	b.must(err)
	return id
}

func (b *bench) wantBusy(want bool) {
	b.Helper()
	if got := value[bool](b, `SELECT count(busy_since) > 0 FROM chats`); got != want {
		b.Errorf("a turn is due: %v, want %v", got, want)
	}
}

// unanswered are the client's words that a turn would see.
func (b *bench) unanswered() []string {
	b.Helper()
	return column[string](b, `SELECT m.body FROM messages m JOIN chats c ON c.id = m.chat_id WHERE m.author = 'client' AND m.deleted_at IS NULL AND m.seq > c.handled ORDER BY m.sent_at, m.id`)
}

func (b *bench) wantUnanswered(want ...string) {
	b.Helper()
	if got := b.unanswered(); !slices.Equal(got, want) {
		b.Errorf("unanswered %q, want %q", got, want)
	}
}

func (b *bench) gaps() int {
	return value[int](b, `SELECT count(*)::int FROM gaps WHERE came_at IS NULL`)
}

// later lets time go by and does what has come due.
func (b *bench) later(d time.Duration) {
	b.Helper()
	b.clock.Advance(d)
	b.chores()
}

func TestWhatWasMissedIsFoundAndWakesATurn(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	b.missed("ciao, ci siete?")
	b.later(30 * time.Minute)
	b.wantUnanswered() // nobody has looked yet
	b.starts()
	b.chores()
	b.wantUnanswered("ciao, ci siete?")
	b.wantBusy(true)
	if n := b.gaps(); n != 1 {
		t.Errorf("%d gaps", n)
	}
	mark := value[int64](b, `SELECT watermark FROM chats`)
	b.later(3 * time.Hour)
	b.wantUnanswered("ciao, ci siete?")
	if got := value[int64](b, `SELECT watermark FROM chats`); got != mark || b.gaps() != 1 {
		t.Errorf("a second look changes something: watermark %d, %d gaps", got, b.gaps())
	}
}

func TestAGapIsToldOnceWhenNoWebhookBringsIt(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	for _, text := range []string{"uno", "due", "tre"} {
		b.missed(text)
		b.clock.Advance(10 * time.Minute)
	}
	b.starts()
	b.chores()
	b.wantAlert(0, "")
	b.later(11 * time.Minute)
	b.wantAlert(1, "3 messages had not reached us on the marketa number between 11:00 and 11:20. I have fetched what was missing from WhatsApp's history: Anna (3).")
	b.later(2 * time.Hour)
	b.wantAlert(1, "")
}

func TestAWebhookThatIsOnlyLateIsNoGap(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	id := b.missed("ciao")
	b.clock.Advance(5 * time.Minute)
	b.starts()
	b.chores()
	b.wantUnanswered("ciao")
	b.hear(b.webhook(id))
	b.later(20 * time.Minute)
	b.wantAlert(0, "")
}

func TestWhatIsOnItsWayIsLeftToItsWebhook(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	b.missed("ciao")
	b.clock.Advance(30 * time.Second)
	b.starts()
	b.chores()
	b.wantUnanswered()
	b.later(2 * time.Minute) // and looked for again soon
	b.wantUnanswered("ciao")
}

func TestThePastIsKeptAsHandledAtTheFirstStart(t *testing.T) {
	b := newBench(t)
	_, err := b.sim.SeedHistory(number, chatID, vendor.Past{Ago: 40 * 24 * time.Hour, From: anna, What: vendor.Text("troppo tempo fa")},
		vendor.Past{Ago: 20 * 24 * time.Hour, From: anna, What: vendor.Text("vecchia domanda?")},
		vendor.Past{Ago: 3 * 24 * time.Hour, What: vendor.Text("vecchia risposta")}, vendor.Past{Ago: 2 * 24 * time.Hour, From: anna, What: vendor.Text("e poi?")})
	b.must(err)
	b.starts()
	b.chores()
	b.wantUnanswered()
	b.wantBusy(false)
	if got := column[string](b, `SELECT body FROM messages ORDER BY sent_at`); fmt.Sprint(got) != "[vecchia domanda? vecchia risposta e poi?]" || b.gaps() != 0 {
		t.Errorf("kept %q, %d gaps", got, b.gaps())
	}
	if n := value[int](b, `SELECT count(*)::int FROM river_job WHERE kind = 'run_turn'`); n != 0 {
		t.Errorf("%d turns for the past", n)
	}
	b.says("adesso!")
	b.wantUnanswered("adesso!")
}

func TestThePastDoesNotDisturbWhatHasJustCome(t *testing.T) {
	b := newBench(t)
	_, err := b.sim.SeedHistory(number, chatID, vendor.Past{Ago: 3 * 24 * time.Hour, From: anna, What: vendor.Text("vecchia domanda?")})
	b.must(err)
	b.says("adesso!")
	id := b.draft("Eccoci.")
	b.starts()
	b.chores()
	b.wantUnanswered("adesso!")
	b.press(id) // the card still stands
}

func TestWhoeverWroteYesterdayStillWaitsAtTheFirstStart(t *testing.T) {
	b := newBench(t)
	_, err := b.sim.SeedHistory(number, chatID, vendor.Past{Ago: 48 * time.Hour, From: anna, What: vendor.Text("vecchia")}, vendor.Past{Ago: 20 * time.Hour, From: anna, What: vendor.Text("domani aperti?")})
	b.must(err)
	b.starts()
	b.chores()
	b.wantUnanswered("domani aperti?")
	b.wantBusy(true)
	if b.gaps() != 0 {
		t.Errorf("%d gaps before we listened", b.gaps())
	}
}

func TestAnAnswerFromThePhoneWhileWeWereDownAnswers(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	b.says("aperti domani?")
	b.clock.Advance(10 * time.Minute)
	b.missed("allora?")
	b.clock.Advance(time.Minute)
	_, err := b.sim.PhoneSays(number, chatID, "Sì, dalle 12!")
	b.must(err)
	b.clock.Advance(10 * time.Minute)
	b.starts()
	b.chores()
	b.wantUnanswered()
	b.wantBusy(true) // the turn that retires the card
}

func TestAnAnswerFromThePhoneDoesNotAnswerWhatCameAfterIt(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	b.missed("aperti domani?")
	b.clock.Advance(time.Minute)
	_, err := b.sim.PhoneSays(number, chatID, "Sì!")
	b.must(err)
	b.clock.Advance(time.Minute)
	b.says("e lunedì?") // this one a webhook brings
	b.clock.Advance(10 * time.Minute)
	b.starts()
	b.chores()
	if got := b.unanswered(); !slices.Contains(got, "e lunedì?") {
		t.Errorf("unanswered %q", got)
	}
}

func TestAQuestionThatThePhoneHasAnsweredIsNoNewQuestion(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	b.missed("aperti domani?")
	b.clock.Advance(time.Minute)
	id, err := b.sim.PhoneSays(number, chatID, "Sì!")
	b.must(err)
	b.hear(b.webhook(id)) // the answer came, the question did not
	b.clock.Advance(10 * time.Minute)
	b.starts()
	b.chores()
	b.wantUnanswered()
}

func TestEditsAndDeletionsWhileWeWereDownAreApplied(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	first, second := b.says("domenica chiusi"), b.says("anzi no")
	b.clock.Advance(5 * time.Minute)
	b.must(b.sim.EditMessage(number, first, "domenica aperti"))
	b.must(b.sim.DeleteMessage(number, second))
	b.clock.Advance(5 * time.Minute)
	for range 3 {
		b.starts()
		b.chores()
		b.clock.Advance(10 * time.Minute)
	}
	b.wantUnanswered("domenica aperti")
	if v := value[int](b, `SELECT max(version)::int FROM messages`); v != 2 {
		t.Errorf("version %d", v)
	}
}

func TestAServerWithoutTheWholeListIsReadChatByChat(t *testing.T) {
	for name, fault := range map[string]wire.Fault{"not there": {Status: 404, Body: `{"error":{"code":404,"message":"no such path"}}`}, "another shape": {Status: 200, Body: `{"data":[]}`}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.starts()
			b.chores()
			b.sim.Faults().Down("GET /messages/list", fault)
			b.missed("ciao")
			b.clock.Advance(10 * time.Minute)
			b.starts()
			b.chores()
			b.wantUnanswered("ciao")
		})
	}
}

func TestAServerThatHasNothingToReadIsLeftInPeace(t *testing.T) {
	b := newBench(t)
	for _, op := range []string{"GET /messages/list", "GET /chats", history} {
		b.sim.Faults().Down(op, wire.Fault{Status: 404, Body: `{}`})
	}
	b.starts()
	b.chores()
	if b.clock.Now().Sub(start) > time.Minute {
		t.Error("it is asked over and over")
	}
	b.wantAlert(0, "")
}

func TestATroubledVendorIsAskedLater(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	b.missed("ciao")
	b.clock.Advance(10 * time.Minute)
	b.sim.Faults().Down("*", wire.Fault{Status: http.StatusServiceUnavailable})
	b.starts()
	b.chores()
	b.wantUnanswered()
	b.sim.Faults().Up("*")
	b.later(5 * time.Minute)
	b.wantUnanswered("ciao")
}

func TestBackAfterTheQRCodeWhatWasMissedIsFetched(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	b.sim.SetHealth(number, "QR")
	b.later(3 * time.Minute)
	b.wantOpen("whatsapp-" + number)
	b.wantAlert(1, "The marketa WhatsApp number cannot send. The WhatsApp number is not linked. Open the channel in the Whapi panel and scan the QR code")
	b.missed("ci siete?")
	b.later(2 * time.Hour)
	b.wantAlert(1, "")
	b.sim.SetHealth(number, "AUTH")
	b.later(3 * time.Minute)
	b.wantOpen("")
	b.wantUnanswered("ci siete?")
}

func TestAnUnreachableProviderIsToldAfterAWhileAndCleared(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	b.sim.Faults().Down("*", wire.Fault{Cut: true})
	b.later(2 * time.Minute)
	b.wantOpen("")
	for range 4 {
		b.later(time.Minute)
	}
	b.wantOpen("whatsapp-away")
	b.sim.Faults().Up("*")
	b.later(2 * time.Minute)
	b.wantOpen("")
}

func TestAPassGoesOnWhereItWasCutOff(t *testing.T) {
	b := newBench(t)
	var past []vendor.Past
	for i := range 1500 {
		past = append(past, vendor.Past{Ago: time.Duration(2000-i)*time.Minute + 48*time.Hour, From: anna, What: vendor.Text(fmt.Sprint("m", i))})
	}
	_, err := b.sim.SeedHistory(number, chatID, past...)
	b.must(err)
	b.starts()
	c, err := b.db.LeaseChore(b.Context(), value[store.ChoreID](b, `SELECT id FROM chores WHERE kind = 'history'`))
	b.must(err)
	_, busy, err := b.bot.History(b.Context(), c)
	if err != nil || !busy {
		t.Fatalf("busy %v, %v", busy, err)
	}
	half := value[int](b, `SELECT count(*)::int FROM messages`)
	// kill -9: nobody gives the chore back.
	b.clock.Advance(2 * time.Minute)
	b.starts()
	b.chores()
	if n := value[int](b, `SELECT count(*)::int FROM messages`); half != 1000 || n != 1500 {
		t.Errorf("%d, then %d messages", half, n)
	}
}

func TestAStatusThatNeverCameIsAskedForAFewTimes(t *testing.T) {
	b := newBench(t)
	b.starts()
	b.chores()
	d := b.approved("Sì.")
	b.drain()
	b.sim.Faults().Down("GET /messages/list", wire.Fault{Status: 503}) // the history would tell, too
	b.later(15 * time.Minute)
	if got := value[string](b, `SELECT string_agg(status, ' ' ORDER BY status) FROM receipts`); got != "delivered" {
		t.Errorf("receipts %q", got)
	}
	b.wantDelivery(d.Shown, "known", "")
}

// TestLedgerEqualsHistory drops, repeats and reorders webhooks of many chats, and then lets history speak.
func TestLedgerEqualsHistory(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { ledger(t, seed) })
	}
}

const ledgerSize = 1500

func ledger(t *testing.T, seed uint64) {
	b := newBench(t)
	b.starts()
	b.chores()
	rng := rand.New(rand.NewPCG(seed, 42))
	w := &storm{bench: b, rng: rng, dropped: map[string]bool{}, said: map[string][]string{}}
	for i := range 30 {
		phone := fmt.Sprintf("3805000000%02d", i)
		b.sim.AddPerson(vendor.Person{Phone: phone, Name: fmt.Sprint("P", i)})
		w.people = append(w.people, phone)
	}
	for n := range ledgerSize {
		w.step(n)
		if rng.IntN(10) == 0 {
			b.clock.Advance(time.Duration(rng.IntN(20)) * time.Second)
		}
	}
	w.flush()
	b.clock.Advance(5 * time.Minute)
	b.starts()
	b.chores()
	w.compare()
}

// storm is people writing, editing, deleting and answering while webhooks are lost, repeated and late.
type storm struct {
	*bench
	rng     *rand.Rand
	people  []string
	said    map[string][]string // phone → ids
	dropped map[string]bool
	late    []string
}

func (w *storm) step(n int) {
	phone := w.people[w.rng.IntN(len(w.people))]
	chat := phone + "@s.whatsapp.net"
	ids := w.said[phone]
	switch k := w.rng.IntN(20); {
	case k == 0 && len(ids) > 0:
		_ = w.sim.EditMessage(number, ids[w.rng.IntN(len(ids))], fmt.Sprint("edited ", n)) // nobody hears of it
	case k == 1 && len(ids) > 0:
		_ = w.sim.DeleteMessage(number, ids[w.rng.IntN(len(ids))])
	case k < 5:
		id, err := w.sim.PhoneSays(number, chat, fmt.Sprint("phone ", n))
		w.must(err)
		w.told(chat, id)
	default:
		id, err := w.sim.Say(number, phone, fmt.Sprint("words ", n))
		w.must(err)
		w.said[phone] = append(w.said[phone], id)
		w.told(chat, id)
	}
}

// told sends a webhook on its way, or loses it.
func (w *storm) told(chat, id string) {
	body := w.webhookIn(chat, id)
	switch k := w.rng.IntN(10); {
	case k < 3:
		w.dropped[id] = true
	case k < 6:
		w.late = append(w.late, body, body)
	default:
		w.hear(body)
	}
	if len(w.late) > 40 {
		w.flush()
	}
}

func (w *storm) flush() {
	w.rng.Shuffle(len(w.late), func(i, j int) { w.late[i], w.late[j] = w.late[j], w.late[i] })
	for _, body := range w.late {
		w.hear(body)
	}
	w.late = nil
}

func (w *storm) compare() {
	w.Helper()
	type row struct {
		VendorID, Author, Body string
		Gone                   bool
	}
	ours := map[string]row{}
	for _, r := range table[row](w.bench, `SELECT vendor_id, author, body, deleted_at IS NOT NULL AS gone FROM messages`) {
		if _, twice := ours[r.VendorID]; twice {
			w.Errorf("%s is there twice", r.VendorID)
		}
		ours[r.VendorID] = r
	}
	theirs := 0
	for _, phone := range w.people {
		for _, m := range w.sim.Messages(number, phone+"@s.whatsapp.net") {
			if m.Deleted {
				if r, there := ours[m.ID]; there && !r.Gone {
					w.Errorf("%s was deleted, and stands", m.ID)
				}
				continue
			}
			theirs++
			r, there := ours[m.ID]
			author := map[bool]string{true: "phone", false: "client"}[m.FromMe]
			if !there || r.Body != m.Text || r.Author != author || r.Gone {
				w.Errorf("%s: they have %s %q, we %+v", m.ID, author, m.Text, r)
			}
		}
	}
	standing := value[int](w.bench, `SELECT count(*)::int FROM messages WHERE deleted_at IS NULL AND kind <> 'action'`)
	if standing != theirs {
		w.Errorf("we have %d messages, they %d", standing, theirs)
	}
	gaps := map[string]bool{}
	for _, id := range column[string](w.bench, `SELECT vendor_id FROM gaps`) {
		gaps[id] = true
	}
	for id := range w.dropped {
		if r, there := ours[id]; there && !r.Gone && !gaps[id] {
			w.Errorf("%s was lost on its way, and nobody is told", id)
		}
	}
	w.Logf("%d messages, %d lost on their way, %d gaps", theirs, len(w.dropped), len(gaps))
}

func (b *bench) webhookIn(chat, id string) string {
	b.Helper()
	for _, m := range slices.Backward(b.sim.Messages(number, chat)) {
		if m.ID == id {
			return fmt.Sprintf(`{"messages":[{"id":%q,"type":"text","chat_id":%q,"from":%q,"from_me":%v,"from_name":%q,"source":"mobile","timestamp":%d,"text":{"body":%q}}],"event":{"type":"messages","event":"post"}}`,
				m.ID, m.ChatID, m.From, m.FromMe, m.FromName, m.Time.Unix(), m.Text)
		}
	}
	b.Fatalf("no message %s", id)
	return ""
}
