package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"marketa/sandbox"
	"marketa/sandbox/actor"
	"marketa/sandbox/telegram"
)

// The walk's words. What the client tells becomes a proposed change, so that the approval releases more than a message.
const (
	firstLine  = "Buongiorno, mi potete aiutare con gli orari?"
	secondLine = "Da domenica apriamo 12:00-15:30, lo scrivete nei post?"
	replyLine  = "Perfetto Anna, ho preso nota: domenica 12:00-15:30."
	killMind   = `
when domenica
call profile_propose {"field":"hours","value":"domenica 12:00-15:30","why":"Da domenica apriamo 12:00-15:30"}
say ` + replyLine
)

const (
	resumeLimit = 15 * time.Second // from the restart until every kind of work that was under way moves again
	drainLimit  = 10 * time.Second // from SIGTERM to the end of the process
	endLimit    = 70 * time.Second // from the last restart to the end of the walk
)

// ending is what came out of a run.
type ending struct {
	outcome string        // sent, asked
	missed  bool          // a planned moment never came: some of them depend on timing
	resumed time.Duration // the longest that any kind of work needed to move again; 0: none was under way
	drained []time.Duration
	lost    int // cards that the platform did not know of
}

// killWalk is one run: the platform in its box, with Anna and Marta before it.
type killWalk struct {
	*box
	anna    sandbox.Person
	pressed map[string]bool // by what the button carries: once is enough
	held    bool            // WhatsApp's webhooks wait
	owed    map[string]lane // what was under way at the last strike and has not moved since
	end     ending
}

func newKillWalk(t *testing.T, bin string, p plan) *killWalk {
	t.Helper()
	mind, err := actor.Script(killMind)
	if err != nil {
		t.Fatal(err)
	}
	return &killWalk{box: newBox(t, bin, mind, p), anna: sandbox.People()[0], pressed: map[string]bool{}}
}

// play goes on until the reply is out or a manager was asked, and nothing is left to do.
func (w *killWalk) play() ending {
	w.t.Helper()
	w.trap.arm()
	w.does("idle:words", w.write)
	w.until(w.over)
	w.rescue()
	w.pressLost()
	w.judge()
	if must := mustEnd[w.plan.String()]; must != "" && must != w.end.outcome {
		w.t.Errorf("it ends in %q, and not in %q", w.end.outcome, must)
	}
	if w.end.outcome == "asked" {
		w.tryAgain()
	}
	_, left := w.trap.past()
	w.end.missed = left > 0
	w.t.Logf("%s, resumed after %s, stopped in %v%s", w.end.outcome, w.end.resumed.Round(time.Millisecond), w.end.drained, w.complaints())
	return w.end
}

// mustEnd are the runs whose outcome is certain: what was done shows in the history, and what was not done nobody can know.
var mustEnd = map[string]string{
	"whapi:POST /messages/text#1:before": "asked", "late,whapi:POST /messages/text#1:before": "asked",
	"whapi:POST /messages/text#1:after": "sent", "late,whapi:POST /messages/text#1:after": "sent",
}

// does is a person acting: the platform is killed before, or is dead while they do it, or is told to stop.
func (w *killWalk) does(name string, act func()) {
	n := w.trap.pass(name)
	if w.trap.kills(moment{name, n, before}) {
		w.revive()
	} else {
		w.trap.strikes(moment{name, n, after})
	}
	act()
}

func (w *killWalk) write() {
	for _, line := range []string{firstLine, secondLine} {
		if _, err := w.world.WhatsApp.Say("marketa", w.anna.Phone, line); err != nil {
			w.t.Fatal(err)
		}
	}
}

// until looks, again and again, whether it is so; meanwhile Marta does her work and what has died is started again.
func (w *killWalk) until(so func() bool) {
	w.t.Helper()
	for {
		w.revive()
		w.measure()
		w.marta()
		if so() {
			return
		}
		if time.Since(w.started) > endLimit {
			w.t.Fatalf("no end after %s:%s", endLimit, w.picture())
		}
		time.Sleep(look)
	}
}

