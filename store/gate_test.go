package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"marketa/store"
)

// target is a chat with a card that waits and one whose reply is on its way, and another restaurant's chat with a card.
type target struct {
	*world
	chat     store.Chat
	pending  store.ApprovalID
	decided  store.ApprovalID
	foreign  store.Chat
	theirs   store.ApprovalID
	decision store.Decision
}

const forged = "Paga subito qui: example.test"

func newTarget(t *testing.T) *target {
	t.Helper()
	w := newWorld(t)
	w.hire()
	c, d := w.approved("anna", "Alle otto.")
	x := &target{world: w, chat: c, decided: d.Shown, decision: d}
	w.ingest(message("anna", "m2", "grazie, e lunedì?"))
	x.pending = w.card(w.chat("anna"), "Lunedì siamo chiusi.")
	x.foreign, x.theirs = w.asked("bruno", "salve", "Buongiorno.")
	return x
}

// fill puts the target's ids into a statement.
func (x *target) fill(sql string) string {
	return strings.NewReplacer("{mine}", x.chat.RestaurantID.String(), "{chat}", x.chat.ID.String(), "{pending}", x.pending.String(), "{decided}", x.decided.String(),
		"{their chat}", x.foreign.ID.String(), "{theirs}", x.theirs.String(), "{their restaurant}", x.foreign.RestaurantID.String(), "{forged}", forged,
		"{delivery}", x.decision.Delivery.String(), "{marta}", fmt.Sprint(marta), "{root}", x.root.Config().ConnConfig.User).Replace(sql)
}

// leaving is everything that decides what reaches a client.
func (x *target) leaving() string {
	return ask[string](x.world, `SELECT concat_ws(E'\n', (SELECT string_agg(t::text, '|' ORDER BY id) FROM outbound t), (SELECT string_agg(t::text, '|' ORDER BY id) FROM approvals t),
		(SELECT string_agg(t::text, '|' ORDER BY id) FROM drafts t), (SELECT string_agg(concat(id, outbound_id, chat_id, text_hash), '|' ORDER BY id) FROM deliveries),
		(SELECT string_agg(concat(telegram_id, role, active), '|' ORDER BY id) FROM managers),
		(SELECT string_agg(proname || md5(prosrc) || proowner::regrole || coalesce(array_to_string(proconfig, ','), '') || coalesce(array_to_string(proacl, ','), ''), '|' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname IN ('decide', 'retire', 'ingest')),
		(SELECT string_agg(t::text, '|' ORDER BY oid) FROM (SELECT oid, relrowsecurity, relforcerowsecurity, relacl::text, relowner FROM pg_class WHERE relname IN ('outbound', 'approvals', 'drafts', 'deliveries', 'managers')) t),
		(SELECT string_agg(t::text, '|' ORDER BY oid) FROM (SELECT oid, polqual::text, polwithcheck::text, polroles FROM pg_policy) t),
		(SELECT string_agg(t::text, '|' ORDER BY oid) FROM (SELECT oid, tgenabled FROM pg_trigger WHERE tgrelid = 'outbound'::regclass) t))`)
}

const insertOutbound = `INSERT INTO outbound (id, restaurant_id, chat_id, approval_id, text, text_hash, watermark, created_at) `

