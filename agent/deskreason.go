package agent

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/stages"
)

// nobodyListens is what a manager reads when no model can be asked: his words went nowhere.
const nobodyListens = "I did not pass that on to anybody. To write to a client, reply to the card of that client. /queue shows what waits, /help the rest."

// deskWords looks at the manager's words before any model does: a typed yes decides nothing and is no message either.
func deskWords(_ context.Context, w *deskWalk) (delta, error) {
	switch {
	case w.typedYes():
		return w.says("answered", w.whatToTap()), nil
	case !w.agent.HasModel():
		return w.says("failed", nobodyListens), nil
	}
	return delta{Next: nodeDesk}, nil
}

func (w *deskWalk) says(status, text string) delta {
	return delta{Next: end, Status: status, Text: &text}
}

// yes are words that a person types where a button is meant: orders to send, and plain assent.
var (
	sends  = strings.Split(`send|send-it|send-it-please|please-send-it|send-it-now|yes-send-it|ok-send-it|send-the-draft|confirm|confirm-it|approve|approved|do-it|go-ahead|schick-es|schick-es-ab|senden|abschicken|ja-senden|bestätigen|mach-es|invia|invialo|manda|mandalo|sì-invia|si-invia|conferma|fallo|envía|envíalo|envialo|mándalo|mandalo|sí-envíalo|confirma|confirmar|hazlo|отправь|отправляй|подтверждаю`, "|")
	assent = strings.Split(`yes|yes-please|ok|okay|yep|sure|ja|ja-bitte|sì|si|va-bene|sí|vale|да`, "|")
)

var bars = regexp.MustCompile(`[\s,.!…]+`)

func (w *deskWalk) typedYes() bool {
	said := strings.Trim(bars.ReplaceAllString(strings.ToLower(strings.TrimSpace(w.turn.Words)), "-"), "-")
	is := func(list []string) bool { return slices.Contains(list, said) }
	switch {
	case w.cards+w.confirms == 0:
		return false
	case is(sends):
		return true
	case !is(assent):
		return false
	}
	n := len(w.exchanges)
	return w.confirms > 0 || n == 0 || !strings.HasSuffix(strings.TrimSpace(w.exchanges[n-1].Answer), "?")
}

func (w *deskWalk) whatToTap() string {
	const not = "Words do not decide here, so nothing was sent or changed. "
	switch {
	case w.confirms > 0:
		return not + "Tap ✅ Confirm under what you have asked for, or ✖️ Cancel."
	case w.cards == 1:
		return not + "Tap ✅ Send on the card that waits; /queue brings it up."
	}
	return not + "Tap ✅ Send on the card that you mean; /queue shows what waits."
}

// deskReason asks for the answer, or for the tools that it needs.
func deskReason(ctx context.Context, w *deskWalk) (delta, error) {
	system, err := w.agent.prompts.Desk(stages.DeskData{Manager: noTags(w.manager.Name), Decides: w.manager.Decides(), Restaurant: noTags(w.bound),
		Now: w.turn.StartedAt.In(w.zone()), Zone: w.scope.Zone})
	if err != nil {
		return delta{}, err
	}
	msgs := append([]llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system), llms.TextParts(llms.ChatMessageTypeHuman, w.question())}, w.said...)
	answer, err := w.agent.router.Generate(ctx, llm.Desk, msgs, w.options()...)
	var refused *llm.Refused
	var down *llm.AllDown
	switch {
	case ctx.Err() != nil:
		return delta{}, ctx.Err()
	case errors.As(err, &refused):
		return w.says("failed", "The language model declined to answer this. Please say it in other words."), nil
	case errors.As(err, &down):
		w.agent.log.Warn("no model answers", "error", err)
		return w.says("failed", "No language model can be reached at the moment. "+nobodyListens), nil
	case err != nil:
		return delta{}, err
	}
	d := delta{Next: end, Status: "answered", Model: answer.Provider + "/" + answer.Model}
	if len(answer.ToolCalls) > 0 && w.rounds < mostRounds {
		d.Next, d.Status = nodeTools, ""
		if d.Said, err = json.Marshal(answer.Message()); len(d.Said) > longestSaid {
			return w.says("failed", "The language model wrote far too much to be read. Please ask for less at once."), nil
		}
		return d, err
	}
	text := forManagers(answer.Text)
	if text == "" {
		return w.says("failed", "The language model looked around and then said nothing. Please ask again in other words."), nil
	}
	d.Text = &text
	return d, nil
}

func (w *deskWalk) options() []llms.CallOption {
	opts := []llms.CallOption{llm.WithLabel(deskLabel + "/" + w.turn.ID.String()), llm.WithEffort(llm.Low), llms.WithTools(declare(w.tools))}
	if w.rounds >= mostRounds {
		opts = append(opts, llms.WithToolChoice("none"))
	}
	if provider, model, ok := strings.Cut(w.model, "/"); ok {
		opts = append(opts, llm.WithPinned(provider, model))
	}
	return opts
}

// forManagers is a model's answer without markup: Telegram would show it as it stands.
func forManagers(text string) string {
	text = boldMarks.ReplaceAllString(boldItal.ReplaceAllString(cutTo(text, longestRaw), "$1"), "$1$2")
	text, _ = tidy(strings.ReplaceAll(text, "`", ""))
	return text
}
