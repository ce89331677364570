package main

import (
	"context"

	"marketa/store"
)

// account gives a client's restaurant an account to publish in, as if somebody had gone the way of the link. Nothing is published
// with it: its token opens nothing.
func (s *scene) account(client string) {
	s.t.Helper()
	id, err := store.ParseID[struct{}](s.ask(`SELECT restaurant_id::text FROM chats WHERE vendor_chat_id = $1 ORDER BY created_at LIMIT 1`, s.clients[client].Phone+"@s.whatsapp.net"))
	s.must(err, client)
	ctx := store.WithRestaurant(context.Background(), store.RestaurantID(id))
	s.must(s.app.db.Tx(ctx, func(tx *store.Tx) error {
		return tx.SaveConnection(ctx, store.Connection{ID: store.NewConnectionID(), PersonID: "1", PageID: "page", PageName: "Page", IGID: "account", IGName: "account", Token: []byte("x"), PersonToken: []byte("x")})
	}), client)
}
