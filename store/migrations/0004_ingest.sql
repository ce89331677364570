-- +goose Up
-- What clients write, from many webhooks in one statement. It runs with the rights of marketa_ingest, which reads no text.

-- ingest takes a JSON array of events and returns the chats that became busy: their turn jobs belong in the same commit.
--
-- An event: op (message, edit, delete, reaction, note, echo), channel, chat, chat_kind, title, vendor_id, target, author,
-- sender, sender_name, kind, body, sent_at, quoted, and ids for the rows it may make: message, person, new_chat, new_restaurant.
-- +goose StatementBegin
CREATE FUNCTION ingest(batch jsonb, p_now timestamptz) RETURNS TABLE (chat uuid, restaurant uuid)
LANGUAGE plpgsql AS $$
DECLARE
    place record; c record; e jsonb; raised int; h bytea; who uuid; mark bigint; kept record; d uuid; ours boolean; done bigint;
BEGIN
    -- A removal may name the message only: its chat is looked up; of an unknown message there is nothing to remove.
    IF EXISTS (SELECT FROM jsonb_array_elements(batch) x WHERE x ->> 'chat' = '') THEN
        SELECT coalesce(jsonb_agg(CASE WHEN x ->> 'chat' = '' THEN x || jsonb_build_object('chat', f.vendor_chat_id) ELSE x END ORDER BY n), '[]') INTO batch
            FROM jsonb_array_elements(batch) WITH ORDINALITY AS t (x, n) LEFT JOIN LATERAL (
                SELECT cc.vendor_chat_id FROM messages m JOIN chats cc ON cc.id = m.chat_id
                WHERE m.channel = x ->> 'channel' AND m.vendor_id = x ->> 'target' AND x ->> 'chat' = '') f ON true
            WHERE x ->> 'chat' <> '' OR f.vendor_chat_id IS NOT NULL;
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
            SELECT id, author, body_hash, deleted_at, version INTO kept FROM messages
                WHERE messages.channel = place.channel AND messages.vendor_id = coalesce(e ->> 'target', e ->> 'vendor_id');

            IF e ->> 'op' = 'edit' THEN
                -- Told twice (as an action and as an update) it changes nothing the second time.
                IF kept.id IS NOT NULL AND kept.deleted_at IS NULL AND kept.body_hash <> h THEN
                    IF kept.author <> 'marketa' THEN mark := mark + 1; raised := raised + 1; END IF;
                    UPDATE messages SET body = e ->> 'body', body_hash = h, version = version + 1, seq = mark WHERE id = kept.id;
                END IF;
                CONTINUE WHEN kept.id IS NOT NULL;
            ELSIF e ->> 'op' = 'delete' THEN
                IF kept.id IS NOT NULL AND kept.deleted_at IS NULL THEN
                    IF kept.author <> 'marketa' THEN mark := mark + 1; raised := raised + 1; END IF;
                    UPDATE messages SET deleted_at = p_now WHERE id = kept.id;
                END IF;
                CONTINUE WHEN kept.id IS NOT NULL;
            ELSE
                CONTINUE WHEN kept.id IS NOT NULL; -- a repeat
            END IF;

            -- New, or an edit or delete that overtook its message: then the row is made in its final form, and the message, when it
            -- comes, is a repeat.
            who := NULL;
            IF e ->> 'author' = 'client' AND coalesce(e ->> 'sender', '') <> '' THEN
                SELECT person_id INTO who FROM person_ids WHERE restaurant_id = c.restaurant_id AND value = e ->> 'sender';
                IF who IS NULL THEN
                    who := (e ->> 'person')::uuid;
                    INSERT INTO people (id, restaurant_id, name, created_at) VALUES (who, c.restaurant_id, coalesce(e ->> 'sender_name', ''), p_now);
                    INSERT INTO person_ids (restaurant_id, person_id, value) VALUES (c.restaurant_id, who, e ->> 'sender');
                END IF;
            END IF;

            IF e ->> 'op' = 'echo' THEN
                -- Our own sends come back. By id, else by the same text in this chat that is under way or has just left: then it is not a
                -- person on the phone, and a send whose answer was lost is known to have worked.
                SELECT x.id INTO d FROM deliveries x WHERE x.chat_id = c.id AND (e ->> 'vendor_id') IN (x.vendor_id, x.echo_id) LIMIT 1;
                IF d IS NULL THEN
                    SELECT x.id INTO d FROM deliveries x WHERE x.chat_id = c.id AND x.text_hash = h
                        AND (x.state IN ('intended', 'unknown', 'asked') OR (x.state = 'known' AND x.echo_id IS NULL AND x.known_at > p_now - interval '2 minutes'))
                        ORDER BY x.intent_at LIMIT 1 FOR UPDATE;
                    IF d IS NOT NULL THEN
                        UPDATE deliveries x SET state = 'known', known_at = coalesce(x.known_at, p_now), vendor_id = coalesce(x.vendor_id, e ->> 'vendor_id'),
                            echo_id = e ->> 'vendor_id', next_at = p_now WHERE x.id = d;
                    END IF;
                END IF;
                ours := d IS NOT NULL;
            END IF;

            IF NOT ours AND e ->> 'op' NOT IN ('reaction', 'note') THEN
                mark := mark + 1; raised := raised + 1;
                IF e ->> 'op' = 'echo' THEN done := mark; END IF; -- a person answered from the phone
            END IF;
            INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, person_id, author_name, kind, body, body_hash, quoted_id,
                version, seq, sent_at, received_at, deleted_at)
            VALUES ((e ->> 'message')::uuid, c.restaurant_id, c.id, place.channel, coalesce(e ->> 'target', e ->> 'vendor_id'),
                CASE WHEN e ->> 'op' <> 'echo' THEN e ->> 'author' WHEN ours THEN 'marketa' ELSE 'phone' END,
                who, coalesce(e ->> 'sender_name', ''), e ->> 'kind', coalesce(e ->> 'body', ''), h, e ->> 'quoted',
                CASE e ->> 'op' WHEN 'edit' THEN 2 ELSE 1 END, mark, (e ->> 'sent_at')::timestamptz, p_now,
                CASE e ->> 'op' WHEN 'delete' THEN p_now END)
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
