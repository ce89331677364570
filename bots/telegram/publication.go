package telegram

import (
	"context"
	"slices"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// The buttons under a notice about a publication that waits for a person's word. They carry its id; the row says what a press can
// do.
func publicationActions() map[string]store.Action {
	return map[string]store.Action{"ut": store.ThereAction, "ua": store.AgainAction, "uw": store.AnywayAction, "ud": store.DropAction}
}

// pressPublication judges a tap under such a notice. What is held for the same reason on another network goes with it.
func (b *Bot) pressPublication(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, action store.Action, id store.PublicationID) error {
	chat, message := placeOf(q)
	if !b.ours(chat, m) {
		return answer(ctx, tx, q, notHere)
	}
	if !m.Decides() {
		return answer(ctx, tx, q, "!"+deniedWords)
	}
	before, known, err := tx.PublicationAt(ctx, id)
	if err != nil {
		return err
	}
	if !known {
		return answer(ctx, tx, q, goneAnswer)
	}
	s, err := tx.SettlePublication(ctx, id, action, m.TelegramID)
	switch {
	case err != nil:
		return err
	case s.Outcome == "denied":
		return answer(ctx, tx, q, "!"+deniedWords)
	case s.Outcome != "ok":
		return answer(ctx, tx, q, "!"+publicationStands(s.State))
	}
	if err := b.settleLike(ctx, tx, before, action, m); err != nil {
		return err
	}
	if message != 0 {
		if err := b.closeNotice(ctx, tx, chat, message, m, action); err != nil {
			return err
		}
	}
	return answer(ctx, tx, q, publicationDone(action))
}

// settleLike does the same with what one notice had told of: a post that is held is held on every network.
func (b *Bot) settleLike(ctx context.Context, tx *store.Tx, before store.Publication, action store.Action, m store.Manager) error {
	if before.State != "held" {
		return nil
	}
	all, err := tx.PublicationsOf(ctx, before.PostID)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.ID != before.ID && p.State == "held" && slices.Equal(p.Findings, before.Findings) {
			if _, err := tx.SettlePublication(ctx, p.ID, action, m.TelegramID); err != nil {
				return err
			}
		}
	}
	return nil
}

// closeNotice takes the buttons away and says who has pressed what.
func (b *Bot) closeNotice(ctx context.Context, tx *store.Tx, chat, message int64, m store.Manager, action store.Action) error {
	text, known, err := tx.NoticeAt(ctx, chat, message)
	if err != nil || !known {
		return err
	}
	zone, err := tx.DeskZone(ctx)
	if err != nil {
		return err
	}
	return tx.Tell(ctx, store.Notice{TgChatID: &chat, Kind: "reply", Edits: &message, HTML: text + "\n" + esc(publicationDone(action)) + " " + line(m.Name, 60) + ", " + clockTime(tx.Now, zone)}, "")
}

func publicationDone(a store.Action) string {
	switch a {
	case store.ThereAction:
		return "Noted as published."
	case store.AgainAction:
		return "It is tried again."
	case store.AnywayAction:
		return "Released: it is published."
	}
	return "Discarded: it is not published."
}

func publicationStands(state string) string {
	switch state {
	case "published":
		return "It is published already."
	case "withdrawn":
		return "It was discarded already."
	case "held":
		return "It is held for something else now; see the newest message about it."
	}
	return "It is on its way already."
}
