-- +goose Up
-- A deputy goes on where the absent one wrote: the cards of the take-over are his, too. And a move that is taken back says so.
ALTER TABLE chats ADD COLUMN taken_from uuid REFERENCES managers; -- for whom taken_by stands in

-- Whoever else takes the chat over stands in for nobody.
-- +goose StatementBegin
CREATE FUNCTION forget_stand_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.taken_by IS DISTINCT FROM OLD.taken_by AND NEW.taken_from IS NOT DISTINCT FROM OLD.taken_from THEN
        NEW.taken_from := NULL;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER forget_stand_in BEFORE UPDATE OF taken_by ON chats FOR EACH ROW EXECUTE FUNCTION forget_stand_in();
GRANT UPDATE (taken_from) ON chats TO marketa_gate;

-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
END $$;
-- +goose StatementEnd
SET LOCAL ROLE marketa_gate;

-- give_back, as in 0007_mapping.sql, also for whoever stands in.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION give_back(p_chat uuid, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE c chats; a approvals;
BEGIN
    SELECT * INTO c FROM chats WHERE id = p_chat;
    SELECT * INTO a FROM approvals WHERE chat_id = p_chat AND decided_by IN (c.taken_by, c.taken_from) AND state IN ('taken_over', 'edited') ORDER BY decided_at DESC, id DESC LIMIT 1;
    UPDATE chats SET taken_by = NULL, taken_until = NULL WHERE id = c.id;
    IF a.state = 'taken_over'
       AND NOT EXISTS (SELECT FROM outbound o WHERE o.chat_id = c.id AND o.created_at >= a.decided_at)
       AND NOT EXISTS (SELECT FROM messages x WHERE x.chat_id = c.id AND x.author = 'phone' AND x.received_at >= a.decided_at) THEN
        UPDATE chats SET handled = least(handled, a.from_watermark) WHERE id = c.id RETURNING handled INTO c.handled;
    END IF;
    UPDATE views SET rev = rev + 1, next_at = p_now WHERE approval_id IN (SELECT x.id FROM approvals x WHERE x.chat_id = c.id AND x.decided_by IN (c.taken_by, c.taken_from)
        AND x.state IN ('taken_over', 'edited') ORDER BY x.decided_at DESC LIMIT 5);
    RETURN wake(c.id, p_now);
END $$;
-- +goose StatementEnd

-- stand_down, as in 0007_mapping.sql; the deputy knows for whom he stands in.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION stand_down(p_manager uuid, p_deputy uuid, p_until timestamptz, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE c chats; handed jsonb := '[]';
BEGIN
    FOR c IN SELECT * FROM chats WHERE taken_by = p_manager ORDER BY channel, vendor_chat_id FOR UPDATE LOOP
        IF c.taken_until <= p_now THEN CONTINUE; END IF;
        IF p_deputy IS NULL THEN
            PERFORM give_back(c.id, p_now);
        ELSE
            UPDATE chats SET taken_by = p_deputy, taken_until = p_until, taken_from = p_manager WHERE id = c.id;
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

-- move_chat, as in 0007_mapping.sql, telling also that a lead was opened again (reopened).
DROP FUNCTION move_chat;
-- +goose StatementBegin
CREATE FUNCTION move_chat(p_chat uuid, p_to uuid, p_telegram_id bigint, p_move uuid, p_event uuid, p_now timestamptz,
    OUT outcome text, OUT origin uuid, OUT origin_name text, OUT target_name text, OUT closed boolean, OUT reopened boolean, OUT undone boolean, OUT messages int, OUT retired uuid, OUT woke boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE m managers; c chats; f restaurants; t restaurants; last moves; alone boolean; noted uuid[] := '{}';
BEGIN
    closed := false; reopened := false; undone := false; woke := false; messages := 0;
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

    UPDATE approvals SET state = 'superseded', reason = CASE WHEN undone THEN coalesce(nullif(m.name, ''), 'A manager') || ' took the move back.'
            ELSE 'This chat belongs to ' || t.name || ' now' || CASE WHEN m.name = '' THEN '' ELSE ', ' || m.name || ' said so' END || '.' END
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
        reopened := true;
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
REVOKE ALL ON FUNCTION move_chat FROM PUBLIC;
GRANT EXECUTE ON FUNCTION move_chat TO marketa_desk;

RESET ROLE;
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
