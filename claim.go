package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"

	"marketa/bots/telegram"
	"marketa/store"
)

// announceClaim prints the code by which the first owner claims the bot, where there is none yet. Each start makes a new one,
// and only its hash is kept; with several workers the one that started last has the living code.
func (a *App) announceClaim(ctx context.Context, out io.Writer) error {
	if len(a.cfg.TelegramOwners) > 0 {
		return nil
	}
	code := telegram.NewClaimCode(rand.Reader)
	var needed bool
	err := a.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		needed, err = tx.NewClaim(ctx, store.HashCode(code))
		return err
	})
	if err != nil || !needed {
		return err
	}
	_, err = fmt.Fprintf(out, "Nobody owns this bot yet. Write to it in Telegram, within 24 hours: /claim %s\n", code)
	return err
}
