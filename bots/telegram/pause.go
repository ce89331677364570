package telegram

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// pauseNumber throws the kill switch of a number, or takes it back: "/pause marketa". What is approved meanwhile waits.
func (b *Bot) pauseNumber(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, pause bool) error {
	if !m.Decides() {
		return say(ctx, tx, msg, deniedWords)
	}
	verb := map[bool]string{true: "pause", false: "resume"}[pause]
	words := strings.Fields(clean(msg.Text))
	if len(words) < 2 {
		all, err := tx.ChannelStates(ctx)
		if err != nil {
			return err
		}
		return say(ctx, tx, msg, numbersText(all, verb))
	}
	number := strings.ToLower(words[1])
	ok, err := tx.PauseChannel(ctx, store.Channel(number), pause)
	if err != nil {
		return err
	}
	if !ok {
		return say(ctx, tx, msg, "There is no number "+line(number, 40)+". Write /"+verb+" alone and I list them.")
	}
	if err := tx.Note(ctx, "manager:"+m.ID.String(), "channel."+verb, number); err != nil {
		return err
	}
	if pause {
		return say(ctx, tx, msg, fmt.Sprintf("⏸ Nothing leaves on the %s number any more. What you approve waits; /resume %s lets it go.", line(number, 40), line(number, 40)))
	}
	return say(ctx, tx, msg, fmt.Sprintf("▶️ The %s number sends again. What waited goes out now.", line(number, 40)))
}

// numbersText lists our numbers and how they are.
func numbersText(all []store.ChannelState, verb string) string {
	s := "Which number? For example: /" + verb + " marketa"
	for _, c := range all {
		how := "sends"
		switch {
		case c.PausedAt != nil:
			how = "paused"
		case c.Trouble != "":
			how = "cannot send. " + c.Trouble
		}
		s += "\n• <b>" + line(string(c.Channel), 40) + "</b>: " + line(how, 300)
	}
	return s
}
