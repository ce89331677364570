package store_test

import (
	"strings"
	"testing"
	"time"

	"marketa/store"
)

// evening is a Monday at 19:00 in Rome: the agency has gone home.
var evening = monday.Add(9 * time.Hour)

// closed is a world in which an owner has approved the note, it is evening, and Anna has written.
func closedOffice(t *testing.T) (*world, store.Chat) {
	t.Helper()
	w := newWorld(t)
	w.hire()
	w.approveNote(marta)
	w.clock.Advance(9 * time.Hour)
	return w, w.writes("anna")
}

func (w *world) writes(vendor string) store.Chat {
	w.Helper()
	w.ingest(message(vendor, "m-"+vendor+w.clock.Now().String(), "Ciao, ci siete?"))
	return w.chat(vendor)
}

func (w *world) note() (f store.FixedText) {
	w.Helper()
	w.desk(func(tx *store.Tx) error {
		all, err := tx.FixedTexts(w.ctx)
		for _, x := range all {
			if x.Key == store.OutOfHours {
				f = x
			}
		}
		return err
	})
	return f
}

func (w *world) approveNote(who int64) (outcome string) {
	w.Helper()
	n := w.note().Newest
	w.desk(func(tx *store.Tx) (err error) { outcome, err = tx.ApproveFixed(w.ctx, who, n.ID, n.Hash); return err })
	return outcome
}

func (w *world) propose(who int64, lang, text string) (f store.FixedOutcome) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) {
		f, err = tx.ProposeFixed(w.ctx, who, store.OutOfHours, lang, text)
		return err
	})
	return f
}

func (w *world) switchNote(who int64, on bool) (out string) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) {
		out, err = tx.SwitchFixed(w.ctx, who, store.OutOfHours, on)
		return err
	})
	return out
}

func (w *world) sendNote(c store.Chat, languages ...string) (f store.FixedOutcome) {
	w.Helper()
	w.app(c.RestaurantID, func(tx *store.Tx) (err error) {
		f, err = tx.SendFixed(w.ctx, store.OutOfHours, c.ID, languages)
		return err
	})
	return f
}

func (w *world) expect(want string, f store.FixedOutcome) {
	w.Helper()
	if f.Outcome != want {
		w.Errorf("%s (%s), want %s", f.Outcome, f.Reason, want)
	}
}

func TestAnApprovedNoteLeavesOnceAsTheDatabaseWritesIt(t *testing.T) {
	t.Parallel()
	w, c := closedOffice(t)
	f := w.sendNote(c, "it")
	w.expect("sent", f)
	same(w, "Grazie del messaggio. In questo momento il nostro ufficio è chiuso: torniamo domani alle 09:00 e ti rispondiamo.", `SELECT text FROM outbound WHERE fixed_id IS NOT NULL`)
	same(w, true, `SELECT o.text = render_fixed(s.wordings ->> s.language, s.records) FROM outbound o JOIN fixed_sends s ON s.id = o.fixed_id`)
	same(w, `{"day": "domani", "opens_at": "09:00"}`, `SELECT records::text FROM fixed_sends`)
	same(w, int64(0), `SELECT handled FROM chats WHERE id = $1`, c.ID) // it is no answer
	d, left, err := w.take(c, f.Delivery)
	if err != nil || !left || !d.Fixed || !d.ApprovalID.IsZero() {
		t.Fatalf("%+v %v %v", d, left, err)
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Delivered(w.ctx, d, "wa-1") })
	same(w, "marketa", `SELECT author FROM messages WHERE vendor_id = 'wa-1'`)
	w.expect("budget", w.sendNote(c, "it"))
	w.clock.Advance(11 * time.Hour) // the next morning, before nine
	w.ingest(message("anna", "m9", "E allora?"))
	w.expect("budget", w.sendNote(c, "it"))
	same(w, 1, `SELECT count(*) FROM outbound`)
}

func TestANoteIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, want string
		make       func(w *world, c store.Chat)
	}{
		{"unapproved", "off", func(w *world, _ store.Chat) { w.exec(`DELETE FROM fixed_approvals`) }},
		{"switched off by a manager", "off", func(w *world, _ store.Chat) {
			if got := w.switchNote(ben, false); got != "ok" {
				w.Error(got)
			}
		}},
		{"all stopped", "off", func(w *world, _ store.Chat) {
			w.desk(func(tx *store.Tx) error { _, err := tx.SwitchFixed(w.ctx, ben, "", false); return err })
		}},
		{"this restaurant stopped", "off", func(w *world, c store.Chat) {
			w.desk(func(tx *store.Tx) error { _, err := tx.SwitchFixedFor(w.ctx, ben, c.RestaurantID, false); return err })
		}},
		{"taken over", "not_here", func(w *world, c store.Chat) {
			w.exec(`UPDATE chats SET taken_by = (SELECT id FROM managers LIMIT 1), taken_until = $2 WHERE id = $1`, c.ID, evening.Add(time.Hour))
		}},
		{"a colleague writes from the phone", "not_here", func(w *world, _ store.Chat) {
			w.ingest(echo("anna", "p1", "Ciao Anna, dimmi!"), message("anna", "m8", "Domenica?"))
		}},
		{"a group", "not_here", func(w *world, c store.Chat) { w.exec(`UPDATE chats SET kind = 'group' WHERE id = $1`, c.ID) }},
		{"somebody is there", "hours", func(w *world, _ store.Chat) { w.exec(`UPDATE office SET closes = '22:00'`) }},
		{"written while somebody was there", "hours", func(w *world, c store.Chat) {
			w.exec(`UPDATE chats SET last_inbound_at = $2 WHERE id = $1`, c.ID, evening.Add(-70*time.Minute))
		}},
		{"written long ago", "hours", func(w *world, _ store.Chat) { w.clock.Advance(2 * time.Hour) }},
		{"answered", "hours", func(w *world, c store.Chat) { w.exec(`UPDATE chats SET handled = watermark WHERE id = $1`, c.ID) }},
		{"not at this hour where the restaurant is", "hours", func(w *world, _ store.Chat) { w.exec(`UPDATE fixed_texts SET earliest = '20:00'`) }},
		{"enough for this restaurant", "budget", func(w *world, c store.Chat) {
			w.exec(`UPDATE fixed_texts SET per_restaurant = 1`)
			w.exec(`UPDATE chats SET restaurant_id = $2 WHERE id = $1`, w.writes("cousin").ID, c.RestaurantID)
			w.expect("sent", w.sendNote(w.chat("cousin")))
		}},
		{"enough for today", "budget", func(w *world, _ store.Chat) {
			w.exec(`UPDATE fixed_texts SET per_day = 1`)
			w.expect("sent", w.sendNote(w.writes("bruno")))
		}},
		{"a name that is none", "field", func(w *world, _ store.Chat) {
			w.propose(marta, "it", "Ciao {first_name}, torniamo {day}.")
			w.approveNote(marta)
			w.exec(`UPDATE people SET name = 'www.example.test'`)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, chat := closedOffice(t)
			c.make(w, chat)
			before := ask[int](w, `SELECT count(*) FROM outbound`)
			w.expect(c.want, w.sendNote(chat, "it"))
			same(w, before, `SELECT count(*) FROM outbound`)
		})
	}
}

func TestTheNoteSpeaksTheClientsLanguageAndZone(t *testing.T) {
	t.Parallel()
	w, c := closedOffice(t)
	w.exec(`UPDATE restaurants SET zone = 'Europe/London'`)
	w.clock.Advance(4 * 24 * time.Hour) // Friday evening
	w.ingest(message("anna", "m5", "Hallo?"))
	w.expect("sent", w.sendNote(c, "xx", "de", "it"))
	same(w, "Danke für die Nachricht. Unser Büro ist gerade geschlossen. Wir sind am Montag ab 08:00 Uhr wieder da und antworten dann.", `SELECT text FROM outbound`)
	other := w.writes("bruno")
	w.expect("sent", w.sendNote(other, "fi"))
	same(w, "en", `SELECT language FROM fixed_sends WHERE chat_id = $1`, other.ID)
}

