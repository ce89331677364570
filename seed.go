package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"marketa/bots/whatsapp"
	"marketa/bots/whatsapp/whapi"
	"marketa/sandbox"
	"marketa/stages"
	"marketa/store"
)

// seed writes into the platform's records what an agency with a past has there: the conversations as the vendor's history
// tells them, and what is known of each restaurant. Everything goes through the store's own functions.
func (a *App) seed(ctx context.Context, list []sandbox.Restaurant) error {
	if err := a.db.System(ctx, store.Desk, nameManagers(ctx)); err != nil {
		return err
	}
	for _, r := range list {
		if err := a.seedOne(ctx, r); err != nil {
			return fmt.Errorf("sandbox: seed %s: %w", r.Name, err)
		}
	}
	return nil
}

// seedOne is what a manager would have done: the chats were there, the restaurant was made, and they were put under it.
func (a *App) seedOne(ctx context.Context, r sandbox.Restaurant) error {
	for _, p := range r.Places {
		if err := a.readHistory(ctx, store.Channel(p.Channel), p.Chat); err != nil {
			return err
		}
	}
	var id store.RestaurantID
	err := a.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		var made bool
		if id, made, err = tx.MakeRestaurant(ctx, r.Name, r.Zone, sandbox.ManagerA); err != nil || !made {
			return cmp.Or(err, errNotOurs)
		}
		for _, p := range r.Places {
			if err := bring(ctx, tx, p, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.db.Tx(store.WithRestaurant(ctx, id), func(tx *store.Tx) error { return live(ctx, tx, r) })
}

var errNotOurs = errors.New("the platform refused its own manager")

func bring(ctx context.Context, tx *store.Tx, p sandbox.Place, to store.RestaurantID) error {
	chat, err := tx.ChatAt(ctx, store.Channel(p.Channel), store.VendorChatID(p.Chat))
	if err != nil {
		return err
	}
	moved, err := tx.MoveChat(ctx, chat, to, sandbox.ManagerA)
	if err == nil && moved.Outcome != "ok" {
		err = errNotOurs
	}
	return err
}

// readHistory keeps what the vendor still has of a chat, oldest first, as the webhooks would have told it.
func (a *App) readHistory(ctx context.Context, channel store.Channel, chat string) error {
	page, err := a.whatsapp.Channels[channel].History(ctx, chat, whapi.HistoryQuery{Count: 100})
	if err != nil {
		return err
	}
	slices.Reverse(page.Messages)
	events, _ := whatsapp.Convert(channel, whapi.Payload{Messages: page.Messages}, a.db.Clock.Now())
	body, err := json.Marshal(events)
	if err != nil {
		return err
	}
	return a.db.Ingest(ctx, store.Webhook{Source: "history/" + string(channel), Body: body, Readable: true, Events: events})
}

// live lets a restaurant go through its life so far and notes what is known of it.
func live(ctx context.Context, tx *store.Tx, r sandbox.Restaurant) error {
	stage := stages.Lead
	for _, event := range r.Life {
		next, err := stages.Client.Next(stage, stages.Event(event))
		if err != nil {
			return err
		}
		if err := tx.MoveStage(ctx, event, string(stage), string(next), "seed"); err != nil {
			return err
		}
		stage = next
	}
	if t := r.Task; t.ID > 0 {
		if err := tx.LinkCRMTask(ctx, store.CRMTask{Task: int64(t.ID), Name: t.Name, StatusID: int64(t.StatusID), Status: t.Status, SeenComment: int64(t.Said), LinkedBy: "seed"}); err != nil {
			return err
		}
	}
	for _, f := range r.Facts {
		if err := tx.NoteFact(ctx, store.Fact{Field: f[0], Value: f[1], Source: "seed"}); err != nil {
			return err
		}
	}
	return nil
}

// nameManagers: Telegram tells a manager's name with the first thing that he does; here they have worked for a while.
func nameManagers(ctx context.Context) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		for id, name := range map[int64]string{sandbox.ManagerA: "Marta", sandbox.ManagerB: "Ben"} {
			if _, _, err := tx.ManagerBy(ctx, id, name); err != nil {
				return err
			}
		}
		return nil
	}
}
