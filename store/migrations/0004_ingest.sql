-- +goose Up
-- What clients write, from many webhooks in one statement. It runs with the rights of marketa_ingest, which reads no text.

-- place_removals finds the chats of removals that name the message only. One that is not kept yet is remembered as removed,
-- for it may come later, or in this very batch. Anything else without a chat is refused: it must not vanish.
-- +goose StatementBegin
CREATE FUNCTION place_removals(batch jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE placed jsonb;
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(batch) x WHERE x ->> 'chat' = '' AND (x ->> 'op' <> 'delete' OR x ->> 'target' IS NULL)) THEN
        RAISE EXCEPTION 'ingest: an event without a chat' USING ERRCODE = '22023';
    END IF;
    SELECT coalesce(jsonb_agg(CASE WHEN x ->> 'chat' = '' THEN x || jsonb_build_object('chat', f.chat) ELSE x END ORDER BY n), '[]') INTO placed
        FROM jsonb_array_elements(batch) WITH ORDINALITY AS t (x, n) LEFT JOIN LATERAL (
            SELECT c.vendor_chat_id AS chat FROM messages m JOIN chats c ON c.id = m.chat_id
            WHERE m.channel = x ->> 'channel' AND m.vendor_id = x ->> 'target' AND x ->> 'chat' = '') f ON true;
    INSERT INTO removals (channel, vendor_id, at)
        SELECT DISTINCT x ->> 'channel', x ->> 'target', p_now FROM jsonb_array_elements(placed) x WHERE x ->> 'chat' IS NULL ON CONFLICT DO NOTHING;
    RETURN (SELECT coalesce(jsonb_agg(x ORDER BY n), '[]') FROM jsonb_array_elements(placed) WITH ORDINALITY AS t (x, n) WHERE x ->> 'chat' IS NOT NULL);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION place_removals FROM PUBLIC;
GRANT EXECUTE ON FUNCTION place_removals TO marketa_ingest;

