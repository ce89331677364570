package store

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

func TestTry(t *testing.T) {
	url := os.Getenv("TRY_URL")
	if url == "" {
		t.Skip()
	}
	ctx := context.Background()
	if err := Migrate(ctx, url); err != nil {
		t.Fatal(err)
	}
	db, err := Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(db.Migrated(ctx))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ev := Inbound{Op: OpMessage, Channel: "marketa", Chat: "39@s.whatsapp.net", ChatKind: "direct", Title: "Anna", VendorID: VendorMessageID(fmt.Sprint("m", time.Now().UnixNano())), Author: Client, Sender: "39", SenderName: "Anna", Kind: "text", Body: "ciao", SentAt: time.Now()}
	must(db.Ingest(ctx, Webhook{Source: "x", Body: []byte("{}"), Readable: true, Events: []Inbound{ev}}))
	must(db.Ingest(ctx, Webhook{Source: "x", Body: []byte("{}"), Readable: true, Events: []Inbound{ev}}))
	var c Chat
	must(db.System(ctx, Desk, func(tx *Tx) error {
		must(tx.MakeOwners(ctx, []int64{7}))
		cs, err := rows[Chat](ctx, tx, `SELECT `+chatColumns+` FROM chats`)
		c = cs[0]
		fmt.Printf("%+v\n", cs)
		return err
	}))
	rctx := WithRestaurant(ctx, c.RestaurantID)
	must(db.Tx(rctx, func(tx *Tx) error {
		l, err := tx.LeaseChat(ctx, c.ID)
		must(err)
		turn, c2, err := tx.OpenTurn(ctx, l)
		must(err)
		_ = c2
		must(tx.SaveStep(ctx, l, turn, Step{N: 1, Node: "x", Delta: []byte("{}")}))
		_, err = tx.ToolIntent(ctx, turn, ToolCall{CallID: "a", Tool: "t", Args: []byte("{}"), Origins: []byte("{}")})
		must(err)
		must(tx.ToolDone(ctx, turn, ToolCall{CallID: "a", Result: "r"}))
		u, err := tx.Unhandled(ctx, c.ID, c.Handled)
		must(err)
		fmt.Println(u)
		ok, err := tx.Commit(ctx, l, Finding{Turn: turn, Status: "drafted", Text: "Ciao Anna", PolicyVersion: "p", Proposals: []Proposal{{Kind: "fact", Payload: []byte("{}"), Show: "do it"}}})
		fmt.Println("counted", ok)
		return err
	}))
	var del DeliveryID
	must(db.System(ctx, Desk, func(tx *Tx) error {
		q, err := tx.Queue(ctx)
		must(err)
		fmt.Printf("%+v\n", q)
		v, err := tx.View(ctx, q[0].Approval)
		must(err)
		fmt.Printf("%+v\n", v)
		d, err := tx.Decide(ctx, Press{Approval: q[0].Approval, Action: Edit, Text: "Ciao!", TelegramID: 7, PolicyVersion: "p"})
		must(err)
		fmt.Printf("%+v\n", d)
		del = d.Delivery
		tok, err := tx.LeaseView(ctx, q[0].Approval)
		must(err)
		return tx.Drawn(ctx, q[0].Approval, tok, 1)
	}))
	must(db.Tx(rctx, func(tx *Tx) error {
		d, err := tx.LeaseDelivery(ctx, del)
		must(err)
		ok, err := tx.Intend(ctx, d)
		must(err)
		fmt.Println(ok)
		return tx.Delivered(ctx, d, "v1")
	}))
	n, err := db.Sweep(ctx, 8*time.Second, 45*time.Second)
	must(err)
	fmt.Println(n)
}
