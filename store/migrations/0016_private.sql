-- +goose Up
-- name_us writes the names of our numbers where a mention has put their digits: "@390510000100" says nothing to anybody.
-- +goose StatementBegin
CREATE FUNCTION name_us(p_body text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE i record;
BEGIN
    FOR i IN SELECT channel, split_part(value, '@', 1) AS digits FROM identities WHERE kind <> 'name' LOOP
        p_body := replace(p_body, '@' || i.digits, '@' || initcap(i.channel));
    END LOOP;
    RETURN p_body;
END $$;
-- +goose StatementEnd

-- A private matter that somebody brought up in a group is answered in that person's own chat.

GRANT SELECT ON person_ids, restaurants TO marketa_gate;
GRANT INSERT ON chats, messages TO marketa_gate;
GRANT UPDATE (watermark, last_inbound_at) ON chats TO marketa_gate;

-- answer_privately carries the private words of a group's card into their speakers' direct chats, where they wait for a draft
-- like everything that is said there. It sends nothing and holds nothing: what comes of it is a card like any other. Who the
-- person is comes from the message's record, the number from the person's; nothing that anybody has written decides it.
-- One row for each person: outcome ok, already (it was carried before), elsewhere (the person's chat belongs to another
-- restaurant; its name tells), nowhere (no number is known); denied and gone stand alone.
-- +goose StatementBegin
CREATE FUNCTION answer_privately(p_approval uuid, p_telegram_id bigint, p_chats uuid[], p_messages uuid[], p_now timestamptz)
RETURNS TABLE (outcome text, who text, restaurant uuid, chat uuid, other text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    m managers; a approvals; g chats; c chats; s record; x messages; forms text[]; named jsonb; nth int := 0; used int := 0; fresh int; mark bigint;
BEGIN
    SELECT * INTO m FROM managers WHERE telegram_id = p_telegram_id AND active AND role IN ('owner', 'manager');
    IF NOT FOUND THEN outcome := 'denied'; RETURN NEXT; RETURN; END IF;
    SELECT * INTO a FROM approvals WHERE id = p_approval;
    IF NOT FOUND THEN outcome := 'gone'; RETURN NEXT; RETURN; END IF;
    SELECT * INTO g FROM chats WHERE id = a.chat_id AND kind = 'group';
    SELECT d.notes -> 'private' INTO named FROM drafts d WHERE d.chat_id = a.chat_id AND d.turn_id IS NOT NULL AND d.watermark = a.watermark ORDER BY d.created_at DESC LIMIT 1;
    FOR s IN SELECT y.person_id, max(y.author_name) AS name FROM messages y WHERE y.chat_id = g.id AND y.author = 'client' AND y.deleted_at IS NULL
             AND y.person_id IS NOT NULL AND coalesce(named, '[]') ? y.id::text GROUP BY y.person_id ORDER BY min(y.seq) LOOP
        nth := nth + 1; fresh := 0; who := s.name; restaurant := g.restaurant_id; chat := NULL; other := NULL;
        SELECT array_agg(CASE WHEN v.value LIKE '%@lid' THEN v.value ELSE v.value || '@s.whatsapp.net' END ORDER BY v.value LIKE '%@lid') INTO forms
            FROM person_ids v WHERE v.restaurant_id = g.restaurant_id AND v.person_id = s.person_id AND v.value ~ '^[0-9]{7,15}$|^[0-9]+@lid$';
        SELECT * INTO c FROM chats k WHERE k.kind = 'direct' AND k.vendor_chat_id = ANY (forms) AND k.restaurant_id = g.restaurant_id
            ORDER BY k.last_inbound_at DESC NULLS LAST LIMIT 1 FOR UPDATE;
        IF NOT FOUND THEN
            IF forms IS NULL OR nth > cardinality(p_chats) THEN outcome := 'nowhere'; RETURN NEXT; CONTINUE; END IF;
            SELECT r.name INTO other FROM chats k JOIN restaurants r ON r.id = k.restaurant_id WHERE k.kind = 'direct' AND k.vendor_chat_id = ANY (forms) LIMIT 1;
            IF other IS NULL THEN
                INSERT INTO chats (id, restaurant_id, channel, vendor_chat_id, kind, title, created_at)
                    VALUES (p_chats[nth], g.restaurant_id, voice_of(g.id, a.watermark), forms[1], 'direct', s.name, p_now) ON CONFLICT DO NOTHING;
                SELECT * INTO c FROM chats WHERE id = p_chats[nth] FOR UPDATE;
            END IF;
            IF c.id IS NULL THEN outcome := 'elsewhere'; RETURN NEXT; CONTINUE; END IF;
        END IF;
        mark := c.watermark;
        FOR x IN SELECT * FROM messages y WHERE y.chat_id = g.id AND y.person_id = s.person_id AND y.author = 'client' AND y.deleted_at IS NULL AND named ? y.id::text ORDER BY y.seq, y.id LOOP
            EXIT WHEN used >= cardinality(p_messages);
            used := used + 1;
            INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, person_id, author_name, kind, body, body_hash, seq, sent_at, received_at)
                SELECT p_messages[used], c.restaurant_id, c.id, c.channel, 'carried-' || x.id::text, 'client', x.person_id, x.author_name, 'text', t, sha256(convert_to(t, 'UTF8')),
                    mark + 1, x.sent_at, p_now FROM (SELECT '[asked in the group ' || g.title || '] ' || x.body AS t) b ON CONFLICT DO NOTHING;
            IF FOUND THEN mark := mark + 1; fresh := fresh + 1; END IF;
        END LOOP;
        chat := c.id;
        IF fresh = 0 THEN outcome := 'already'; RETURN NEXT; CONTINUE; END IF;
        UPDATE chats SET watermark = mark, last_inbound_at = p_now, busy_since = coalesce(busy_since, p_now) WHERE id = c.id;
        INSERT INTO audit (restaurant_id, actor, action, object, at) VALUES (g.restaurant_id, 'manager:' || m.id, 'approval.answer_privately', a.id::text, p_now);
        outcome := 'ok';
        RETURN NEXT;
    END LOOP;
    UPDATE views SET rev = rev + 1, next_at = p_now WHERE approval_id = a.id;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
    EXECUTE 'ALTER FUNCTION answer_privately OWNER TO marketa_gate';
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    EXECUTE 'SET LOCAL ROLE marketa_gate';
    EXECUTE 'REVOKE ALL ON FUNCTION answer_privately FROM PUBLIC';
    EXECUTE 'GRANT EXECUTE ON FUNCTION answer_privately TO marketa_desk';
    EXECUTE 'RESET ROLE';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