-- ingest takes a JSON array of events and returns the chats that became busy: their turn jobs belong in the same commit.
--
-- An event: op (message, edit, delete, reaction, note, echo), channel, chat, chat_kind, title, vendor_id, target, author,
-- sender, sender_name, kind, body, sent_at, quoted, and ids for the rows it may make: message, person, new_chat, new_restaurant.
-- +goose StatementBegin
CREATE FUNCTION ingest(batch jsonb, p_now timestamptz) RETURNS TABLE (chat uuid, restaurant uuid)
LANGUAGE plpgsql AS $$
DECLARE
    place record; c record; e jsonb; raised int; h bytea; who uuid; mark bigint; kept record; key text; d record; ours boolean; done bigint;
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(batch) x WHERE x ->> 'chat' = '') THEN
        batch := place_removals(batch, p_now);
    END IF;
    -- Always in the same order, so that two batches never wait for each other in a circle.
    FOR place IN SELECT DISTINCT x ->> 'channel' AS channel, x ->> 'chat' AS vendor_chat FROM jsonb_array_elements(batch) x ORDER BY 1, 2 LOOP
        SELECT id, restaurant_id, kind, watermark, handled, busy_since INTO c FROM chats
            WHERE chats.channel = place.channel AND vendor_chat_id = place.vendor_chat FOR UPDATE;
        IF NOT FOUND THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(place.channel || ' ' || place.vendor_chat, 7));
            SELECT id, restaurant_id, kind, watermark, handled, busy_since INTO c FROM chats
                WHERE chats.channel = place.channel AND vendor_chat_id = place.vendor_chat FOR UPDATE;
            IF NOT FOUND THEN
                -- An unknown chat makes its own lead at once, so that nothing waits.
                SELECT x INTO e FROM jsonb_array_elements(batch) x
                    WHERE x ->> 'channel' = place.channel AND x ->> 'chat' = place.vendor_chat LIMIT 1;
                INSERT INTO restaurants (id, name, created_at)
                    VALUES ((e ->> 'new_restaurant')::uuid, coalesce(nullif(e ->> 'title', ''), nullif(e ->> 'sender_name', ''), 'New contact'), p_now);
                INSERT INTO chats (id, restaurant_id, channel, vendor_chat_id, kind, title, created_at)
                    VALUES ((e ->> 'new_chat')::uuid, (e ->> 'new_restaurant')::uuid, place.channel, place.vendor_chat, e ->> 'chat_kind', coalesce(e ->> 'title', ''), p_now)
                    RETURNING id, restaurant_id, kind, watermark, handled, busy_since INTO c;
            END IF;
        END IF;

        raised := 0; mark := c.watermark; done := c.handled;
        FOR e IN SELECT x FROM jsonb_array_elements(batch) WITH ORDINALITY AS t (x, n)
                 WHERE x ->> 'channel' = place.channel AND x ->> 'chat' = place.vendor_chat ORDER BY n LOOP
            h := sha256(convert_to(coalesce(e ->> 'body', ''), 'UTF8'));
            ours := false;
            key := coalesce(e ->> 'target', e ->> 'vendor_id');
            SELECT id, chat_id, author, body_hash, deleted_at, edited_at INTO kept FROM messages
                WHERE messages.channel = place.channel AND messages.vendor_id = key;

            IF kept.chat_id <> c.id THEN
                -- The message of another chat: nobody reaches into that one from here. New words are kept as words of this chat.
                CONTINUE WHEN e ->> 'op' <> 'edit' OR e ->> 'vendor_id' = key;
                key := e ->> 'vendor_id';
                CONTINUE WHEN EXISTS (SELECT FROM messages WHERE messages.channel = place.channel AND messages.vendor_id = key);
            ELSIF kept.id IS NOT NULL THEN
                IF kept.deleted_at IS NULL AND e ->> 'op' = 'edit' AND kept.body_hash <> h
                    -- Told twice (as an action and as an update) it changes nothing the second time; nor does an older one that comes late.
                    AND (kept.edited_at IS NULL OR kept.edited_at <= (e ->> 'sent_at')::timestamptz) THEN
                    IF kept.author <> 'marketa' THEN mark := mark + 1; raised := raised + 1; END IF;
                    UPDATE messages SET body = e ->> 'body', body_hash = h, version = version + 1, seq = mark, edited_at = (e ->> 'sent_at')::timestamptz
                        WHERE id = kept.id;
                ELSIF kept.deleted_at IS NULL AND e ->> 'op' = 'delete' THEN
                    IF kept.author <> 'marketa' THEN mark := mark + 1; raised := raised + 1; END IF;
                    UPDATE messages SET deleted_at = p_now WHERE id = kept.id;
                ELSIF e ->> 'op' = 'echo' AND kept.author = 'marketa' THEN
                    -- The echo of a send that is known: no second one is to be expected for it.
                    UPDATE deliveries SET echo_id = key WHERE chat_id = c.id AND vendor_id = key AND echo_id IS NULL;
                END IF;
                CONTINUE; -- of the rest, a repeat
            END IF;

            -- New, or an edit or delete that overtook its message: then the row is made in its final form, and the message, when it
            -- comes, is a repeat.
            who := NULL;
            IF e ->> 'author' = 'client' AND coalesce(e ->> 'sender', '') <> '' THEN
                SELECT person_id INTO who FROM person_ids WHERE restaurant_id = c.restaurant_id AND value = e ->> 'sender';
                IF who IS NULL THEN
                    INSERT INTO person_ids (restaurant_id, person_id, value) VALUES (c.restaurant_id, (e ->> 'person')::uuid, e ->> 'sender')
                        ON CONFLICT (restaurant_id, value) DO NOTHING RETURNING person_id INTO who;
                    IF who IS NULL THEN -- through another chat of the restaurant, at this moment
                        SELECT person_id INTO who FROM person_ids WHERE restaurant_id = c.restaurant_id AND value = e ->> 'sender';
                    ELSE
                        INSERT INTO people (id, restaurant_id, name, created_at) VALUES (who, c.restaurant_id, coalesce(e ->> 'sender_name', ''), p_now);
                    END IF;
                END IF;
            END IF;

            IF e ->> 'op' = 'echo' OR (e ->> 'op' = 'edit' AND e ->> 'author' = 'phone') THEN
                -- Our own sends come back. By id, else by the same text in this chat that is under way or has just left: then it is not a
                -- person on the phone, and a send whose answer was lost is known to have worked. One that a manager has seen arrive
                -- (known without an id) waits for its echo without a limit.
                SELECT x.id, true AS told INTO d FROM deliveries x WHERE x.chat_id = c.id AND key IN (x.vendor_id, x.echo_id) LIMIT 1;
                IF d.id IS NULL THEN
                    SELECT x.id, x.vendor_id IS NOT NULL AS told INTO d FROM deliveries x WHERE x.chat_id = c.id AND x.text_hash = h
                        AND (x.state IN ('intended', 'unknown', 'asked') OR (x.state = 'known' AND x.echo_id IS NULL
                            AND (x.vendor_id IS NULL OR x.known_at > p_now - interval '2 minutes')))
                        ORDER BY x.intent_at LIMIT 1 FOR UPDATE;
                    IF d.id IS NOT NULL THEN
                        UPDATE deliveries x SET state = 'known', known_at = coalesce(x.known_at, p_now), vendor_id = coalesce(x.vendor_id, key),
                            echo_id = key, next_at = p_now WHERE x.id = d.id;
                    END IF;
                END IF;
                ours := d.id IS NOT NULL;
                CONTINUE WHEN ours AND d.told; -- it is a message already, under its other id
            END IF;

            IF NOT ours AND e ->> 'op' NOT IN ('reaction', 'note') THEN
                mark := mark + 1; raised := raised + 1;
                IF e ->> 'op' = 'echo' THEN done := mark; END IF; -- a person answered from the phone
            END IF;
            INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, person_id, author_name, kind, body, body_hash, quoted_id,
                version, seq, sent_at, received_at, edited_at, deleted_at)
            VALUES ((e ->> 'message')::uuid, c.restaurant_id, c.id, place.channel, key,
                CASE WHEN ours THEN 'marketa' WHEN e ->> 'op' = 'echo' THEN 'phone' ELSE e ->> 'author' END,
                who, coalesce(e ->> 'sender_name', ''), e ->> 'kind', coalesce(e ->> 'body', ''), h, e ->> 'quoted',
                CASE e ->> 'op' WHEN 'edit' THEN 2 ELSE 1 END, mark, (e ->> 'sent_at')::timestamptz, p_now,
                CASE e ->> 'op' WHEN 'edit' THEN (e ->> 'sent_at')::timestamptz END,
                CASE WHEN e ->> 'op' = 'delete' OR EXISTS (SELECT FROM removals r WHERE r.channel = place.channel AND r.vendor_id = key) THEN p_now END)
            ON CONFLICT DO NOTHING;
        END LOOP;

        IF raised > 0 THEN
            UPDATE chats SET watermark = mark, handled = greatest(done, chats.handled), last_inbound_at = p_now,
                title = CASE WHEN chats.title = '' THEN coalesce((SELECT x ->> 'title' FROM jsonb_array_elements(batch) x
                    WHERE x ->> 'channel' = place.channel AND x ->> 'chat' = place.vendor_chat LIMIT 1), '') ELSE chats.title END,
                -- Groups are listened to in silence for now; a direct chat becomes busy and gets one turn.
                busy_since = CASE WHEN c.kind = 'direct' THEN coalesce(chats.busy_since, p_now) ELSE chats.busy_since END
            WHERE id = c.id;
            IF c.busy_since IS NULL AND c.kind = 'direct' THEN
                chat := c.id; restaurant := c.restaurant_id;
                RETURN NEXT;
            END IF;
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION ingest FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest TO marketa_ingest;
