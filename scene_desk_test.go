package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"marketa/sandbox"
	"marketa/store"
)

// What the record says already, for dialogues at the managers' desk:
//
//	record Anna belongs to Trattoria Demo, active     the restaurant of Anna's chat is called so and stands there
//	record Lucía is called Anna Rossi                 her chat is titled so
//	record Vera is a viewer                           she may look, not decide
//	record Anna has an account                        her restaurant is connected, as far as the record says

var (
	belongsTo = regexp.MustCompile(`^(\p{L}+) belongs to (.+), (\w+)$`)
	isCalled  = regexp.MustCompile(`^(\p{L}+) is called (.+)$`)
)

func (s *scene) record(rest string) {
	s.t.Helper()
	if m := belongsTo.FindStringSubmatch(rest); m != nil {
		s.as("marketa_app", m[1], `UPDATE restaurants SET name = $1, stage = $2 WHERE id = $3`, m[2], m[3])
		return
	}
	if m := isCalled.FindStringSubmatch(rest); m != nil {
		s.as("marketa_ingest", m[1], `UPDATE chats SET title = $1 WHERE restaurant_id = $2`, m[2])
		return
	}
	if client, task, ok := strings.Cut(rest, " has task "); ok {
		s.linkedTask(client, task)
		return
	}
	if name, ok := strings.CutSuffix(rest, " has an account"); ok {
		s.account(name)
		return
	}
	if name, ok := strings.CutSuffix(rest, " is a viewer"); ok {
		s.invited(name, "viewer")
		return
	}
	if s.publishing(rest) {
		return
	}
	s.t.Fatalf("no record can say %q", rest)
}

// as runs a statement about a client's restaurant, which is its last argument.
func (s *scene) as(role, client, sql string, args ...any) {
	s.t.Helper()
	id := s.ask(`SELECT restaurant_id::text FROM chats WHERE vendor_chat_id = $1 ORDER BY created_at LIMIT 1`, s.clients[client].Phone+"@s.whatsapp.net")
	ctx := context.Background()
	tx, err := s.app.db.Pool().Begin(ctx)
	s.must(err, sql)
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, `SELECT set_config('role', $1, true), set_config('app.restaurant_id', $2, true)`, role, id)
	s.must(err, sql)
	_, err = tx.Exec(ctx, sql, append(args, id)...)
	s.must(err, sql)
	s.must(tx.Commit(ctx), sql)
}

// invited puts somebody on the team by a code, as an owner would.
func (s *scene) invited(name, role string) {
	s.t.Helper()
	const code = "DESK2345"
	ctx := context.Background()
	s.world.Telegram.AllowBot(s.managers[name])
	s.must(s.app.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		outcome, err := tx.Invite(ctx, sandbox.ManagerA, store.NewCodeID(), role, store.HashCode(code))
		if err != nil || outcome != "ok" {
			return fmt.Errorf("invite: %s, %w", outcome, err)
		}
		_, err = tx.UseCode(ctx, s.managers[name], name, code)
		return err
	}), name)
}
