package telegram

import (
	"context"
	"encoding/json"

	"marketa/store"
)

// Receive keeps an update, once; it returns when it is durable. What it says is looked at by a job.
func (b *Bot) Receive(ctx context.Context, body []byte) error {
	var u struct {
		ID *int64 `json:"update_id"`
	}
	if err := json.Unmarshal(body, &u); err != nil || u.ID == nil {
		return b.db.SaveUnreadable(ctx, "telegram", body, store.Alert{Cause: "telegram-unreadable",
			Text: "Telegram sent something that could not be read. It is kept; nothing is lost. If this repeats, this version may be too old for Telegram."})
	}
	return b.db.SaveUpdate(ctx, *u.ID, body)
}
