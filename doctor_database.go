package main

import (
	"context"
	"fmt"
	"time"

	"marketa/internal/fault"
	"marketa/internal/files"
	"marketa/store"
)

func (v *visit) lookDatabase(ctx context.Context) []finding {
	db := v.app.db
	before := time.Now()
	h, err := db.Health(ctx)
	if err != nil {
		return []finding{bad("database", "does not answer", "Check DATABASE_URL and that the server runs.")}
	}
	found := []finding{fine("database", "answers, PostgreSQL "+h.Server), lookVector(h.Vector), lookClock(h.Now.Sub(before.Add(time.Since(before) / 2)))}
	migrated, err := db.Migrated(ctx)
	if err != nil || !migrated {
		pending := bad("migrations", "pending", "Run marketa migrate; serve does it by itself.")
		pending.fix = func(ctx context.Context) error { return store.Migrate(ctx, v.cfg.DatabaseURL) }
		return append(found, pending)
	}
	found = append(found, fine("migrations", "up to date"))
	if missing, err := db.MissingRoles(ctx); err != nil || len(missing) > 0 {
		found = append(found, bad("database roles", fmt.Sprintf("this login cannot take: %v", missing), "Give them to it: GRANT marketa_door TO the login of DATABASE_URL, as the owner of the database."))
	} else {
		found = append(found, fine("database roles", "can be taken"))
	}
	if super, _ := db.SuperuserLogin(ctx); super {
		found = append(found, advice("database login", "is a superuser", "Safer: a plain login that owns the database and has CREATEROLE."))
	}
	return append(found, lookAlerts(ctx, db)...)
}

func lookVector(version string) finding {
	const part = "pgvector"
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return bad(part, "is not there", "Install the package (make setup does), then as the database's owner: CREATE EXTENSION vector.")
	}
	if major == 0 && minor < 7 {
		return bad(part, "is "+version, "Version 0.7 or newer is needed: install it, then ALTER EXTENSION vector UPDATE.")
	}
	return fine(part, version)
}

const mostSkew = 2 * time.Second

func lookClock(skew time.Duration) finding {
	if skew.Abs() > mostSkew {
		return bad("clock", fmt.Sprintf("the database's differs by %s", skew.Round(100*time.Millisecond)), "Let NTP set the time on both machines: leases and signed links go by it.")
	}
	return fine("clock", "the same as the database's")
}

// lookAlerts are the alerts that are open, as managers were told them.
func lookAlerts(ctx context.Context, db *store.DB) (found []finding) {
	var all []store.AlertView
	if err := db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { all, err = tx.Alerts(ctx); return err }); err != nil {
		return []finding{bad("alerts", "cannot be read", fault.Say(err))}
	}
	for _, a := range all {
		if !a.Over(time.Now()) {
			found = append(found, bad("alert", "open since "+a.FirstAt.Format(time.DateTime), a.Text))
		}
	}
	return found
}

// lookMedia writes a file, reads it and takes it away again.
func (v *visit) lookMedia(ctx context.Context) []finding {
	const part, key = "media", "doctor/probe"
	kept, err := files.Open(ctx, v.cfg.MediaURL)
	if err != nil {
		return []finding{bad(part, "cannot be opened", fault.Say(err))}
	}
	defer func() { _ = kept.Close() }()
	if err := kept.Probe(ctx, key); err != nil {
		return []finding{bad(part, "cannot be written and read", "Check MEDIA_URL and the rights to the folder: "+fault.Say(err))}
	}
	return []finding{fine(part, "can be written and read")}
}
