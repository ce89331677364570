package store

import (
	"context"
	"fmt"
)

// ChatAt finds a conversation by its place at the vendor; fault.NotFound where nobody has written yet. A group is one chat,
// through whichever of our numbers it was heard of first.
func (tx *Tx) ChatAt(ctx context.Context, channel Channel, chat VendorChatID) (ChatID, error) {
	id, err := value[ChatID](ctx, tx, `SELECT id FROM chats WHERE vendor_chat_id = $2 AND (channel = $1 OR kind = 'group') ORDER BY channel = $1 DESC LIMIT 1`, channel, chat)
	if err != nil {
		return id, fmt.Errorf("store: chat at: %w", err)
	}
	return id, nil
}
