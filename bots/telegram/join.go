package telegram

import (
	"cmp"
	"context"
	"fmt"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// join is somebody outside the team with a code: /start CODE or /claim CODE. ok is false when he brings none.
func (b *Bot) join(ctx context.Context, tx *store.Tx, msg *models.Message, private bool) (ok bool, err error) {
	name, isCommand := b.command(msg.Text)
	code := arguments(msg.Text)
	if !isCommand || name != "start" && name != "claim" {
		return false, nil
	}
	owned, err := tx.Owned(ctx)
	switch {
	case err != nil:
		return false, err
	case !private && code != "":
		return true, say(ctx, tx, msg, "Please send me the code privately, not here: open my chat, press Start and write it there.")
	case !private:
		return false, nil
	case code == "" && !owned:
		return true, say(ctx, tx, msg, "👋 This desk has no owner yet. Whoever started Marketa finds a claim code in what it printed: send it to me as <code>/claim CODE</code>.")
	case code == "":
		return false, nil
	}
	return true, b.useCode(ctx, tx, msg, code)
}

func (b *Bot) useCode(ctx context.Context, tx *store.Tx, msg *models.Message, code string) error {
	j, err := tx.UseCode(ctx, msg.From.ID, nameOf(msg.From), code)
	if err != nil {
		return err
	}
	if j.Outcome != "ok" {
		return say(ctx, tx, msg, codeWords(j.Outcome))
	}
	if err := bringAll(ctx, tx); err != nil {
		return err
	}
	m := store.Manager{ID: j.Manager, TelegramID: msg.From.ID, Name: nameOf(msg.From), Role: j.Role, Active: true}
	welcome := greeting(m) + fmt.Sprintf(" You are %s now: you %s.", article(j.Role), youMay[j.Role])
	if j.Kind == "claim" {
		welcome = greeting(m) + " This desk is yours now. /invite brings your colleagues, /team shows who is here."
	}
	if err := say(ctx, tx, msg, welcome+"\n\n"+helpFor(m)); err != nil {
		return err
	}
	if j.InvitedBy == nil {
		return nil
	}
	return tx.Tell(ctx, store.Notice{TgChatID: j.InvitedBy, Kind: "reply", HTML: fmt.Sprintf("✅ <b>%s</b> has come to the team with your invite, as %s.", line(cmp.Or(m.Name, "Somebody"), 60), article(j.Role))}, "")
}

func codeWords(outcome string) string {
	switch outcome {
	case "member":
		return "You are on the team already."
	case "spent":
		return "This code does not work any more: it was used, taken back, or is too old. Ask an owner for a new one."
	case "limited":
		return "Too many wrong codes. Please wait an hour and try again."
	}
	return "I do not know this code. Please look once more: it has letters and digits only."
}

const noLongerOnTheTeam = "You are not on this desk's team any more, so nothing was done. If that is a mistake, ask an owner for an invite."

// outside is what somebody outside the team hears: a stranger, or one who was on it.
func outside(ctx context.Context, tx *store.Tx, who *models.User) (string, error) {
	was, err := tx.WasRemoved(ctx, who.ID)
	if was {
		return noLongerOnTheTeam, err
	}
	return notOnTheTeam, err
}
