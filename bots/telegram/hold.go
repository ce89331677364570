package telegram

import (
	"context"
	"fmt"

	"marketa/store"
)

// breakIn: the conversation has moved on while somebody was writing the answer. He is told, or he would write on in vain.
func (b *Bot) breakIn(ctx context.Context, tx *store.Tx, v store.View) error {
	if v.State != "superseded" {
		return nil
	}
	m, chat, ok, err := tx.BrokenInto(ctx, v.Approval)
	if err != nil || !ok {
		return err
	}
	return tx.Tell(ctx, store.Notice{TgChatID: &chat, Kind: "alert", About: v.RestaurantID,
		HTML: fmt.Sprintf("✋ %s, the chat with <b>%s</b> has moved on while you were writing (%s). Please look at the newest card; an answer to the old one does not go out.", mention(m), esc(client(v)), line(v.Reason, 200))},
		"broken-into-"+v.Approval.String())
}
