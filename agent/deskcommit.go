package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
	"marketa/tools/desk"
)

// commit ends the turn: the answer, the cards and the reminders that were asked for, in one transaction.
func (w *deskWalk) commit(ctx context.Context) error {
	o := store.Outcome{Status: w.status, Answer: w.text, Choices: w.choose, About: w.scope.All().Read}
	if w.status == "answered" && w.manager.Decides() {
		if err := w.gather(ctx, &o); err != nil {
			return err
		}
	}
	w.honest(&o)
	patient := w.now.Sub(w.turn.StartedAt) < mostPatient
	return w.end(ctx, o, patient)
}

// giveUp tells the manager that it is no use, and looks at nothing that the turn has done: some of it is what fails.
func (w *deskWalk) giveUp(ctx context.Context) error {
	return w.end(ctx, store.Outcome{Status: "failed", Answer: "Something on our side failed over and over with this one; nothing was sent or changed. Please try again, or look into the log."}, false)
}

func (w *deskWalk) end(ctx context.Context, o store.Outcome, patient bool) error {
	err := w.agent.deskTx(ctx, func(tx *store.Tx) error { return tx.CommitDesk(ctx, w.lease, w.turn, o, patient) })
	if err == nil {
		w.agent.log.Info("desk turn ended", "turn", w.turn.ID, "status", o.Status, "steps", w.n, "confirms", len(o.Confirms), "wishes", len(o.Wishes))
	}
	return err
}