// revive starts the platform again as soon as it is dead.
func (w *killWalk) revive() {
	w.t.Helper()
	dead, struck, how := w.state()
	told := how == term || how == stall
	switch {
	case !dead && told && time.Since(struck) > drainLimit:
		w.t.Fatalf("told to stop, it still runs after %s", drainLimit)
	case !dead:
		return
	case struck.IsZero():
		w.t.Fatalf("the platform ended by itself: %s", w.cmd.ProcessState)
	case told:
		w.end.drained = append(w.end.drained, time.Since(struck))
		if !w.cmd.ProcessState.Success() {
			w.t.Errorf("told to stop, it ended with %s", w.cmd.ProcessState)
		}
	}
	w.trap.arm()
	w.start()
	w.owed = w.lanes()
	maps.DeleteFunc(w.owed, func(_ string, l lane) bool { return !l.Owed })
}

// measure notes when each kind of work that was under way has moved on.
func (w *killWalk) measure() {
	w.t.Helper()
	if len(w.owed) == 0 {
		return
	}
	since := time.Since(w.started)
	for name, now := range w.lanes() {
		if was, open := w.owed[name]; open && (now.Mark != was.Mark || !now.Owed) {
			delete(w.owed, name)
			w.end.resumed = max(w.end.resumed, since)
		}
	}
	if since > resumeLimit && len(w.owed) > 0 {
		w.t.Fatalf("not resumed within %s of the restart: %v%s", resumeLimit, slices.Sorted(maps.Keys(w.owed)), w.picture())
	}
}

// marta presses Send on the newest card that shows Anna's last line, when everything has come to rest.
func (w *killWalk) marta() {
	w.t.Helper()
	for _, m := range slices.Backward(w.world.Telegram.Messages(sandbox.Approvals)) {
		data := sendButton(m)
		if data == "" || w.pressed[data] || !strings.Contains(m.Text, secondLine) || !w.idle() {
			continue
		}
		w.pressed[data] = true
		if w.plan.late {
			w.held = true
			w.world.WhatsApp.Hold()
		}
		w.does("idle:card", func() { w.world.Telegram.PressData(sandbox.ManagerA, sandbox.Approvals, m.ID, data) })
	}
}

// sendButton is what the button carries that would send, if a message has one.
func sendButton(m telegram.Message) string {
	for _, row := range m.Keyboard {
		for _, b := range row {
			if _, word, _ := strings.Cut(b.Text, " "); strings.HasPrefix(b.Text, "Send") || strings.HasPrefix(word, "Send") {
				return b.Data
			}
		}
	}
	return ""
}

// lane is one kind of work: whether something of it is to be done, and a mark that changes when something was.
type lane struct {
	Lane string
	Owed bool
	Mark string
}

const lanesSQL = `SELECT lane, owed, coalesce(mark, '') AS mark FROM (
SELECT 'turns' AS lane, EXISTS (SELECT FROM chats WHERE busy_since IS NOT NULL) AS owed, concat_ws(' ', (SELECT string_agg(status || attempts, ',' ORDER BY id) FROM turns),
	(SELECT count(*) FROM steps), (SELECT count(done_at) FROM tool_calls), (SELECT count(*) FROM llm_calls)) AS mark
UNION ALL SELECT 'deliveries', EXISTS (SELECT FROM deliveries WHERE next_at IS NOT NULL), (SELECT string_agg(state || attempts || looks || answered, ',' ORDER BY id) FROM deliveries)
UNION ALL SELECT 'cards', EXISTS (SELECT FROM views WHERE next_at < now() + interval '30 s'), concat_ws(' ', (SELECT sum(shown) FROM views), (SELECT string_agg(message_id || encode(shown_hash, 'hex'), ',' ORDER BY message_id) FROM cards))
UNION ALL SELECT 'notices', EXISTS (SELECT FROM notices WHERE next_at IS NOT NULL), (SELECT concat_ws(' ', count(sent_at), sum(attempts)) FROM notices)
UNION ALL SELECT 'updates', EXISTS (SELECT FROM updates WHERE next_at IS NOT NULL), (SELECT count(handled_at)::text FROM updates)
UNION ALL SELECT 'releases', EXISTS (SELECT FROM approvals a JOIN restaurants r ON r.id = a.restaurant_id WHERE a.state = 'sent' AND (r.stage = 'lead'
	OR EXISTS (SELECT FROM proposals p WHERE p.approval_id = a.id AND p.done_at IS NULL))), (SELECT concat_ws(' ', count(done_at), (SELECT count(*) FROM stage_events)) FROM proposals)) x`