func TestAChangeNeedsTheOwnerAgain(t *testing.T) {
	t.Parallel()
	w, c := closedOffice(t)
	w.expect("denied", w.propose(vera, "it", "Ciao"))
	w.expect("denied", w.propose(gone, "it", "Ciao"))
	w.expect("denied", w.propose(stranger, "it", "Ciao"))
	w.expect("field", w.propose(ben, "it", "Torniamo {day}, il prezzo è {price}"))
	w.expect("field", w.propose(ben, "it", "Torniamo {day"))
	w.expect("length", w.propose(ben, "it", " \n"))
	w.expect("length", w.propose(ben, "it", strings.Repeat("a", 601)))
	w.expect("gone", w.propose(ben, "xx", "Ciao"))
	w.expect("ok", w.propose(ben, "it", "Siamo chiusi, torniamo {day}."))
	if f := w.note(); f.Version != 1 || f.Newest.Number != 2 || !f.Waiting() || f.Newest.ByName != "Ben" || f.Newest.Samples["it"] != "Siamo chiusi, torniamo domani." {
		t.Errorf("%+v", f)
	}
	if got := []string{w.approveNote(ben), w.approveNote(vera), w.approveNote(gone), w.approveNote(stranger)}; strings.Join(got, " ") != "denied denied denied denied" {
		t.Error(got)
	}
	w.expect("sent", w.sendNote(c, "it")) // the approved one is still in force
	same(w, 1, `SELECT v.version FROM fixed_sends s JOIN fixed_versions v ON v.id = s.version_id`)
	stale := w.note().Newest
	w.expect("ok", w.propose(ben, "it", "Chiusi. Torniamo {day} alle {opens_at}."))
	w.desk(func(tx *store.Tx) error {
		if out, err := tx.ApproveFixed(w.ctx, marta, stale.ID, stale.Hash); out != "stale" {
			t.Errorf("an older version: %s, %v", out, err)
		}
		if out, err := tx.ApproveFixed(w.ctx, marta, w.note().Newest.ID, stale.Hash); out != "stale" {
			t.Errorf("another text than he saw: %s, %v", out, err)
		}
		return nil
	})
	if got := w.approveNote(marta); got != "ok" {
		t.Error(got)
	}
	w.expect("sent", w.sendNote(w.writes("bruno"), "it"))
	same(w, "Chiusi. Torniamo domani alle 09:00.", `SELECT text FROM outbound ORDER BY created_at DESC, id DESC LIMIT 1`)
}

func TestOnlyAnOwnerSwitchesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	if got := w.switchNote(marta, true); got != "unapproved" {
		t.Error(got)
	}
	if f := w.note(); f.On || f.Version != 0 || f.SwitchedAt != nil {
		t.Errorf("on from the start: %+v", f)
	}
	w.approveNote(marta)
	got := []string{w.switchNote(vera, false), w.switchNote(ben, false), w.switchNote(ben, false), w.switchNote(ben, true), w.switchNote(marta, true)}
	if strings.Join(got, " ") != "denied ok already denied ok" {
		t.Error(got)
	}
	// Approving a newer wording does not switch on what somebody has switched off.
	w.switchNote(ben, false)
	w.propose(ben, "it", "Chiusi.")
	w.approveNote(marta)
	if w.note().On {
		t.Error("an approval undid the kill switch")
	}
}