// gather turns what the tools have proposed into cards and reminders, each once.
func (w *deskWalk) gather(ctx context.Context, o *store.Outcome) error {
	seen := map[string]bool{}
	for _, c := range w.calls {
		var p tools.Proposal
		if !proposes(c.ToolCall) {
			continue
		}
		if json.Unmarshal(c.Proposal, &p) != nil {
			return fmt.Errorf("%w: %s", errNoProposal, c.Tool)
		}
		if key := p.Kind + string(p.Payload); !seen[key] {
			seen[key] = true
			if err := w.hold(ctx, o, c, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *deskWalk) hold(ctx context.Context, o *store.Outcome, c store.DeskCall, p tools.Proposal) error {
	switch p.Kind {
	case desk.Message:
		var m desk.MessagePayload
		if err := json.Unmarshal(p.Payload, &m); err != nil {
			return err
		}
		return w.holdMessage(ctx, o, m, nil)
	case desk.Reminder:
		var r desk.ReminderPayload
		if err := json.Unmarshal(p.Payload, &r); err != nil {
			return err
		}
		o.Reminders = append(o.Reminders, store.Reminder{Restaurant: r.Restaurant, Words: r.Words, Zone: r.Zone, DueAt: r.DueAt})
	default:
		if w.agent.attach[p.Kind] != nil {
			return w.holdLetter(ctx, o, p)
		}
		return w.holdEffect(o, c, p)
	}
	return nil
}

// holdMessage makes a card of the client's chat of it; with finishes it.
func (w *deskWalk) holdMessage(ctx context.Context, o *store.Outcome, m desk.MessagePayload, with func(*store.Wish)) error {
	wish, err := w.wish(ctx, m)
	if fault.KindOf(err) == fault.NotFound {
		o.Remarks = append(o.Remarks, "⚠️ The chat of "+m.Who+" has moved meanwhile; please ask again.")
		return nil
	}
	if err != nil {
		return err
	}
	if with != nil {
		with(&wish)
	}
	// Of two messages to one chat the later one counts: a chat has one card.
	for i, x := range o.Wishes {
		if x.Chat == wish.Chat {
			o.Wishes[i] = wish
			return nil
		}
	}
	o.Wishes = append(o.Wishes, wish)
	o.Remarks = append(o.Remarks, "✍️ The message to "+m.Who+" waits on a card of its own. It leaves when somebody taps Send there.")
	return nil
}

// holdEffect makes a card to confirm of it, or begins at once what only leads to a card of its own.
func (w *deskWalk) holdEffect(o *store.Outcome, c store.DeskCall, p tools.Proposal) error {
	var h tools.Held
	if err := json.Unmarshal(p.Payload, &h); err != nil {
		return fmt.Errorf("agent: hold %s: %w", p.Kind, err)
	}
	held := store.Confirm{Restaurant: h.Restaurant, Kind: p.Kind, Payload: h.Payload, Show: p.Show, Notes: tainted([]store.ToolCall{c.ToolCall}), DecidedName: w.manager.Name}
	switch begin, effect := w.agent.begins[p.Kind], w.agent.effects[p.Kind]; {
	case begin != nil:
		held.Notes = nil
		o.Begins = append(o.Begins, store.Begin{Confirm: held, Do: begin})
		o.Remarks = append(o.Remarks, "▶️ "+p.Show)
	case effect != nil:
		o.Confirms = append(o.Confirms, held)
	default:
		return fmt.Errorf("agent: nobody holds a %q", p.Kind)
	}
	return nil
}

// wish looks at a message for a client as a client's turn would look at its own draft: tidied, with the same warnings.
func (w *deskWalk) wish(ctx context.Context, m desk.MessagePayload) (store.Wish, error) {
	ctx = store.WithRestaurant(ctx, m.Restaurant)
	as := &walk{agent: w.agent, now: w.now}
	if err := w.agent.db.Tx(ctx, func(tx *store.Tx) (err error) {
		if as.chat, err = tx.Chat(ctx, m.Chat); err != nil {
			return err
		}
		return as.load(ctx, tx)
	}); err != nil {
		return store.Wish{}, err
	}
	as.redo.Hint = w.turn.Words // what the manager states may be used as a fact
	if len(as.unhandled) == 0 { // their language is that of what they wrote last
		for _, x := range as.talk {
			if x.Author == store.Client {
				as.unhandled = append(as.unhandled, x)
			}
		}
	}
	text, cut := tidy(m.Text)
	out := store.Wish{Restaurant: m.Restaurant, Chat: m.Chat, Text: text, PolicyVersion: as.policy.Version(),
		Notes: store.Notes{Why: w.manager.Name + " asked for this: “" + cutTo(oneLine(w.turn.Words), 150) + "”", Model: w.model}}
	if cut {
		out.Notes.Warnings = append(out.Notes.Warnings, "The draft was too long and ends early. Read its end before sending.")
	}
	for _, g := range as.policy.Guards {
		out.Notes.Warnings = append(out.Notes.Warnings, w.agent.guards[g](as, text)...)
	}
	if as.chat.Taken(w.now) {
		out.Notes.Warnings = append(out.Notes.Warnings, "A colleague has taken this chat over and writes there himself.")
	}
	return out, nil
}

const chatter = 200 // characters of an answer that only accompanies a card

// honest takes back what an answer may not claim: that something is done which nobody has done.
func (w *deskWalk) honest(o *store.Outcome) {
	var known strings.Builder
	for _, c := range w.calls {
		if !proposes(c.ToolCall) {
			known.WriteString(c.Result + "\n")
		}
	}
	for _, e := range w.exchanges {
		known.WriteString(e.Words + "\n" + e.Answer + "\n")
	}
	asked := len(o.Confirms)+len(o.Wishes)+len(o.Reminders) > 0
	if asked && len([]rune(o.Answer)) < chatter && !strings.Contains(o.Answer, "\n") {
		o.Answer = "" // "it waits for your tap" beside the card that says so
		return
	}
	if o.Status != "answered" || w.rounds == 0 || doneClaim(o.Answer, strings.ToLower(known.String())) == "" {
		return
	}
	if asked {
		o.Answer = ""
		return
	}
	o.Remarks = append(o.Remarks, "⚠️ I have sent and changed nothing: that takes a card and a tap.")
}
