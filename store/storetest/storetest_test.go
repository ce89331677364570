package storetest_test

import (
	"context"
	"testing"

	"marketa/store/storetest"
)

func TestNewIsMigratedAndPlain(t *testing.T) {
	db := storetest.New(t)
	migrated, err := db.Migrated(context.Background())
	if err != nil || !migrated {
		t.Fatalf("migrated %v, %v", migrated, err)
	}
	super, err := db.SuperuserLogin(context.Background())
	if err != nil || super {
		t.Fatalf("the login bypasses row-level security: %v, %v", super, err)
	}
}
