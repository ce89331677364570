package store_test

import (
	"context"

	"marketa/store"
)

// reachesOfWords are the methods about languages and fixed texts.
func reachesOfWords(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	return map[string]func(tx *store.Tx) (any, error){
		"CardLanguage":   func(tx *store.Tx) (any, error) { return tx.CardLanguage(ctx) },
		"ChooseLanguage": only(func(tx *store.Tx) error { return tx.ChooseLanguage(ctx, store.ManagerID{}, "it") }),
		"HeardLanguage":  only(func(tx *store.Tx) error { return tx.HeardLanguage(ctx, marta, "it") }),
		"ManagerLanguage": func(tx *store.Tx) (any, error) {
			c, _, err := tx.ManagerLanguage(ctx, store.ManagerID{})
			return c, err
		},
	}
}