func TestWhatIsStoppedDoesNotLeaveFromTheOutbox(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(w *world, c store.Chat){
		"switched off": func(w *world, _ store.Chat) { w.switchNote(ben, false) },
		"answered":     func(w *world, c store.Chat) { w.ingest(echo("anna", "p1", "Eccomi!")) },
		"taken over": func(w *world, c store.Chat) {
			w.exec(`UPDATE chats SET taken_by = (SELECT id FROM managers LIMIT 1), taken_until = $2 WHERE id = $1`, c.ID, evening.Add(time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := closedOffice(t)
			f := w.sendNote(c)
			stop(w, c)
			if _, left, err := w.take(c, f.Delivery); left || err != nil {
				t.Errorf("left %v, %v", left, err)
			}
			if got := w.delivery(f.Delivery); got != "withdrawn" {
				t.Error(got)
			}
		})
	}
	t.Run("more words of the client hold nothing back", func(t *testing.T) {
		t.Parallel()
		w, c := closedOffice(t)
		f := w.sendNote(c)
		w.ingest(message("anna", "m7", "Ancora una cosa"))
		if _, left, err := w.take(c, f.Delivery); !left || err != nil {
			t.Errorf("left %v, %v", left, err)
		}
	})
}

func TestTwoAtOnceSendOneNote(t *testing.T) {
	t.Parallel()
	w, c := closedOffice(t)
	outcomes := make([]string, 4)
	atOnce(len(outcomes), func(i int) {
		_ = w.appErr(c.RestaurantID, func(tx *store.Tx) error {
			f, err := tx.SendFixed(w.ctx, store.OutOfHours, c.ID, []string{"it"})
			outcomes[i] = f.Outcome
			return err
		})
	})
	same(w, 1, `SELECT count(*) FROM outbound`)
	if got := strings.Count(strings.Join(outcomes, " "), "sent"); got != 1 {
		t.Error(outcomes)
	}
}

// Attacks on the second way in, by every role.
var fixedAttacks = map[string]string{
	"outbound with an invented fixed text": `INSERT INTO outbound (id, restaurant_id, chat_id, fixed_id, text, text_hash, watermark, created_at) VALUES (gen_random_uuid(), '{mine}', '{chat}', gen_random_uuid(), '{forged}', sha256('{forged}'), 2, now())`,
	"outbound with neither":                `INSERT INTO outbound (id, restaurant_id, chat_id, text, text_hash, watermark, created_at) VALUES (gen_random_uuid(), '{mine}', '{chat}', '{forged}', sha256('{forged}'), 2, now())`,
	"a sending by hand":                    `INSERT INTO fixed_sends (id, restaurant_id, chat_id, key, version_id, version_hash, wordings, language, records, text_hash, created_at) SELECT gen_random_uuid(), '{mine}', '{chat}', key, id, hash, wordings, 'en', '{}', sha256('{forged}'), now() FROM fixed_versions`,
	"other words in a version":             `UPDATE fixed_versions SET wordings = '{"en": "{forged}"}', hash = fixed_hash(key, '{"en": "{forged}"}')`,
	"a version by hand":                    `INSERT INTO fixed_versions (id, key, version, wordings, hash, proposed_at) VALUES (gen_random_uuid(), 'out_of_hours', 9, '{"en": "{forged}"}', fixed_hash('out_of_hours', '{"en": "{forged}"}'), now())`,
	"an approval by hand":                  `INSERT INTO fixed_approvals (version_id, key, hash, approved_by, approved_at) SELECT v.id, v.key, v.hash, m.id, now() FROM fixed_versions v, (SELECT gen_random_uuid() AS id) m`,
	"a switch by hand":                     `UPDATE fixed_texts SET switched_on = true`,
	"a budget by hand":                     `UPDATE fixed_texts SET per_day = 1000`,
	"a stop taken away":                    `DELETE FROM fixed_stops`,
	"the office's stop taken away":         `UPDATE office SET stopped_at = NULL`,
	"the way of filling in altered":        `CREATE OR REPLACE FUNCTION render_fixed(p_template text, p_records jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $x$ SELECT '{forged}' $x$`,
	"the one reason taken away":            `ALTER TABLE outbound DROP CONSTRAINT outbound_one_reason`,
	"the sending function given away":      `GRANT EXECUTE ON FUNCTION send_fixed TO PUBLIC`,
	"the sending function altered":         `ALTER FUNCTION send_fixed SECURITY INVOKER`,
}

var fixedWorks = map[string]struct{ role, sql string }{
	"an approval":        {"marketa_desk", `SELECT 1 / (approve_fixed((SELECT id FROM fixed_versions LIMIT 1), '', {marta}, now()) <> '')::int`},
	"a proposal":         {"marketa_desk", `SELECT 1 / (outcome = 'ok')::int FROM propose_fixed(gen_random_uuid(), 'out_of_hours', 'en', 'Closed.', {marta}, now())`},
	"a switch":           {"marketa_desk", `SELECT 1 / (switch_fixed('out_of_hours', NULL, false, {marta}, now()) <> '')::int`},
	"the office's hours": {"marketa_desk", `SELECT 1 / (set_office('Europe/Rome', '{1}', '09:00', '10:00', {marta}, now()) = 'ok')::int`},
	"a sending":          {"marketa_app", `SELECT 1 / (outcome <> '')::int FROM send_fixed('out_of_hours', '{chat}', '{it}', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now())`},
}

func (x *target) fixedState() string {
	return ask[string](x.world, `SELECT concat_ws(E'\n', (SELECT string_agg(t::text, '|' ORDER BY id) FROM outbound t), (SELECT string_agg(t::text, '|') FROM fixed_sends t), (SELECT string_agg(t::text, '|') FROM fixed_texts t),
		(SELECT string_agg(t::text, '|' ORDER BY id) FROM fixed_versions t), (SELECT string_agg(t::text, '|') FROM fixed_approvals t), (SELECT string_agg(t::text, '|') FROM fixed_stops t), (SELECT t::text FROM office t),
		(SELECT string_agg(proname || md5(prosrc) || proowner::regrole || prosecdef || coalesce(array_to_string(proacl, ','), ''), '|' ORDER BY proname) FROM pg_proc WHERE proname IN ('send_fixed', 'approve_fixed', 'propose_fixed', 'switch_fixed', 'set_office', 'render_fixed')),
		(SELECT string_agg(conname || pg_get_constraintdef(oid), '|' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'outbound'::regclass))`)
}

func TestNoFixedTextLeavesPastTheGate(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"marketa_app", "marketa_ingest", "marketa_desk"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			x := newTarget(t)
			x.approveNote(marta)
			x.exec(`INSERT INTO fixed_stops SELECT $1, id, now() FROM managers LIMIT 1`, x.chat.RestaurantID)
			before := x.fixedState()
			for name, sql := range fixedAttacks {
				err := x.try(role, sql)
				if strings.HasPrefix(sql, "GRANT") && x.fixedState() == before {
					continue
				}
				if code(err) != "42501" {
					t.Errorf("%s: %v", name, err)
				}
			}
			if x.fixedState() != before {
				t.Fatalf("changed:\n%s\nto\n%s", before, x.fixedState())
			}
			for name, w := range fixedWorks {
				if w.role != role {
					if err := x.try(role, w.sql); code(err) != "42501" {
						t.Errorf("%s: %v", name, err)
					}
				} else if err := newTarget(t).try(role, w.sql); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// Even with a right on the tables only an approved version, filled from these records, makes an outbound row.
func TestARightOnTheTablesIsNotEnoughForAFixedText(t *testing.T) {
	t.Parallel()
	x := newTarget(t)
	x.approveNote(marta)
	x.propose(ben, "en", "Closed today.")
	x.exec(`GRANT ALL ON outbound, deliveries, fixed_sends, fixed_versions TO marketa_app`)
	const send = `INSERT INTO fixed_sends (id, restaurant_id, chat_id, key, version_id, version_hash, wordings, language, records, text_hash, created_at) `
	for name, sql := range map[string]string{
		"other words than the version's": send + `SELECT gen_random_uuid(), '{mine}', '{chat}', key, id, hash, wordings, 'en', '{}', sha256('{forged}'), now() FROM fixed_versions WHERE version = 1`,
		"other wordings":                 send + `SELECT gen_random_uuid(), '{mine}', '{chat}', key, id, hash, '{"en": "{forged}"}', 'en', '{}', sha256('{forged}'), now() FROM fixed_versions WHERE version = 1`,
		"a version that nobody approved": send + `SELECT gen_random_uuid(), '{mine}', '{chat}', key, id, hash, wordings, 'en', '{}', sha256('Closed today.'), now() FROM fixed_versions WHERE version = 2`,
		"another restaurant's chat":      send + `SELECT gen_random_uuid(), '{their restaurant}', '{their chat}', key, id, hash, wordings, 'en', '{"day": "x", "opens_at": "y"}', sha256(convert_to(render_fixed(wordings ->> 'en', '{"day": "x", "opens_at": "y"}'), 'UTF8')), now() FROM fixed_versions WHERE version = 1`,
		"neither reason":                 strings.ReplaceAll(fixedAttacks["outbound with neither"], "2, now()", "2, now()"),
		"an invented one":                fixedAttacks["outbound with an invented fixed text"],
		"both reasons":                   `INSERT INTO outbound (id, restaurant_id, chat_id, approval_id, fixed_id, text, text_hash, watermark, created_at) SELECT gen_random_uuid(), restaurant_id, chat_id, approval_id, gen_random_uuid(), text, text_hash, watermark, now() FROM outbound`,
	} {
		if err := x.try("marketa_app", sql); !store.IsRefused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// With the guard taken away the forged words go: so it is this guard that holds.
	x.exec(`ALTER TABLE fixed_sends DROP CONSTRAINT fixed_rendered`)
	x.must(x.try("marketa_app", send+`SELECT gen_random_uuid(), '{mine}', '{chat}', key, id, hash, wordings, 'en', '{}', sha256('{forged}'), now() FROM fixed_versions WHERE version = 1`))
	x.exec(`ALTER TABLE fixed_sends DROP CONSTRAINT fixed_approved`)
	x.must(x.try("marketa_app", send+`SELECT gen_random_uuid(), '{mine}', '{chat}', key, id, hash, wordings, 'en', '{}', sha256('Closed today.'), now() FROM fixed_versions WHERE version = 2`))
	x.exec(`ALTER TABLE outbound DROP CONSTRAINT outbound_one_reason`)
	x.must(x.try("marketa_app", fixedAttacks["outbound with neither"]))
}

// The sending function runs with the gate's rights and for one restaurant only.
func TestAFixedTextStaysInItsRestaurant(t *testing.T) {
	t.Parallel()
	w, c := closedOffice(t)
	other := w.writes("bruno")
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		f, err := tx.SendFixed(w.ctx, store.OutOfHours, other.ID, []string{"it"})
		w.expect("gone", f)
		return err
	})
	same(w, 0, `SELECT count(*) FROM outbound`)
}

func TestFieldsAreFilledOnceAndFromRecordsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ template, records, want string }{
		{"{first_name}!", `{"first_name": "{day}", "day": "x"}`, "{day}!"}, // a value is never a template
		{"{first_name}", `{}`, ""},
		{"{first_name}", `{"first_name": "  "}`, ""},
		{"{price}", `{"price": "1"}`, ""},
		{"{", `{}`, ""}, {"}", `{}`, ""}, {"{}", `{}`, ""}, {"{{day}}", `{"day": "x"}`, ""}, {"", `{}`, ""},
		{"no field", `{}`, "no field"},
	} {
		same(w, c.want, `SELECT coalesce(render_fixed($1, $2::jsonb), '')`, c.template, c.records)
	}
	for name, want := range map[string]string{"Anna": "Anna", "José-María": "José-María", " Anna  Maria ": "Anna Maria", "www.x.it": "", "pay.me": "", "http://x": "", "+39 333": "", "{day}": "", "": "", "<b>": "", strings.Repeat("a", 31): ""} {
		same(w, want, `SELECT fixed_name($1, 30)`, name)
	}
}