func (w *killWalk) lanes() map[string]lane {
	w.t.Helper()
	all := map[string]lane{}
	for _, l := range rowsOf[lane](w, lanesSQL) {
		all[l.Lane] = l
	}
	return all
}

// idle says that nothing is due, nothing on its way, and no job left but those that died with their process. Some of these
// are younger than the restart: Postgres went on with what the dying process had asked for.
func (w *killWalk) idle() bool {
	w.t.Helper()
	atWhatsApp, _ := w.world.WhatsApp.Courier().Pending()
	atTelegram, _ := w.world.Telegram.Courier().Pending()
	const jobs = `SELECT EXISTS (SELECT FROM river_job WHERE state IN ('available', 'retryable', 'scheduled') OR (state = 'running' AND attempted_at > greatest($1, now() - interval '3 s')))`
	if dead, _, _ := w.state(); dead || atWhatsApp+atTelegram > 0 || valueOf[bool](w, jobs, w.started) {
		return false
	}
	for _, l := range w.lanes() {
		if l.Owed {
			return false
		}
	}
	return true
}

// over: the approved reply is out, or a manager was asked, and nothing is left to do.
func (w *killWalk) over() bool {
	w.t.Helper()
	if len(w.owed) > 0 || len(w.pressed) == 0 || !w.idle() {
		return false
	}
	switch valueOf[string](w, `SELECT coalesce(max(state), '') FROM deliveries`) {
	case "known":
		w.end.outcome = "sent"
	case "asked":
		w.end.outcome = "asked"
	default:
		return false
	}
	if w.held {
		w.held = false
		w.world.WhatsApp.Release(true)
		return false
	}
	return true
}

// rescue brings the jobs back that died with their process, as River does after minutes: the last net must do no harm.
func (w *killWalk) rescue() {
	w.t.Helper()
	if _, err := w.db.Exec(context.Background(), `UPDATE river_job SET state = 'available' WHERE state = 'running'`); err != nil {
		w.t.Fatal(err)
	}
	w.until(w.idle)
}

// pressLost: a card whose place in the chat was never learnt, because the platform died between Telegram's doing and its own
// row, keeps its buttons until somebody presses one. Ben does: it sends nothing, and from then on the copy is like the others.
func (w *killWalk) pressLost() {
	w.t.Helper()
	for _, m := range w.world.Telegram.Messages(sandbox.Approvals) {
		data := sendButton(m)
		if data == "" || valueOf[bool](w, `SELECT EXISTS (SELECT FROM cards WHERE tg_chat_id = $1 AND message_id = $2)`, m.ChatID, m.ID) {
			continue
		}
		w.end.lost++
		w.world.Telegram.PressData(sandbox.ManagerB, sandbox.Approvals, m.ID, data)
		w.until(w.idle)
	}
}

// judge looks at what everybody has in the end.
func (w *killWalk) judge() {
	w.t.Helper()
	var texts []string
	for channel := range w.world.WhapiTokens {
		for _, m := range w.world.WhatsApp.Sent(channel) {
			texts = append(texts, m.ChatID+" "+m.Text)
		}
	}
	reply := []string{w.anna.Phone + "@s.whatsapp.net " + replyLine}
	switch {
	case w.end.outcome == "sent" && !slices.Equal(texts, reply):
		w.t.Errorf("the client was sent %q, and not the approved reply once", texts)
	case w.end.outcome == "asked" && len(texts) > 0:
		w.t.Errorf("the client was sent %q, yet a manager was asked", texts)
	}
	w.judgeRows(len(texts))
	w.judgeCards()
}

