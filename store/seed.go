package store

import (
	"context"
	"fmt"
)

// RestaurantOfChat is whose a conversation is; fault.NotFound where nobody has written yet.
func (tx *Tx) RestaurantOfChat(ctx context.Context, channel Channel, chat VendorChatID) (RestaurantID, error) {
	return value[RestaurantID](ctx, tx, `SELECT restaurant_id FROM chats WHERE channel = $1 AND vendor_chat_id = $2`, channel, chat)
}

// NameRestaurant gives the restaurant of this transaction its name and its zone.
func (tx *Tx) NameRestaurant(ctx context.Context, name, zone string) error {
	if _, err := tx.exec(ctx, `UPDATE restaurants SET name = $2, zone = $3 WHERE id = $1`, tx.Restaurant, name, zone); err != nil {
		return fmt.Errorf("store: name restaurant: %w", err)
	}
	return nil
}
