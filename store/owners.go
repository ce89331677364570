package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MakeOwners makes the configured Telegram users active owners. It is a right of the login's own, not of the desk's: nothing
// that the desk is told can make an owner.
func (tx *Tx) MakeOwners(ctx context.Context, telegramIDs []int64) error {
	ids := make([]ManagerID, len(telegramIDs))
	for i := range ids {
		ids[i] = NewID[managerKind]()
	}
	return tx.asLogin(ctx, func() error {
		if _, err := tx.exec(ctx, `SELECT make_owners($1, $2, $3)`, ids, telegramIDs, tx.Now); err != nil {
			return fmt.Errorf("store: make owners: %w", err)
		}
		return nil
	})
}

// ClaimLife is how long the code printed at start is good for.
const ClaimLife = 24 * time.Hour

// NewClaim keeps the hash of the code by which the first owner claims the bot; an older code is dead from now on. False where
// there is an active owner: then there is nothing to claim.
func (tx *Tx) NewClaim(ctx context.Context, hash []byte) (needed bool, err error) {
	err = tx.asLogin(ctx, func() error {
		needed, err = value[bool](ctx, tx, `SELECT new_claim($1, $2, $3, $4)`, NewID[codeKind](), hash, tx.Now.Add(ClaimLife), tx.Now)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("store: new claim: %w", err)
	}
	return needed, nil
}

var errNotDesk = errors.New("store: this is for the desk at start only")

// asLogin runs fn without the desk's role, as the login whose own right it is.
func (tx *Tx) asLogin(ctx context.Context, fn func() error) error {
	if tx.role != Desk {
		return errNotDesk
	}
	const take = `SELECT set_config('role', $1, true)`
	if _, err := tx.exec(ctx, take, "none"); err != nil {
		return fmt.Errorf("store: leave role: %w", err)
	}
	if err := fn(); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, take, string(Desk)); err != nil {
		return fmt.Errorf("store: take role: %w", err)
	}
	return nil
}