// judgeRows: what was written is kept once, what was approved was carried out once.
func (w *killWalk) judgeRows(sent int) {
	w.t.Helper()
	said := append([]string{"client " + firstLine, "client " + secondLine}, slices.Repeat([]string{"marketa " + replyLine}, sent)...)
	for what, rows := range map[string]struct {
		sql  string
		want []string
	}{
		"messages": {`SELECT array_agg(author || ' ' || body ORDER BY author, sent_at, seq, id) FROM messages`, said},
		"decisions": {`SELECT array_agg(a.state || ' by ' || m.name || ' ' || o.text) FROM outbound o JOIN approvals a ON a.id = o.approval_id JOIN managers m ON m.id = a.decided_by`,
			[]string{"sent by Marta " + replyLine}},
		"facts":       {`SELECT array_agg(field || ' ' || value) FROM facts`, []string{"hours Sun 12:00–15:30"}},
		"stages":      {`SELECT array_agg(from_stage || ' ' || to_stage) FROM stage_events`, []string{"lead qualification"}},
		"broken jobs": {`SELECT array_agg(kind || ' ' || array_to_string(errors, ';')) FROM river_job WHERE state IN ('discarded', 'cancelled')`, nil},
	} {
		if got := valueOf[[]string](w, rows.sql); !slices.Equal(got, rows.want) {
			w.t.Errorf("%s are %q, and not %q", what, got, rows.want)
		}
	}
}

// judgeCards: after the decision nothing can be sent any more, and who was asked can answer.
func (w *killWalk) judgeCards() {
	w.t.Helper()
	asked := false
	for _, m := range w.world.Telegram.Messages(sandbox.Approvals) {
		if sendButton(m) != "" {
			w.t.Errorf("a decided card can still be sent:\n%s", shown(m))
		}
		asked = asked || strings.Contains(m.Text, "could not find out") && strings.Contains(shown(m), "It arrived]")
	}
	if asked != (w.end.outcome == "asked") {
		w.t.Errorf("it ends in %q, and the cards are:%s", w.end.outcome, w.picture())
	}
}

// tryAgain: who was asked has looked at the phone, where nothing is, and lets it go out once more.
func (w *killWalk) tryAgain() {
	w.t.Helper()
	for _, m := range w.world.Telegram.Messages(sandbox.Approvals) {
		if !strings.Contains(m.Text, "could not find out") {
			continue
		}
		if _, err := w.world.Telegram.Press(sandbox.ManagerA, sandbox.Approvals, m.ID, "Try again"); err != nil {
			w.t.Fatal(err)
		}
	}
	w.until(func() bool { return w.over() && w.end.outcome == "sent" })
	w.judge()
	w.end.outcome = "asked"
}

// complaints are the errors that the platform has logged. They fail nothing by themselves: whoever hunts reads them.
func (w *killWalk) complaints() string {
	text, _ := os.ReadFile(w.log.Name())
	var out strings.Builder
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte("level=ERROR")) {
			fmt.Fprintf(&out, "\n  %s", bytes.TrimSpace(line))
		}
	}
	return out.String()
}

// picture is what the reader of a failed run wants to see.
func (w *killWalk) picture() string {
	var out strings.Builder
	for _, l := range rowsOf[lane](w, lanesSQL) {
		fmt.Fprintf(&out, "\n  %s owed=%v %s", l.Lane, l.Owed, l.Mark)
	}
	whatsapp, resting := w.world.WhatsApp.Courier().Pending()
	telegrams, asleep := w.world.Telegram.Courier().Pending()
	fmt.Fprintf(&out, "\n  webhooks: WhatsApp %d (%d wait), Telegram %d (%d wait)", whatsapp, resting, telegrams, asleep)
	out.WriteString("\n  jobs " + valueOf[string](w, `SELECT coalesce(string_agg(kind || ' ' || state, ', '), '') FROM river_job WHERE state <> 'completed'`))
	for _, m := range w.world.Telegram.Messages(sandbox.Approvals) {
		fmt.Fprintf(&out, "\n  #%d %s", m.ID, strings.ReplaceAll(shown(m), "\n", "\n     "))
	}
	return out.String()
}

// shown is a message with its buttons.
func shown(m telegram.Message) string {
	text := m.Text
	for _, row := range m.Keyboard {
		for _, b := range row {
			text += " [" + b.Text + "]"
		}
	}
	return text
}

func rowsOf[T any](w *killWalk, sql string, args ...any) []T {
	w.t.Helper()
	rows, err := w.db.Query(context.Background(), sql, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func valueOf[T any](w *killWalk, sql string, args ...any) (out T) {
	w.t.Helper()
	if err := w.db.QueryRow(context.Background(), sql, args...).Scan(&out); err != nil {
		w.t.Fatal(err)
	}
	return out
}