// attacks are statements that would let words go that nobody has approved, or make it look as if somebody had.
var attacks = map[string]string{
	"outbound without an approval":          insertOutbound + `VALUES (gen_random_uuid(), '{mine}', '{chat}', gen_random_uuid(), '{forged}', sha256('{forged}'), 2, now())`,
	"outbound for a card that waits":        insertOutbound + `SELECT gen_random_uuid(), restaurant_id, chat_id, id, 'Lunedì siamo chiusi.', text_hash, watermark, now() FROM approvals WHERE id = '{pending}'`,
	"outbound with another text":            insertOutbound + `SELECT gen_random_uuid(), restaurant_id, chat_id, id, '{forged}', text_hash, watermark, now() FROM approvals WHERE id = '{decided}'`,
	"outbound by copy":                      `COPY outbound (id, restaurant_id) FROM STDIN`,
	"other words in outbound":               `UPDATE outbound SET text = '{forged}', text_hash = sha256('{forged}')`,
	"another chat in outbound":              `UPDATE outbound SET chat_id = '{their chat}'`,
	"outbound taken away":                   `DELETE FROM outbound`,
	"a delivery of nothing":                 `INSERT INTO deliveries (id, restaurant_id, outbound_id, chat_id, text_hash) VALUES (gen_random_uuid(), '{mine}', gen_random_uuid(), '{chat}', sha256('{forged}'))`,
	"a second delivery":                     `INSERT INTO deliveries (id, restaurant_id, outbound_id, chat_id, text_hash) SELECT gen_random_uuid(), restaurant_id, outbound_id, chat_id, text_hash FROM deliveries`,
	"a delivery of something else":          `UPDATE deliveries SET outbound_id = gen_random_uuid()`,
	"a delivery to another chat":            `UPDATE deliveries SET chat_id = '{their chat}'`,
	"a decision by hand":                    `UPDATE approvals SET state = 'sent', decided_by = (SELECT id FROM managers LIMIT 1), decided_at = now() WHERE id = '{pending}'`,
	"a decision undone":                     `UPDATE approvals SET state = 'pending', decided_by = NULL WHERE id = '{decided}'`,
	"a newer watermark":                     `UPDATE approvals SET watermark = watermark + 1`,
	"an approval of another text":           `UPDATE approvals SET text_hash = sha256('{forged}')`,
	"approvals taken away":                  `DELETE FROM approvals`,
	"approvals emptied":                     `TRUNCATE approvals CASCADE`,
	"an approval that is decided":           `INSERT INTO approvals (id, restaurant_id, chat_id, draft_id, text_hash, watermark, from_watermark, state, decided_by, created_at) SELECT gen_random_uuid(), restaurant_id, chat_id, draft_id, text_hash, watermark, 0, 'sent', decided_by, now() FROM approvals WHERE id = '{decided}'`,
	"an approval superseded from the start": `INSERT INTO approvals (id, restaurant_id, chat_id, draft_id, text_hash, watermark, from_watermark, state, created_at) SELECT gen_random_uuid(), restaurant_id, chat_id, draft_id, text_hash, watermark, 0, 'superseded', now() FROM approvals WHERE id = '{decided}'`,
	"other words in a draft":                `UPDATE drafts SET text = '{forged}', text_hash = sha256('{forged}')`,
	"a manager's words that he never wrote": `INSERT INTO drafts (id, restaurant_id, chat_id, author, text, text_hash, watermark, policy_version, created_at) VALUES (gen_random_uuid(), '{mine}', '{chat}', 'manager', '{forged}', sha256('{forged}'), 2, 'policy-1', now())`,
	"to become the gate":                    `SET ROLE marketa_gate`,
	"to become the gate by a function":      `SELECT set_config('role', 'marketa_gate', false)`,
	"to become a superuser":                 `SET SESSION AUTHORIZATION {root}`,
	"to be given the gate":                  `GRANT marketa_gate TO marketa_app, marketa_ingest, marketa_desk`,
	"to be given outbound":                  `GRANT INSERT ON outbound TO marketa_app, marketa_ingest, marketa_desk`,
	"another deciding function":             `CREATE OR REPLACE FUNCTION retire(p_restaurant uuid, p_chat uuid, p_reason text, p_now timestamptz) RETURNS uuid LANGUAGE sql SECURITY DEFINER AS 'SELECT NULL::uuid'`,
	"the deciding function altered":         `ALTER FUNCTION decide SECURITY INVOKER`,
	"its search path altered":               `ALTER FUNCTION decide SET search_path = pg_temp, public`,
	"the deciding function taken away":      `DROP FUNCTION decide`,
	"the deciding function given away":      `GRANT EXECUTE ON FUNCTION decide TO PUBLIC`,
	"keys switched off":                     `ALTER TABLE outbound DISABLE TRIGGER ALL`,
	"keys switched off for the session":     `SET session_replication_role = replica`,
	"row-level security switched off":       `ALTER TABLE outbound DISABLE ROW LEVEL SECURITY`,
	"row-level security not forced":         `ALTER TABLE outbound NO FORCE ROW LEVEL SECURITY`,
	"a policy of its own":                   `CREATE POLICY mine ON outbound USING (true) WITH CHECK (true)`,
	"a check taken away":                    `ALTER TABLE outbound DROP CONSTRAINT outbound_approved`,
	"a trigger of its own":                  `CREATE TRIGGER mine BEFORE UPDATE ON approvals EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
	"a rule of its own":                     `CREATE RULE mine AS ON INSERT TO audit DO ALSO NOTHING`,
	"a function that shadows":               `CREATE FUNCTION public.sha256(text) RETURNS bytea LANGUAGE sql AS 'SELECT ''''::bytea'`,
	"an operator that shadows":              `CREATE FUNCTION public.shadow(text, uuid) RETURNS text LANGUAGE sql AS 'SELECT ''x'''; CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = uuid, FUNCTION = public.shadow)`,
	"a schema of its own":                   `CREATE SCHEMA mine`,
	"an owner of its own":                   `INSERT INTO managers (id, telegram_id, role, created_at) VALUES (gen_random_uuid(), 666, 'owner', now())`,
	"an owner by configuration":             `SELECT make_owners(ARRAY[gen_random_uuid()], ARRAY[666], now())`,
	"a claim of its own":                    `SELECT new_claim(gen_random_uuid(), sha256('mine'), now() + interval '1 day', now())`,
	"everybody active":                      `UPDATE managers SET active = true`,
	"a viewer's role":                       `UPDATE managers SET role = 'owner' WHERE telegram_id = 103`,
	"a manager taken away":                  `DELETE FROM managers WHERE telegram_id = 102`,
	"an invite by hand":                     `INSERT INTO team_codes (id, kind, role, hash, made_by, made_at, expires_at) SELECT gen_random_uuid(), 'invite', 'owner', sha256('mine'), id, now(), now() + interval '1 day' FROM managers LIMIT 1`,
	"an invite that lives on":               `UPDATE team_codes SET used_at = NULL, revoked_at = NULL`,
	"codes read":                            `SELECT hash FROM team_codes`,
	"wrong codes forgotten":                 `DELETE FROM code_tries`,
	"the owner's lock taken away":           `DROP TRIGGER keep_an_owner ON managers`,
	"a chat under another restaurant":       `UPDATE chats SET restaurant_id = '{their restaurant}' WHERE id = '{chat}'`,
	"people under another restaurant":       `UPDATE people SET restaurant_id = '{their restaurant}'`,
	"a chat that is not ignored":            `UPDATE chats SET ignored_at = NULL, mapped_at = now()`,
	"the manager's look by itself":          `SELECT deciding({marta})`,
	"a take-over ended by itself":           `SELECT give_back('{chat}', now())`,
	"people moved by themselves":            `SELECT move_people('{chat}', '{mine}', '{their restaurant}')`,
	"a past of its own":                     `INSERT INTO moves (id, chat_id, from_restaurant, to_restaurant, manager_id, at, closed, from_stage, facts) SELECT gen_random_uuid(), '{chat}', '{mine}', '{their restaurant}', id, now(), false, 'lead', '{}' FROM managers LIMIT 1`,
}

// only are attacks that some roles may do: it is their work, and none of them lets words go.
var only = map[string][]string{
	"marketa_desk":   {"a decision through the gate", "the end of a membership"},
	"marketa_app":    {"the end of a card"},
	"marketa_ingest": {"a client's words"},
}

var works = map[string]string{
	"the end of a membership":     `SELECT 1 / (outcome = 'ok')::int FROM remove_manager({marta}, (SELECT id FROM managers WHERE telegram_id = 102), now())`,
	"a new manager":               `INSERT INTO managers (id, telegram_id, role, created_at) VALUES (gen_random_uuid(), 666, 'owner', now())`,
	"a manager again":             `UPDATE managers SET active = true`,
	"another manager's role":      `UPDATE managers SET role = 'owner' WHERE telegram_id = 103`,
	"managers taken away":         `DELETE FROM managers`,
	"a decision through the gate": `SELECT 1 / (outcome = 'ok')::int FROM decide('{pending}', 'send', {marta}, sha256('Lunedì siamo chiusi.'), 'policy-1', '', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), now())`,
	"a client's words":            `INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, kind, body, body_hash, seq, sent_at, received_at) VALUES (gen_random_uuid(), '{mine}', '{chat}', 'marketa', 'x', 'client', 'text', '{forged}', '', 0, now(), now())`,
	"the end of a card":           `SELECT 1 / (retire('{mine}', '{chat}', '', now()) IS NOT NULL)::int`,
}

func TestNothingLeavesPastTheGate(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"marketa_app", "marketa_ingest", "marketa_desk"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			x := newTarget(t)
			before := x.leaving()
			for name, sql := range attacks {
				err := x.try(role, sql)
				if strings.HasPrefix(sql, "GRANT") && x.leaving() == before {
					continue // who may not grant is told so by a warning only
				}
				if code(err) != "42501" {
					t.Errorf("%s: %v", name, err)
				}
			}
			if x.leaving() != before {
				t.Fatalf("what leaves has changed:\n%s\nto\n%s", before, x.leaving())
			}
			for name, sql := range works {
				if !slices.Contains(only[role], name) {
					if err := x.try(role, sql); code(err) != "42501" {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
			for _, name := range only[role] { // they are refused elsewhere because of the role, not because they are wrong
				if err := newTarget(t).try(role, works[name]); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// The login owns the schema and may change it, as the migrations do; but its rows are closed to it.
func TestTheLoginItselfLetsNothingGo(t *testing.T) {
	t.Parallel()
	x := newTarget(t)
	before := x.leaving()
	for name, sql := range attacks {
		verb, _, _ := strings.Cut(sql, " ")
		if !slices.Contains([]string{"INSERT", "UPDATE", "DELETE", "SET", "SELECT"}, verb) {
			continue
		}
		if name == "an owner by configuration" || name == "a claim of its own" {
			continue // what it says at start; whoever is the login has the settings, too
		}
		_ = x.try("", sql) // what is not refused finds no rows
		if x.leaving() != before {
			t.Fatalf("%s has changed what leaves:\n%s\nto\n%s", name, before, x.leaving())
		}
	}
	for name, sql := range works {
		if _ = x.try("", sql); x.leaving() != before {
			t.Errorf("%s has changed what leaves", name)
		}
	}
	for _, name := range []string{"to become the gate", "to become the gate by a function", "to become a superuser", "another deciding function", "the deciding function altered", "keys switched off for the session"} {
		if err := x.try("", attacks[name]); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// code is what the database has against a statement; 42501: no right to it, or a policy.
func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// try runs a statement in a transaction of the login's, as a role and for the target's restaurant.
func (x *target) try(role, sql string) error {
	x.Helper()
	return pgx.BeginFunc(x.ctx, x.db.Pool(), func(tx pgx.Tx) error {
		if role != "" {
			if _, err := tx.Exec(x.ctx, `SELECT set_config('role', $1, true), set_config('app.restaurant_id', $2, true)`, role, x.chat.RestaurantID.String()); err != nil {
				return err
			}
		}
		if strings.HasPrefix(sql, "COPY") {
			_, err := tx.Conn().PgConn().CopyFrom(x.ctx, strings.NewReader(""), sql)
			return err
		}
		_, err := tx.Exec(x.ctx, x.fill(sql))
		return err
	})
}

// session is a connection of the login's own.
func (w *world) session(use func(ctx context.Context, c *pgx.Conn) error) error {
	w.Helper()
	c, err := pgx.ConnectConfig(w.ctx, w.db.Pool().Config().ConnConfig.Copy())
	w.must(err)
	defer c.Close(w.ctx)
	return use(w.ctx, c)
}

// With one guard taken away each of these attacks gets through: so it is this guard that holds.
func TestEachGuardIsWhatHolds(t *testing.T) {
	t.Parallel()
	const grant = `GRANT INSERT ON outbound TO marketa_app`
	for _, c := range []struct{ name, guard, role, attack string }{
		{"the right on outbound and the key to what is released", grant + `; ALTER TABLE outbound DROP CONSTRAINT outbound_approved`, "marketa_app", "outbound for a card that waits"},
		{"the check of the hash", grant + `; DELETE FROM deliveries; DELETE FROM outbound; ALTER TABLE outbound DROP CONSTRAINT outbound_hash`, "marketa_app", "outbound with another text"},
		{"the right on decisions", `GRANT UPDATE ON approvals TO marketa_app; GRANT SELECT ON managers TO marketa_app`, "marketa_app", "a decision by hand"},
		{"the policy on new approvals", `DROP POLICY only_pending ON approvals`, "marketa_app", "an approval that is decided"},
		{"the policy on messages", `DROP POLICY only_ours ON messages`, "marketa_app", "a client's words"},
		{"the policy on drafts", `DROP POLICY only_models ON drafts`, "marketa_app", "a manager's words that he never wrote"},
		{"the right on the deciding function", `GRANT EXECUTE ON FUNCTION decide TO marketa_app`, "marketa_app", "a decision through the gate"},
		{"the right on the deciding function", `GRANT EXECUTE ON FUNCTION decide TO marketa_ingest`, "marketa_ingest", "a decision through the gate"},
		{"the right on managers", `GRANT INSERT ON managers TO marketa_app`, "marketa_app", "a new manager"},
		{"the right to create", `GRANT CREATE ON SCHEMA public TO marketa_desk`, "marketa_desk", "an operator that shadows"},
	} {
		t.Run(c.name+", as "+c.role, func(t *testing.T) {
			t.Parallel()
			x := newTarget(t)
			attack := attacks[c.attack] + works[c.attack]
			if err := x.try(c.role, attack); err == nil {
				t.Fatal("it gets through with the guard in its place")
			}
			x.exec(c.guard)
			if err := x.try(c.role, attack); err != nil {
				t.Errorf("something else holds as well: %v", err)
			}
		})
	}
}

// A right on outbound alone would not be enough: the key asks for a released approval of this text in this chat.
func TestARightOnOutboundIsNotEnough(t *testing.T) {
	t.Parallel()
	x := newTarget(t)
	x.exec(`GRANT ALL ON outbound, deliveries TO marketa_app, marketa_gate; DELETE FROM deliveries; DELETE FROM outbound`)
	for name, sql := range map[string]string{
		"no approval":                   attacks["outbound without an approval"],
		"a card that waits":             attacks["outbound for a card that waits"],
		"another text than its hash":    attacks["outbound with another text"],
		"another text than was decided": insertOutbound + `SELECT gen_random_uuid(), restaurant_id, chat_id, id, '{forged}', sha256('{forged}'), watermark, now() FROM approvals WHERE id = '{decided}'`,
		"another chat's approval":       insertOutbound + `SELECT gen_random_uuid(), '{mine}', '{chat}', '{theirs}', 'Buongiorno.', sha256('Buongiorno.'), 1, now()`,
		"to another chat":               insertOutbound + `SELECT gen_random_uuid(), '{mine}', '{their chat}', id, 'Alle otto.', text_hash, watermark, now() FROM approvals WHERE id = '{decided}'`,
		"not released":                  `INSERT INTO outbound (id, restaurant_id, chat_id, approval_id, text, text_hash, watermark, created_at, released) SELECT gen_random_uuid(), restaurant_id, chat_id, id, 'Lunedì siamo chiusi.', text_hash, watermark, now(), false FROM approvals WHERE id = '{pending}'`,
	} {
		if err := x.try("marketa_app", sql); !store.IsRefused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	x.must(x.try("marketa_app", insertOutbound+`SELECT gen_random_uuid(), restaurant_id, chat_id, id, 'Alle otto.', text_hash, watermark, now() FROM approvals WHERE id = '{decided}'`))
	if err := x.try("marketa_app", `INSERT INTO deliveries (id, restaurant_id, outbound_id, chat_id, text_hash) SELECT gen_random_uuid(), restaurant_id, id, '{their chat}', text_hash FROM outbound`); !store.IsRefused(err) {
		t.Errorf("a delivery to another chat: %v", err)
	}
	x.exec(`ALTER TABLE approvals NO FORCE ROW LEVEL SECURITY; GRANT UPDATE ON approvals TO marketa_app`)
	if err := x.try("marketa_app", `UPDATE approvals SET state = 'pending', decided_by = NULL WHERE id = '{decided}'`); !store.IsRefused(err) {
		t.Errorf("a decision undone behind its outbound: %v", err)
	}
}

// The deciding function runs with the gate's rights: what its caller puts in the way of a name must not be found by it.
func TestTheGateLooksPastItsCallersTables(t *testing.T) {
	t.Parallel()
	// A table of managers that knows the stranger, and a chats table whose watermark never moves.
	shadow := `CREATE TEMP TABLE managers AS SELECT gen_random_uuid() AS id, 999::bigint AS telegram_id, 'Eve'::text AS name, 'owner'::text AS role, true AS active, now() AS created_at;
		CREATE TEMP TABLE chats (LIKE public.chats); GRANT ALL ON managers, chats TO PUBLIC`
	press := `SELECT outcome FROM decide($1, 'discard', 999, NULL, 'policy-1', '', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), now())`
	outcome := func(x *target) (got string) {
		err := x.session(func(ctx context.Context, c *pgx.Conn) error {
			if _, err := c.Exec(ctx, `SET ROLE marketa_desk; `+shadow+`; SET search_path = pg_temp, public`); err != nil {
				return err
			}
			return c.QueryRow(ctx, press, x.pending).Scan(&got)
		})
		if err != nil {
			got = err.Error()
		}
		return got
	}
	x := newTarget(t)
	if got := outcome(x); got != "denied" {
		t.Errorf("a stranger's press: %s", got)
	}
	x.exec(`ALTER FUNCTION decide SET search_path = pg_temp, public; ALTER FUNCTION deciding SET search_path = pg_temp, public`)
	if got := outcome(x); got == "denied" {
		t.Error("without its search path it is not fooled either: this test proves nothing")
	}
}

func TestNobodyMayBecomeTheGate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same(w, 0, `SELECT count(*) FROM pg_auth_members WHERE roleid = 'marketa_gate'::regrole AND (member::regrole::text IN ('marketa_app', 'marketa_ingest', 'marketa_desk', 'marketa_door'))`)
	same(w, 0, `SELECT count(*) FROM pg_roles WHERE rolname LIKE 'marketa\_%' AND (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)`)
	same(w, false, `SELECT rolinherit FROM pg_roles WHERE rolname = 'marketa_door'`)
	same(w, "marketa_gate", `SELECT string_agg(DISTINCT proowner::regrole::text, ' ') FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace`)
	same(w, 0, `SELECT count(*) FROM pg_proc p, aclexplode(p.proacl) a WHERE p.proname IN ('decide', 'retire', 'reopen', 'ingest', 'place_removals') AND a.grantee = 0`)
	// Whatever may be granted: only the gate puts words in line, and only it decides.
	for _, right := range []struct{ table, rights string }{{"outbound", "INSERT, UPDATE, DELETE, TRUNCATE"}, {"deliveries", "INSERT, DELETE, TRUNCATE"}, {"approvals", "UPDATE, DELETE, TRUNCATE"}, {"drafts", "UPDATE, DELETE, TRUNCATE"}, {"audit", "UPDATE, DELETE, TRUNCATE"}} {
		for _, role := range []string{"marketa_app", "marketa_ingest", "marketa_desk", "marketa_door"} {
			same(w, false, `SELECT has_table_privilege($1, $2, $3)`, role, right.table, right.rights)
		}
	}
	same(w, "INSERT", `SELECT string_agg(DISTINCT privilege_type, ' ') FROM information_schema.column_privileges WHERE table_name = 'approvals' AND grantee LIKE 'marketa\_%' AND grantee <> 'marketa_gate' AND privilege_type <> 'SELECT'`)
}
