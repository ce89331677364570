-- +goose Up
-- Whose chat is it, and who is on the team. What changes either goes through functions of the gate, which look at the
-- manager themselves; nobody else may move a chat, make a manager or change a role.

-- A lead that nobody has confirmed was made by a chat; it is a client from confirmed_at on. One whose only chat was moved
-- away says where it went.
ALTER TABLE restaurants
    ADD COLUMN confirmed_at timestamptz,
    ADD COLUMN merged_into  uuid REFERENCES restaurants ON DELETE SET NULL;

ALTER TABLE chats
    ADD COLUMN mapped_at    timestamptz,             -- somebody has said whose chat it is; until then its first card asks
    ADD COLUMN ignored_at   timestamptz,             -- no cards from this chat; its messages are kept
    ADD COLUMN ignored_by   uuid REFERENCES managers,
    ADD COLUMN ignored_from bigint;                  -- chats.handled then: what came since is open again when it ends

-- An ignored chat is never busy, whoever wants to wake it.
-- +goose StatementBegin
CREATE FUNCTION keep_ignored_quiet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.busy_since := NULL;
    NEW.handled := NEW.watermark;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER keep_ignored_quiet BEFORE UPDATE OF busy_since, watermark, handled ON chats
    FOR EACH ROW WHEN (NEW.ignored_at IS NOT NULL) EXECUTE FUNCTION keep_ignored_quiet();

-- Where chats have been, for the screen and for taking a move back.
CREATE TABLE moves (
    id              uuid PRIMARY KEY,
    chat_id         uuid        NOT NULL REFERENCES chats ON DELETE CASCADE,
    from_restaurant uuid        NOT NULL REFERENCES restaurants ON DELETE CASCADE,
    to_restaurant   uuid        NOT NULL REFERENCES restaurants ON DELETE CASCADE,
    manager_id      uuid        NOT NULL REFERENCES managers,
    at              timestamptz NOT NULL,
    closed          boolean     NOT NULL, -- the lead that it left was empty then
    from_stage      text        NOT NULL,
    facts           uuid[]      NOT NULL  -- that went along
);
CREATE INDEX moves_of ON moves (chat_id, at);
CREATE INDEX moves_from ON moves (from_restaurant, at);
CREATE INDEX moves_to ON moves (to_restaurant, at);

ALTER TABLE managers
    ADD COLUMN away_until timestamptz,
    ADD COLUMN deputy_id  uuid REFERENCES managers,
    ADD COLUMN removed_at timestamptz,
    ADD CONSTRAINT own_deputy CHECK (deputy_id <> id);

-- Codes that make a person a member: the claim printed at start, and invites. Only hashes are kept.
CREATE TABLE team_codes (
    id         uuid PRIMARY KEY,
    kind       text        NOT NULL CHECK (kind IN ('claim', 'invite')),
    role       text        NOT NULL CHECK (role IN ('owner', 'manager', 'viewer')),
    hash       bytea       NOT NULL UNIQUE,
    made_by    uuid REFERENCES managers,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_by    uuid REFERENCES managers,
    used_at    timestamptz,
    revoked_at timestamptz,
    CHECK ((kind = 'claim') = (made_by IS NULL)),
    CHECK (used_at IS NULL OR revoked_at IS NULL)
);

