package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"testing"

	"marketa/store"
	"marketa/store/migrations"
)

// URL is a fresh, migrated database of this test's own; its login is a plain role, as in production.
func URL(tb testing.TB) string {
	tb.Helper()
	return Clone(tb, "marketa_"+version(tb), func(ctx context.Context, url string) error { return store.Migrate(ctx, url) })
}

// New is a store on a fresh, migrated database. It is closed when the test ends.
func New(tb testing.TB) *store.DB {
	tb.Helper()
	db, err := store.Open(context.Background(), URL(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	return db
}

// version names the template by what the migrations say, so that a change makes a new one.
func version(tb testing.TB) string {
	tb.Helper()
	hash := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files, path)
		hash.Write([]byte(path))
		hash.Write(text)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return hex.EncodeToString(hash.Sum(nil)[:6])
}