-- Wrong codes, to slow down whoever tries many.
CREATE TABLE code_tries (
    telegram_id bigint      NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX code_tries_of ON code_tries (at, telegram_id);

-- Questions to managers that are not about a card, and messages in the place of an older one.
ALTER TABLE asks ALTER COLUMN approval_id DROP NOT NULL;
ALTER TABLE asks DROP CONSTRAINT IF EXISTS asks_kind_check;
ALTER TABLE asks
    ADD COLUMN subject jsonb NOT NULL DEFAULT '{}',
    ADD CONSTRAINT asks_about_cards CHECK (kind NOT IN ('edit', 'redo') OR approval_id IS NOT NULL);
ALTER TABLE notices
    ADD COLUMN edits   bigint, -- the message that it takes the place of
    ADD COLUMN code_id uuid;   -- its code is put in when it is sent: a code is never at rest

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['moves', 'team_codes', 'code_tries'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY gate ON %I TO marketa_gate USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['moves', 'team_codes'] LOOP
        EXECUTE format('CREATE POLICY desk ON %I FOR SELECT TO marketa_desk USING (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT SELECT ON moves TO marketa_desk;
GRANT SELECT (id, kind, role, made_by, made_at, expires_at, used_by, used_at, revoked_at) ON team_codes TO marketa_desk;
GRANT SELECT ON person_ids TO marketa_desk;
-- The desk keeps people's names as Telegram gives them; the rest is the gate's.
REVOKE INSERT, UPDATE ON managers FROM marketa_desk;
GRANT UPDATE (name) ON managers TO marketa_desk;

GRANT SELECT, INSERT ON moves TO marketa_gate;
GRANT SELECT, INSERT, UPDATE ON managers, team_codes TO marketa_gate;
GRANT SELECT, INSERT, DELETE ON code_tries TO marketa_gate;
GRANT SELECT, INSERT, UPDATE (restaurant_id), DELETE ON people, person_ids TO marketa_gate;
GRANT SELECT, INSERT, UPDATE (name, zone, stage, confirmed_at, merged_into) ON restaurants TO marketa_gate;
GRANT UPDATE (restaurant_id, mapped_at, ignored_at, ignored_by, ignored_from, lease_token, lease_until) ON chats TO marketa_gate;
GRANT UPDATE (person_id) ON messages TO marketa_gate;
GRANT SELECT, UPDATE (status, why, finished_at) ON turns TO marketa_gate;
GRANT SELECT (id, restaurant_id, proposal_id), UPDATE (restaurant_id) ON facts TO marketa_gate;
GRANT SELECT (turn_id, restaurant_id), UPDATE (restaurant_id) ON llm_calls TO marketa_gate;
GRANT UPDATE (done_at) ON proposals TO marketa_gate; -- a right to lock needs one
GRANT SELECT, UPDATE (next_at) ON deliveries TO marketa_gate;
GRANT SELECT ON cards TO marketa_gate;
GRANT SELECT, UPDATE (answered_at) ON asks TO marketa_gate;
GRANT INSERT ON stage_events TO marketa_gate;

-- From here on as the gate, so that its functions are its own from the start. The right is taken back at the end.
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
END $$;
-- +goose StatementEnd
SET LOCAL ROLE marketa_gate;

-- deciding is the manager who may decide, held until the commit: whoever removes him waits, or he is not found any more.
-- +goose StatementBegin
CREATE FUNCTION deciding(p_telegram_id bigint) RETURNS managers
LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT m FROM managers m WHERE telegram_id = p_telegram_id AND active AND role IN ('owner', 'manager') FOR SHARE
$$;
-- +goose StatementEnd

-- give_back ends a take-over. What nobody has answered is open again, from before the take-over too, and it is the bot's turn:
-- true says so. The chat's row is locked by the caller.
-- +goose StatementBegin
CREATE FUNCTION give_back(p_chat uuid, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE c chats; a approvals;
BEGIN
    SELECT * INTO c FROM chats WHERE id = p_chat;
    SELECT * INTO a FROM approvals WHERE chat_id = p_chat AND decided_by = c.taken_by AND state IN ('taken_over', 'edited') ORDER BY decided_at DESC, id DESC LIMIT 1;
    UPDATE chats SET taken_by = NULL, taken_until = NULL WHERE id = c.id;
    IF a.state = 'taken_over'
       AND NOT EXISTS (SELECT FROM outbound o WHERE o.chat_id = c.id AND o.created_at >= a.decided_at)
       AND NOT EXISTS (SELECT FROM messages x WHERE x.chat_id = c.id AND x.author = 'phone' AND x.received_at >= a.decided_at) THEN
        UPDATE chats SET handled = least(handled, a.from_watermark) WHERE id = c.id RETURNING handled INTO c.handled;
    END IF;
    UPDATE views SET rev = rev + 1, next_at = p_now WHERE approval_id IN (SELECT x.id FROM approvals x WHERE x.chat_id = c.id AND x.decided_by = c.taken_by
        AND x.state IN ('taken_over', 'edited') ORDER BY x.decided_at DESC LIMIT 5);
    RETURN wake(c.id, p_now);
END $$;
-- +goose StatementEnd

-- wake makes a chat busy if anything in it is unanswered.
-- +goose StatementBegin
CREATE FUNCTION wake(p_chat uuid, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE chats c SET busy_since = coalesce(c.busy_since, p_now) WHERE c.id = p_chat AND c.ignored_at IS NULL AND EXISTS (SELECT FROM messages x
        WHERE x.chat_id = c.id AND x.author = 'client' AND x.deleted_at IS NULL AND x.kind <> 'reaction' AND NOT x.aside AND x.seq > c.handled);
    RETURN FOUND;
END $$;
-- +goose StatementEnd

-- decide, as in 0003_gate.sql, with the manager held until the commit.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION decide(
    p_approval uuid, p_action text, p_telegram_id bigint, p_hash bytea, p_policy text, p_text text,
    p_new_draft uuid, p_new_approval uuid, p_outbound uuid, p_delivery uuid, p_until timestamptz, p_now timestamptz,
    OUT outcome text, OUT state text, OUT decided_name text, OUT decided_at timestamptz,
    OUT restaurant uuid, OUT chat uuid, OUT shown uuid, OUT delivery uuid, OUT woke boolean, OUT retired uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    m managers; a approvals; c chats; d drafts; final_text text; final_hash bytea;
BEGIN
    woke := false;
    m := deciding(p_telegram_id);
    IF m.id IS NULL THEN outcome := 'denied'; RETURN; END IF;

    SELECT * INTO a FROM approvals WHERE id = p_approval;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    -- The chat's row lock comes first, as in ingest: a client's message is either before this decision or after it.
    SELECT * INTO c FROM chats WHERE id = a.chat_id FOR UPDATE;
    SELECT * INTO a FROM approvals WHERE id = p_approval FOR UPDATE;
    SELECT * INTO d FROM drafts WHERE id = a.draft_id;
    restaurant := a.restaurant_id; chat := a.chat_id; shown := a.id;

    IF p_action = 'hand_back' THEN
        IF c.taken_by IS NULL THEN outcome := 'already'; state := 'handed_back'; RETURN; END IF;
        woke := give_back(c.id, p_now);
    ELSIF p_action = 'say' THEN
        -- The manager who took the chat over writes himself, whenever he likes.
        IF c.taken_by IS DISTINCT FROM m.id OR c.taken_until < p_now THEN outcome := 'already'; state := a.state; RETURN; END IF;
    ELSE
        IF a.state <> 'pending' THEN
            outcome := 'already'; state := a.state; decided_at := a.decided_at;
            SELECT name INTO decided_name FROM managers WHERE id = a.decided_by;
            RETURN;
        END IF;
        -- Whoever writes the text himself need not name the one that he has seen; whoever sends it must.
        IF p_action <> 'take_over' AND (c.watermark <> a.watermark OR d.policy_version IS DISTINCT FROM p_policy
           OR (p_hash IS DISTINCT FROM a.text_hash AND (p_hash IS NOT NULL OR p_action = 'send'))) THEN
            outcome := 'stale'; state := a.state; RETURN;
        END IF;
    END IF;

    IF p_action IN ('send', 'edit', 'say') THEN
        final_text := CASE WHEN p_action = 'send' THEN d.text ELSE coalesce(p_text, '') END;
        IF btrim(final_text, E' \n\t\r') = '' THEN outcome := 'empty'; state := a.state; RETURN; END IF;
        final_hash := sha256(convert_to(final_text, 'UTF8'));
        IF p_action <> 'send' THEN
            INSERT INTO drafts (id, restaurant_id, chat_id, turn_id, author, text, text_hash, watermark, policy_version, created_at)
            VALUES (p_new_draft, c.restaurant_id, c.id, NULL, 'manager', final_text, final_hash, c.watermark, p_policy, p_now);
        END IF;
        IF p_action = 'say' THEN
            -- Nothing may wait for a decision while a manager writes: what is pending is retired by his words.
            UPDATE approvals SET state = 'superseded', reason = 'answered by ' || m.name WHERE chat_id = c.id AND approvals.state = 'pending'
                RETURNING id INTO retired;
            INSERT INTO approvals (id, restaurant_id, chat_id, draft_id, text_hash, watermark, from_watermark, state, created_at, decided_by, decided_at)
            VALUES (p_new_approval, c.restaurant_id, c.id, p_new_draft, final_hash, c.watermark, c.handled, 'edited', p_now, m.id, p_now);
            INSERT INTO views (approval_id, restaurant_id) VALUES (p_new_approval, c.restaurant_id);
            shown := p_new_approval;
            UPDATE chats SET taken_until = p_until WHERE id = c.id;
        ELSE
            UPDATE approvals SET state = CASE p_action WHEN 'send' THEN 'sent' ELSE 'edited' END,
                draft_id = CASE p_action WHEN 'send' THEN draft_id ELSE p_new_draft END,
                text_hash = final_hash, decided_by = m.id, decided_at = p_now WHERE id = a.id;
        END IF;
        INSERT INTO outbound (id, restaurant_id, chat_id, approval_id, text, text_hash, watermark, created_at)
        VALUES (p_outbound, c.restaurant_id, c.id, shown, final_text, final_hash, c.watermark, p_now);
        INSERT INTO deliveries (id, restaurant_id, outbound_id, chat_id, text_hash, next_at, release_at)
        VALUES (p_delivery, c.restaurant_id, p_outbound, c.id, final_hash, p_now, p_now);
        delivery := p_delivery;
        UPDATE chats SET handled = c.watermark WHERE id = c.id;
    ELSIF p_action = 'discard' THEN
        UPDATE approvals SET state = 'discarded', decided_by = m.id, decided_at = p_now WHERE id = a.id;
        UPDATE chats SET handled = c.watermark WHERE id = c.id;
    ELSIF p_action = 'redo' THEN
        UPDATE approvals SET state = 'redone', hint = coalesce(p_text, ''), decided_by = m.id, decided_at = p_now WHERE id = a.id;
        UPDATE chats SET busy_since = coalesce(busy_since, p_now) WHERE id = c.id;
        woke := true;
    ELSIF p_action = 'take_over' THEN
        UPDATE approvals SET state = 'taken_over', decided_by = m.id, decided_at = p_now WHERE id = a.id;
        -- What came after this card was made is not handled by it: it comes on a card of its own.
        UPDATE chats SET taken_by = m.id, taken_until = p_until, handled = greatest(handled, a.watermark) WHERE id = c.id;
    ELSIF p_action <> 'hand_back' THEN
        RAISE EXCEPTION 'decide: unknown action %', p_action USING ERRCODE = '22023';
    END IF;

    UPDATE views SET rev = rev + 1, next_at = p_now, remind_at = NULL
        WHERE approval_id IN (CASE p_action WHEN 'say' THEN shown ELSE a.id END, shown, retired); -- a say changes nothing on the card it answers
    INSERT INTO audit (restaurant_id, actor, action, object, detail, at)
    VALUES (c.restaurant_id, 'manager:' || m.id, 'approval.' || p_action, a.id::text, jsonb_build_object('hash', encode(a.text_hash, 'hex')), p_now);
    outcome := 'ok'; decided_name := m.name; decided_at := p_now;
    SELECT x.state INTO state FROM approvals x WHERE x.id = shown;
END $$;
-- +goose StatementEnd

-- redraw_offer draws the card of a chat that asks whose it is again, now that this is known.
-- +goose StatementBegin
CREATE FUNCTION redraw_offer(p_chat uuid, p_now timestamptz) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    UPDATE views SET rev = rev + 1, next_at = p_now WHERE approval_id IN (SELECT id FROM approvals WHERE chat_id = p_chat AND state = 'pending')
$$;
-- +goose StatementEnd

-- confirm_client: the chat's own lead is a client. outcome: ok, already (somebody has said whose it is), denied, gone.
-- +goose StatementBegin
CREATE FUNCTION confirm_client(p_chat uuid, p_telegram_id bigint, p_now timestamptz, OUT outcome text, OUT restaurant uuid, OUT name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers; c chats;
BEGIN
    m := deciding(p_telegram_id);
    IF m.id IS NULL THEN outcome := 'denied'; RETURN; END IF;
    SELECT * INTO c FROM chats WHERE id = p_chat FOR UPDATE;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    SELECT r.id, r.name INTO restaurant, name FROM restaurants r WHERE r.id = c.restaurant_id;
    IF c.mapped_at IS NOT NULL OR c.ignored_at IS NOT NULL THEN outcome := 'already'; RETURN; END IF;
    UPDATE chats SET mapped_at = p_now WHERE id = c.id;
    UPDATE restaurants r SET confirmed_at = coalesce(r.confirmed_at, p_now) WHERE r.id = c.restaurant_id;
    PERFORM redraw_offer(c.id, p_now);
    INSERT INTO audit (restaurant_id, actor, action, object, at) VALUES (c.restaurant_id, 'manager:' || m.id, 'chat.confirmed', c.id::text, p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- ignore_chat: no more cards from this chat, or again. outcome: ok, already, denied, gone.
-- +goose StatementBegin
CREATE FUNCTION ignore_chat(p_chat uuid, p_ignore boolean, p_telegram_id bigint, p_now timestamptz, OUT outcome text, OUT retired uuid, OUT woke boolean, OUT restaurant uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers; c chats;
BEGIN
    woke := false;
    m := deciding(p_telegram_id);
    IF m.id IS NULL THEN outcome := 'denied'; RETURN; END IF;
    SELECT * INTO c FROM chats WHERE id = p_chat FOR UPDATE;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    restaurant := c.restaurant_id;
    IF (c.ignored_at IS NOT NULL) = p_ignore THEN outcome := 'already'; RETURN; END IF;
    IF p_ignore THEN
        UPDATE approvals SET state = 'superseded', reason = 'This chat is ignored: ' || coalesce(nullif(m.name, ''), 'a manager') || ' said so. /ignored brings it back.'
            WHERE chat_id = c.id AND state = 'pending' RETURNING id INTO retired;
        UPDATE turns SET status = 'superseded', why = 'the chat is ignored', finished_at = p_now WHERE chat_id = c.id AND status = 'running';
        -- Whoever works on its turn has lost it.
        UPDATE chats SET ignored_at = p_now, ignored_by = m.id, ignored_from = c.handled, handled = c.watermark, busy_since = NULL,
            lease_token = NULL, lease_until = NULL, taken_by = NULL, taken_until = NULL WHERE id = c.id;
        UPDATE views SET rev = rev + 1, next_at = p_now, remind_at = NULL WHERE approval_id = retired;
    ELSE
        UPDATE chats SET ignored_at = NULL, ignored_by = NULL, handled = coalesce(c.ignored_from, c.handled), ignored_from = NULL WHERE id = c.id;
        woke := wake(c.id, p_now);
    END IF;
    PERFORM redraw_offer(c.id, p_now);
    INSERT INTO audit (restaurant_id, actor, action, object, at)
        VALUES (c.restaurant_id, 'manager:' || m.id, CASE WHEN p_ignore THEN 'chat.ignored' ELSE 'chat.heeded' END, c.id::text, p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- move_people brings those who spoke in a chat to its new restaurant. Somebody known there under one of his ids becomes that
-- person; somebody who also speaks in other chats of the old one is there and here.
-- +goose StatementBegin
CREATE FUNCTION move_people(p_chat uuid, p_from uuid, p_to uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE who uuid; known uuid; elsewhere boolean;
BEGIN
    FOR who IN SELECT DISTINCT person_id FROM messages WHERE chat_id = p_chat AND person_id IS NOT NULL ORDER BY 1 LOOP
        known := NULL;
        SELECT i.person_id INTO known FROM person_ids i JOIN people p ON p.id = i.person_id
            WHERE i.restaurant_id = p_to AND i.value IN (SELECT value FROM person_ids WHERE restaurant_id = p_from AND person_id = who)
            ORDER BY p.created_at, p.id LIMIT 1;
        elsewhere := EXISTS (SELECT FROM chats c JOIN messages x ON x.chat_id = c.id WHERE c.restaurant_id = p_from AND c.id <> p_chat AND x.person_id = who);
        IF known IS NULL AND NOT elsewhere THEN
            UPDATE people SET restaurant_id = p_to WHERE id = who AND restaurant_id = p_from;
            CONTINUE;
        END IF;
        IF known IS NULL THEN
            known := gen_random_uuid();
            INSERT INTO people (id, restaurant_id, name, created_at) SELECT known, p_to, name, created_at FROM people WHERE id = who;
        END IF;
        INSERT INTO person_ids (restaurant_id, person_id, value) SELECT p_to, known, value FROM person_ids WHERE restaurant_id = p_from AND person_id = who
            ON CONFLICT (restaurant_id, value) DO NOTHING;
        UPDATE messages SET person_id = known WHERE chat_id = p_chat AND person_id = who;
        IF NOT elsewhere THEN
            DELETE FROM people WHERE id = who AND restaurant_id = p_from;
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd

-- move_chat brings a chat with its history under another restaurant, whole or not at all. Whoever works on its turn loses it
-- (the lease, and the row itself, which his restaurant does not see any more); its open card is superseded and a fresh turn is
-- due; a decision that was made stays made, and its delivery goes on where the chat is now, reconciled if it was under way.
-- outcome: ok, same (it is there already), denied, gone.
-- +goose StatementBegin
CREATE FUNCTION move_chat(p_chat uuid, p_to uuid, p_telegram_id bigint, p_move uuid, p_event uuid, p_now timestamptz,
    OUT outcome text, OUT origin uuid, OUT origin_name text, OUT target_name text, OUT closed boolean, OUT undone boolean, OUT messages int, OUT retired uuid, OUT woke boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE m managers; c chats; f restaurants; t restaurants; last moves; alone boolean; noted uuid[] := '{}';
BEGIN
    closed := false; undone := false; woke := false; messages := 0;
    m := deciding(p_telegram_id);
    IF m.id IS NULL THEN outcome := 'denied'; RETURN; END IF;
    SELECT * INTO c FROM chats WHERE id = p_chat FOR UPDATE;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    -- In the order in which others take them, so that nobody waits in a circle.
    PERFORM FROM proposals p JOIN approvals a ON a.id = p.approval_id WHERE a.chat_id = c.id ORDER BY p.id FOR UPDATE OF p;
    PERFORM FROM deliveries x WHERE x.chat_id = c.id ORDER BY x.id FOR UPDATE;
    PERFORM FROM restaurants r WHERE r.id IN (c.restaurant_id, p_to) ORDER BY r.id FOR NO KEY UPDATE;
    SELECT * INTO f FROM restaurants WHERE id = c.restaurant_id;
    SELECT * INTO t FROM restaurants WHERE id = p_to;
    IF t.id IS NULL THEN outcome := 'gone'; RETURN; END IF;
    origin := f.id; origin_name := f.name; target_name := t.name;
    IF f.id = t.id THEN
        UPDATE chats SET mapped_at = coalesce(mapped_at, p_now) WHERE id = c.id;
        UPDATE restaurants SET confirmed_at = coalesce(confirmed_at, p_now) WHERE id = t.id;
        PERFORM redraw_offer(c.id, p_now);
        outcome := 'same'; RETURN;
    END IF;
    alone := NOT EXISTS (SELECT FROM chats x WHERE x.restaurant_id = f.id AND x.id <> c.id);
    SELECT * INTO last FROM moves x WHERE x.chat_id = c.id ORDER BY x.at DESC, x.id DESC LIMIT 1;
    -- Back to the lead that it came from, which was closed for being empty.
    undone := coalesce(last.from_restaurant = t.id AND last.to_restaurant = f.id, false);

    UPDATE approvals SET state = 'superseded', reason = 'This chat belongs to ' || t.name || ' now' || CASE WHEN m.name = '' THEN '' ELSE ', ' || m.name || ' said so' END || '.'
        WHERE chat_id = c.id AND state = 'pending' RETURNING id INTO retired;
    UPDATE views SET rev = rev + 1, next_at = p_now, remind_at = NULL WHERE approval_id = retired;
    UPDATE turns SET status = 'superseded', why = 'the chat has moved', finished_at = p_now WHERE chat_id = c.id AND status = 'running';
    UPDATE llm_calls SET restaurant_id = t.id WHERE restaurant_id = f.id AND turn_id IN (SELECT x.id FROM turns x WHERE x.chat_id = c.id);
    PERFORM move_people(c.id, f.id, t.id);
    -- With it goes, by its keys, all that hangs below it.
    UPDATE chats SET restaurant_id = t.id, mapped_at = CASE WHEN undone AND last.closed THEN NULL ELSE p_now END,
        ignored_at = NULL, ignored_by = NULL, ignored_from = NULL, handled = coalesce(c.ignored_from, c.handled), lease_token = NULL, lease_until = NULL WHERE id = c.id;
    SELECT count(*) INTO messages FROM messages x WHERE x.chat_id = c.id;
    woke := wake(c.id, p_now) OR c.busy_since IS NOT NULL;

    -- What was noted about a lead was said in its only chat; what is known of a client stays with the client.
    IF undone THEN
        WITH gone AS (UPDATE facts SET restaurant_id = t.id WHERE id = ANY (last.facts) AND restaurant_id = f.id RETURNING id) SELECT coalesce(array_agg(id), '{}') INTO noted FROM gone;
    ELSIF alone AND f.confirmed_at IS NULL THEN
        WITH gone AS (UPDATE facts SET restaurant_id = t.id WHERE restaurant_id = f.id AND proposal_id IS NULL RETURNING id) SELECT coalesce(array_agg(id), '{}') INTO noted FROM gone;
    END IF;
    closed := alone AND f.confirmed_at IS NULL AND f.stage <> 'closed';
    IF closed THEN
        UPDATE restaurants SET stage = 'closed', merged_into = t.id WHERE id = f.id;
        INSERT INTO stage_events (id, restaurant_id, event, from_stage, to_stage, cause, at) VALUES (p_event, f.id, 'closed_by_manager', f.stage, 'closed', 'its only chat has moved', p_now);
    END IF;
    IF t.merged_into IS NOT NULL THEN
        UPDATE restaurants SET stage = CASE WHEN undone THEN last.from_stage ELSE 'qualification' END, merged_into = NULL WHERE id = t.id RETURNING * INTO t;
        INSERT INTO stage_events (id, restaurant_id, event, from_stage, to_stage, cause, at) VALUES (gen_random_uuid(), t.id, 'reopened_by_manager', 'closed', t.stage, 'its chat has come back', p_now);
    END IF;
    IF NOT (undone AND last.closed) THEN
        UPDATE restaurants SET confirmed_at = coalesce(confirmed_at, p_now) WHERE id = t.id;
    END IF;
    INSERT INTO moves (id, chat_id, from_restaurant, to_restaurant, manager_id, at, closed, from_stage, facts) VALUES (p_move, c.id, f.id, t.id, m.id, p_now, closed, f.stage, noted);
    INSERT INTO audit (restaurant_id, actor, action, object, detail, at)
        SELECT x, 'manager:' || m.id, 'chat.moved', c.id::text, jsonb_build_object('from', f.id, 'to', t.id, 'closed', closed), p_now FROM unnest(ARRAY[f.id, t.id]) x;
    PERFORM redraw_offer(c.id, p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- new_restaurant makes one by a manager's word. outcome: ok, denied.
-- +goose StatementBegin
CREATE FUNCTION new_restaurant(p_id uuid, p_name text, p_zone text, p_telegram_id bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers;
BEGIN
    m := deciding(p_telegram_id);
    IF m.id IS NULL THEN RETURN 'denied'; END IF;
    INSERT INTO restaurants (id, name, zone, created_at, confirmed_at) VALUES (p_id, p_name, p_zone, p_now, p_now);
    INSERT INTO audit (restaurant_id, actor, action, object, at) VALUES (p_id, 'manager:' || m.id, 'restaurant.made', p_id::text, p_now);
    RETURN 'ok';
END $$;
-- +goose StatementEnd

-- change_restaurant gives it another name or zone; its waiting cards are drawn again. outcome: ok, denied, gone.
-- +goose StatementBegin
CREATE FUNCTION change_restaurant(p_id uuid, p_what text, p_value text, p_telegram_id bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers; before restaurants;
BEGIN
    m := deciding(p_telegram_id);
    IF m.id IS NULL THEN RETURN 'denied'; END IF;
    SELECT * INTO before FROM restaurants WHERE id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    IF p_what = 'name' THEN
        UPDATE restaurants SET name = p_value, confirmed_at = coalesce(confirmed_at, p_now) WHERE id = p_id;
    ELSIF p_what = 'zone' THEN
        UPDATE restaurants SET zone = p_value WHERE id = p_id;
    ELSE
        RAISE EXCEPTION 'change_restaurant: unknown %', p_what USING ERRCODE = '22023';
    END IF;
    UPDATE views v SET rev = rev + 1, next_at = p_now FROM approvals a WHERE a.id = v.approval_id AND a.restaurant_id = p_id AND a.state = 'pending';
    INSERT INTO audit (restaurant_id, actor, action, object, detail, at) VALUES (p_id, 'manager:' || m.id, 'restaurant.' || p_what, p_id::text,
        jsonb_build_object('from', CASE p_what WHEN 'name' THEN before.name ELSE before.zone END, 'to', p_value), p_now);
    RETURN 'ok';
END $$;
-- +goose StatementEnd

-- The team. Every change takes this lock first, so that what each looks at is what the others have left.
-- +goose StatementBegin
CREATE FUNCTION lock_team() RETURNS void LANGUAGE sql SET search_path = public, pg_temp AS $$ SELECT pg_advisory_xact_lock(20071) $$;
-- +goose StatementEnd

-- keep_an_owner: there is always an active owner once there was one, whoever changes the table.
-- +goose StatementBegin
CREATE FUNCTION keep_an_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.active AND NEW.role = 'owner' THEN RETURN NEW; END IF;
    PERFORM lock_team();
    IF NOT EXISTS (SELECT FROM managers WHERE active AND role = 'owner' AND id <> OLD.id) THEN
        RAISE EXCEPTION 'the last active owner stays' USING ERRCODE = '23514', CONSTRAINT = 'last_owner';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd

-- make_owners: the configured ones are active owners. Only the login calls it, before it has taken a role.
-- +goose StatementBegin
CREATE FUNCTION make_owners(p_ids uuid[], p_telegram_ids bigint[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF cardinality(p_telegram_ids) = 0 THEN RETURN; END IF;
    PERFORM lock_team();
    INSERT INTO managers (id, telegram_id, role, created_at) SELECT i, t, 'owner', p_now FROM unnest(p_ids, p_telegram_ids) AS x (i, t)
        ON CONFLICT (telegram_id) DO UPDATE SET role = 'owner', active = true, removed_at = NULL WHERE managers.role <> 'owner' OR NOT managers.active;
    UPDATE team_codes SET revoked_at = p_now WHERE kind = 'claim' AND used_at IS NULL AND revoked_at IS NULL;
END $$;
-- +goose StatementEnd

-- new_claim makes the code by which the first owner claims the bot; older ones die. False where there is an owner. Only the
-- login calls it.
-- +goose StatementBegin
CREATE FUNCTION new_claim(p_id uuid, p_hash bytea, p_expires timestamptz, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM lock_team();
    UPDATE team_codes SET revoked_at = p_now WHERE kind = 'claim' AND used_at IS NULL AND revoked_at IS NULL;
    IF EXISTS (SELECT FROM managers WHERE active AND role = 'owner') THEN RETURN false; END IF;
    INSERT INTO team_codes (id, kind, role, hash, made_at, expires_at) VALUES (p_id, 'claim', 'owner', p_hash, p_now, p_expires);
    INSERT INTO audit (actor, action, object, at) VALUES ('system', 'team.claim_made', p_id::text, p_now);
    RETURN true;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION owning(p_telegram_id bigint) RETURNS managers
LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT m FROM managers m WHERE telegram_id = p_telegram_id AND active AND role = 'owner' FOR SHARE
$$;
-- +goose StatementEnd

-- new_invite makes a code for one person. outcome: ok, denied.
-- +goose StatementBegin
CREATE FUNCTION new_invite(p_telegram_id bigint, p_id uuid, p_role text, p_hash bytea, p_expires timestamptz, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers;
BEGIN
    PERFORM lock_team();
    m := owning(p_telegram_id);
    IF m.id IS NULL THEN RETURN 'denied'; END IF;
    INSERT INTO team_codes (id, kind, role, hash, made_by, made_at, expires_at) VALUES (p_id, 'invite', p_role, p_hash, m.id, p_now, p_expires);
    INSERT INTO audit (actor, action, object, detail, at) VALUES ('manager:' || m.id, 'team.invited', p_id::text, jsonb_build_object('role', p_role), p_now);
    RETURN 'ok';
END $$;
-- +goose StatementEnd

-- revoke_invite takes a code back. outcome: ok, already, denied.
-- +goose StatementBegin
CREATE FUNCTION revoke_invite(p_telegram_id bigint, p_id uuid, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers;
BEGIN
    PERFORM lock_team();
    m := owning(p_telegram_id);
    IF m.id IS NULL THEN RETURN 'denied'; END IF;
    UPDATE team_codes SET revoked_at = p_now WHERE id = p_id AND kind = 'invite' AND used_at IS NULL AND revoked_at IS NULL AND expires_at > p_now;
    IF NOT FOUND THEN RETURN 'already'; END IF;
    INSERT INTO audit (actor, action, object, at) VALUES ('manager:' || m.id, 'team.invite_revoked', p_id::text, p_now);
    RETURN 'ok';
END $$;
-- +goose StatementEnd

-- use_code makes whoever brings a living code a member, once. outcome:
--   ok       he is: role tells as what, invited_by who is to be told
--   member   he was one before; the code lives on
--   spent    the code was used, taken back or is too old
--   wrong    there is no such code
--   limited  too many wrong ones in the last hour, by him or (for the claim) by all
-- +goose StatementBegin
CREATE FUNCTION use_code(p_telegram_id bigint, p_name text, p_hash bytea, p_id uuid, p_now timestamptz,
    OUT outcome text, OUT kind text, OUT role text, OUT invited_by bigint, OUT manager uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE c team_codes; mine int; all_of_them int;
BEGIN
    PERFORM lock_team();
    DELETE FROM code_tries WHERE at <= p_now - interval '1 hour';
    SELECT count(*) FILTER (WHERE telegram_id = p_telegram_id), count(*) INTO mine, all_of_them FROM code_tries;
    IF EXISTS (SELECT FROM managers m WHERE m.telegram_id = p_telegram_id AND m.active) THEN outcome := 'member'; RETURN; END IF;
    SELECT * INTO c FROM team_codes x WHERE x.hash = p_hash FOR UPDATE;
    kind := c.kind; role := c.role;
    IF mine >= 5 OR (all_of_them >= 30 AND c.kind IS DISTINCT FROM 'invite') THEN outcome := 'limited'; RETURN; END IF;
    IF c.id IS NULL THEN
        outcome := 'wrong';
    ELSIF c.used_at IS NOT NULL OR c.revoked_at IS NOT NULL OR c.expires_at <= p_now
        OR (c.kind = 'claim' AND EXISTS (SELECT FROM managers m WHERE m.active AND m.role = 'owner')) THEN
        outcome := 'spent';
    END IF;
    IF outcome IS NOT NULL THEN
        INSERT INTO code_tries (telegram_id, at) VALUES (p_telegram_id, p_now);
        INSERT INTO audit (actor, action, object, at) VALUES ('stranger:' || p_telegram_id, 'team.code_refused', outcome, p_now);
        RETURN;
    END IF;
    INSERT INTO managers AS m (id, telegram_id, name, role, created_at) VALUES (p_id, p_telegram_id, p_name, c.role, p_now)
        ON CONFLICT (telegram_id) DO UPDATE SET name = excluded.name, role = excluded.role, active = true, removed_at = NULL, away_until = NULL, deputy_id = NULL
        RETURNING m.id INTO manager;
    UPDATE team_codes SET used_by = manager, used_at = p_now WHERE id = c.id;
    SELECT m.telegram_id INTO invited_by FROM managers m WHERE m.id = c.made_by AND m.active;
    INSERT INTO audit (actor, action, object, detail, at) VALUES ('manager:' || manager, 'team.' || CASE c.kind WHEN 'claim' THEN 'claimed' ELSE 'joined' END, c.id::text, jsonb_build_object('role', c.role), p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- stand_down takes from a manager what only one who decides may have: his open questions, the chats that he has taken over
-- (to the deputy given, else back to the bot), the buttons on his own copies of cards. It names the chats.
-- +goose StatementBegin
CREATE FUNCTION stand_down(p_manager uuid, p_deputy uuid, p_until timestamptz, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE c chats; handed jsonb := '[]';
BEGIN
    FOR c IN SELECT * FROM chats WHERE taken_by = p_manager ORDER BY channel, vendor_chat_id FOR UPDATE LOOP
        IF c.taken_until <= p_now THEN CONTINUE; END IF;
        IF p_deputy IS NULL THEN
            PERFORM give_back(c.id, p_now);
        ELSE
            UPDATE chats SET taken_by = p_deputy, taken_until = p_until WHERE id = c.id;
            UPDATE views SET rev = rev + 1, next_at = p_now WHERE approval_id IN (SELECT x.id FROM approvals x WHERE x.chat_id = c.id AND x.decided_by = p_manager
                AND x.state IN ('taken_over', 'edited') ORDER BY x.decided_at DESC LIMIT 5);
        END IF;
        INSERT INTO audit (restaurant_id, actor, action, object, detail, at) VALUES (c.restaurant_id, 'system', 'chat.handed_on', c.id::text,
            jsonb_build_object('from', p_manager, 'to', p_deputy), p_now);
        handed := handed || jsonb_build_object('chat', c.id, 'title', c.title);
    END LOOP;
    RETURN handed;
END $$;
-- +goose StatementEnd

-- redraw_copies: the cards in a manager's own chat that may have buttons are drawn again.
-- +goose StatementBegin
CREATE FUNCTION redraw_copies(p_telegram_id bigint, p_now timestamptz) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    UPDATE views v SET rev = rev + 1, next_at = p_now FROM approvals a
        WHERE a.id = v.approval_id AND v.approval_id IN (SELECT approval_id FROM cards WHERE tg_chat_id = p_telegram_id)
        AND (a.state = 'pending' OR a.created_at > p_now - interval '2 days'
            OR EXISTS (SELECT FROM outbound o JOIN deliveries x ON x.outbound_id = o.id WHERE o.approval_id = a.id AND x.state IN ('asked', 'failed')))
$$;
-- +goose StatementEnd

-- set_role makes somebody an owner, manager or viewer. outcome: ok, same, last_owner, denied, gone.
-- +goose StatementBegin
CREATE FUNCTION set_role(p_telegram_id bigint, p_manager uuid, p_role text, p_now timestamptz, OUT outcome text, OUT handed jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE o managers; m managers;
BEGIN
    handed := '[]';
    PERFORM lock_team();
    o := owning(p_telegram_id);
    IF o.id IS NULL THEN outcome := 'denied'; RETURN; END IF;
    SELECT * INTO m FROM managers WHERE id = p_manager AND active FOR UPDATE;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    IF m.role = p_role THEN outcome := 'same'; RETURN; END IF;
    IF m.role = 'owner' AND NOT EXISTS (SELECT FROM managers WHERE active AND role = 'owner' AND id <> m.id) THEN outcome := 'last_owner'; RETURN; END IF;
    UPDATE managers SET role = p_role WHERE id = m.id;
    IF m.role = 'owner' THEN
        UPDATE team_codes SET revoked_at = p_now WHERE made_by = m.id AND used_at IS NULL AND revoked_at IS NULL;
    END IF;
    IF p_role = 'viewer' THEN
        UPDATE managers SET deputy_id = NULL WHERE deputy_id = m.id;
        UPDATE asks SET answered_at = p_now WHERE manager_id = m.id AND answered_at IS NULL;
        handed := stand_down(m.id, NULL, NULL, p_now);
    END IF;
    PERFORM redraw_copies(m.telegram_id, p_now);
    INSERT INTO audit (actor, action, object, detail, at) VALUES ('manager:' || o.id, 'team.role', m.id::text, jsonb_build_object('from', m.role, 'to', p_role), p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- remove_manager takes effect with its commit: whoever decides at that moment has done so before it, or is refused.
-- outcome: ok, last_owner, denied, gone.
-- +goose StatementBegin
CREATE FUNCTION remove_manager(p_telegram_id bigint, p_manager uuid, p_now timestamptz, OUT outcome text, OUT handed jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE o managers; m managers;
BEGIN
    handed := '[]';
    PERFORM lock_team();
    o := owning(p_telegram_id);
    IF o.id IS NULL THEN outcome := 'denied'; RETURN; END IF;
    SELECT * INTO m FROM managers WHERE id = p_manager AND active FOR UPDATE;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    IF m.role = 'owner' AND NOT EXISTS (SELECT FROM managers WHERE active AND role = 'owner' AND id <> m.id) THEN outcome := 'last_owner'; RETURN; END IF;
    UPDATE managers SET active = false, removed_at = p_now, away_until = NULL, deputy_id = NULL WHERE id = m.id;
    UPDATE managers SET deputy_id = NULL WHERE deputy_id = m.id;
    UPDATE team_codes SET revoked_at = p_now WHERE made_by = m.id AND used_at IS NULL AND revoked_at IS NULL;
    UPDATE asks SET answered_at = p_now WHERE manager_id = m.id AND answered_at IS NULL;
    handed := stand_down(m.id, NULL, NULL, p_now);
    PERFORM redraw_copies(m.telegram_id, p_now);
    INSERT INTO audit (actor, action, object, detail, at) VALUES ('manager:' || o.id, 'team.removed', m.id::text, jsonb_build_object('role', m.role), p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- set_away: somebody is away until then (null: back). Chats that he has taken over go to his deputy, or back to the bot.
-- outcome: ok, denied.
-- +goose StatementBegin
CREATE FUNCTION set_away(p_telegram_id bigint, p_until timestamptz, p_taken_until timestamptz, p_now timestamptz, OUT outcome text, OUT deputy bigint, OUT deputy_name text, OUT handed jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers; d managers;
BEGIN
    handed := '[]';
    PERFORM lock_team();
    SELECT * INTO m FROM managers WHERE telegram_id = p_telegram_id AND active FOR UPDATE;
    IF NOT FOUND THEN outcome := 'denied'; RETURN; END IF;
    UPDATE managers SET away_until = p_until WHERE id = m.id;
    SELECT * INTO d FROM managers WHERE id = m.deputy_id AND active AND role <> 'viewer' AND (away_until IS NULL OR away_until <= p_now);
    deputy := d.telegram_id; deputy_name := d.name;
    IF p_until IS NOT NULL THEN
        handed := stand_down(m.id, d.id, p_taken_until, p_now);
    END IF;
    INSERT INTO audit (actor, action, object, detail, at) VALUES ('manager:' || m.id, 'team.away', m.id::text, jsonb_build_object('until', p_until), p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- set_deputy: who stands in for somebody (null: nobody). outcome: ok, denied, gone (he may not decide, or is the same).
-- +goose StatementBegin
CREATE FUNCTION set_deputy(p_telegram_id bigint, p_deputy uuid, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers;
BEGIN
    PERFORM lock_team();
    SELECT * INTO m FROM managers WHERE telegram_id = p_telegram_id AND active FOR UPDATE;
    IF NOT FOUND THEN RETURN 'denied'; END IF;
    IF p_deputy IS NOT NULL AND NOT EXISTS (SELECT FROM managers WHERE id = p_deputy AND active AND role <> 'viewer' AND id <> m.id) THEN RETURN 'gone'; END IF;
    UPDATE managers SET deputy_id = p_deputy WHERE id = m.id;
    INSERT INTO audit (actor, action, object, detail, at) VALUES ('manager:' || m.id, 'team.deputy', m.id::text, jsonb_build_object('deputy', p_deputy), p_now);
    RETURN 'ok';
END $$;
-- +goose StatementEnd

REVOKE ALL ON FUNCTION deciding, give_back, wake, redraw_offer, confirm_client, ignore_chat, move_people, move_chat, new_restaurant, change_restaurant, lock_team,
    keep_an_owner, make_owners, new_claim, owning, new_invite, revoke_invite, use_code, stand_down, redraw_copies, set_role, remove_manager, set_away, set_deputy FROM PUBLIC;
GRANT EXECUTE ON FUNCTION confirm_client, ignore_chat, move_chat, new_restaurant, change_restaurant, new_invite, revoke_invite, use_code, set_role, remove_manager,
    set_away, set_deputy TO marketa_desk;
-- The login has this role's own rights, and those of the desk only after taking it: the two are for starting up.
GRANT EXECUTE ON FUNCTION make_owners, new_claim TO marketa_door;

RESET ROLE;
CREATE TRIGGER keep_an_owner BEFORE UPDATE OF role, active OR DELETE ON managers
    FOR EACH ROW WHEN (OLD.active AND OLD.role = 'owner') EXECUTE FUNCTION keep_an_owner();
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
