-- +goose Up
-- Groups: who speaks, whether we are meant, which of our numbers may answer; and the pause after a person's words from the phone.
--
-- A group that both of our numbers are in is ONE chat row. Two rows, linked as twins, would have two watermarks, two leases and
-- two cards, and every question about the conversation (does this draft still fit, who waits, what was said) would have to be
-- asked twice and put together. One row gives the lock for nothing: both numbers' copies of a message wait for the same row, so
-- that of two webhooks at the same moment one makes the message and the other finds it. chats.channel is the number that heard
-- of the group first and leads nothing; under which number an answer leaves is deliveries.channel. The ids that the other
-- number has for the same messages are kept in copies, so that edits, deletions and quotes told by either find their message.

ALTER TABLE chats
    ADD COLUMN listen       text NOT NULL DEFAULT 'addressed_only' CHECK (listen IN ('addressed_only', 'all')), -- of a group: what makes a turn
    ADD COLUMN paused_until timestamptz, -- a colleague writes from the phone: no drafts until then
    ADD COLUMN wake_at      timestamptz; -- when to look again at what waits, without new words
CREATE INDEX chats_wake ON chats (wake_at) WHERE wake_at IS NOT NULL;

-- Until now each number made its own chat of a group: the younger ones stay as they are, and nothing new comes to them.
ALTER TABLE chats NO FORCE ROW LEVEL SECURITY;
UPDATE chats c SET kind = 'other' WHERE kind = 'group'
    AND EXISTS (SELECT FROM chats o WHERE o.vendor_chat_id = c.vendor_chat_id AND o.kind = 'group' AND (o.created_at, o.id) < (c.created_at, c.id));
ALTER TABLE chats FORCE ROW LEVEL SECURITY;
CREATE UNIQUE INDEX one_chat_of_a_group ON chats (vendor_chat_id) WHERE kind = 'group';

ALTER TABLE messages
    ADD COLUMN aside boolean NOT NULL DEFAULT false, -- said in a group and not to us: context, never a reason to answer
    ADD COLUMN voice text,                           -- of a client's words in a group: which number they address; of ours: under which they left
    ADD COLUMN print text;                           -- sha256 of its file, as the vendor gives it

-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'messages'::regclass AND contype = 'u' AND pg_get_constraintdef(oid) = 'UNIQUE (restaurant_id, id)') THEN
        ALTER TABLE messages ADD UNIQUE (restaurant_id, id);
    END IF;
END $$;
-- +goose StatementEnd

-- The ids under which our other numbers have a message that is kept once.
CREATE TABLE copies (
    channel       text NOT NULL,
    vendor_id     text NOT NULL,
    restaurant_id uuid NOT NULL,
    message_id    uuid NOT NULL,
    PRIMARY KEY (channel, vendor_id),
    UNIQUE (message_id, channel), -- one copy per number: a second message with the same words is another one
    FOREIGN KEY (restaurant_id, message_id) REFERENCES messages (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);

-- Who we are: each number's phone, hidden identity and names, learned from the vendor. Nothing breaks while it is empty.
CREATE TABLE identities (
    channel    text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('phone', 'lid', 'name')),
    value      text NOT NULL CHECK (value <> ''), -- digits; digits@lid; a name in small letters, single spaces, no marks
    learned_at timestamptz NOT NULL,
    PRIMARY KEY (channel, kind, value)
);
CREATE INDEX identities_by ON identities (value);

-- What the vendor says about a group.
CREATE TABLE group_chats (
    chat_id       uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL,
    announcements boolean NOT NULL DEFAULT false, -- only admins write
    looked_at     timestamptz,
    failures      int NOT NULL DEFAULT 0,
    next_at       timestamptz,                    -- when to ask the vendor (again)
    lease_until   timestamptz,
    swept_at      timestamptz,
    UNIQUE (restaurant_id, chat_id),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX group_chats_due ON group_chats (next_at) WHERE next_at IS NOT NULL;

-- Whether each of our numbers may write there. No row, and unknown: nobody has said, so it is tried.
CREATE TABLE seats (
    chat_id       uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    channel       text NOT NULL,
    state         text NOT NULL CHECK (state IN ('unknown', 'open', 'mute', 'out')), -- mute: a member where only admins write
    seen_at       timestamptz NOT NULL,
    PRIMARY KEY (chat_id, channel),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE TABLE members (
    chat_id       uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    value         text NOT NULL, -- digits, or digits@lid
    rank          text NOT NULL DEFAULT 'member',
    left_at       timestamptz,
    PRIMARY KEY (chat_id, value),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);

-- A card that goes on from another one: the same draft, because what was said since changes nothing about it.
ALTER TABLE approvals ADD COLUMN replaces uuid,
    ADD FOREIGN KEY (restaurant_id, replaces) REFERENCES approvals (restaurant_id, id) ON UPDATE CASCADE;

-- Under which number a message leaves; null: the chat's own. Chosen before the first attempt, changed when a number is refused.
ALTER TABLE deliveries ADD COLUMN channel text;

-- bare_hash is of a text as a messenger may give it back: one blank for any white space, no blank at the ends, composed letters.
-- +goose StatementBegin
CREATE FUNCTION bare_hash(p_text text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(btrim(regexp_replace(normalize(p_text, NFC), '\s+', ' ', 'g')), 'UTF8'))
$$;
-- +goose StatementEnd
ALTER TABLE outbound ADD COLUMN bare_hash bytea GENERATED ALWAYS AS (bare_hash(text)) STORED;
CREATE INDEX outbound_bare ON outbound (chat_id, bare_hash);

-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['copies', 'group_chats', 'seats', 'members'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %2$s)', t, mine);
        EXECUTE format('CREATE POLICY desk ON %I TO marketa_desk USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY gate ON %I TO marketa_gate USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY ingest ON %I TO marketa_ingest USING (true) WITH CHECK (true)', t);
    END LOOP;
    EXECUTE 'ALTER TABLE identities ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE identities FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY roles ON identities TO marketa_app, marketa_ingest, marketa_desk, marketa_gate USING (true) WITH CHECK (true)';
    -- A status belongs to the number under which the message left.
    EXECUTE 'DROP POLICY own ON receipts';
    EXECUTE 'CREATE POLICY own ON receipts FOR SELECT TO marketa_app USING (EXISTS (SELECT FROM deliveries x JOIN chats c ON c.id = x.chat_id
        WHERE coalesce(x.channel, c.channel) = receipts.channel AND receipts.vendor_id IN (x.vendor_id, x.echo_id)))';
END $$;
-- +goose StatementEnd

GRANT SELECT ON copies, identities, group_chats, seats, members TO marketa_app, marketa_desk, marketa_gate;
GRANT INSERT ON copies TO marketa_app;
GRANT INSERT ON seats, members TO marketa_app;
GRANT UPDATE (state, seen_at) ON seats TO marketa_app;
GRANT UPDATE (rank, left_at) ON members TO marketa_app;
GRANT UPDATE (announcements, looked_at, failures, next_at, lease_until) ON group_chats TO marketa_app;
GRANT UPDATE (title, wake_at) ON chats TO marketa_app;
GRANT UPDATE (channel) ON deliveries TO marketa_app;
GRANT INSERT ON person_ids TO marketa_app;

GRANT SELECT ON copies, identities, group_chats, seats, members TO marketa_ingest;
GRANT INSERT ON copies, identities, group_chats, seats, members TO marketa_ingest;
GRANT UPDATE (announcements, next_at) ON group_chats TO marketa_ingest;
GRANT UPDATE (state, seen_at) ON seats TO marketa_ingest;
GRANT UPDATE (rank, left_at) ON members TO marketa_ingest;
GRANT SELECT (listen, paused_until), UPDATE (paused_until) ON chats TO marketa_ingest;
GRANT SELECT (restaurant_id, person_id, author_name, kind, seq, sent_at, received_at, aside, voice, print), UPDATE (aside, voice) ON messages TO marketa_ingest;
GRANT SELECT (id, chat_id, bare_hash) ON outbound TO marketa_ingest;
GRANT SELECT (outbound_id, channel) ON deliveries TO marketa_ingest;
GRANT SELECT (chat_id, state) ON approvals TO marketa_ingest;
CREATE POLICY ingest ON approvals FOR SELECT TO marketa_ingest USING (true);
GRANT SELECT (id, name) ON people TO marketa_ingest;

GRANT SELECT ON person_ids TO marketa_desk;
GRANT INSERT, DELETE ON identities TO marketa_desk;
GRANT UPDATE (busy_since, wake_at, listen) ON chats TO marketa_desk;
GRANT UPDATE (swept_at, next_at) ON group_chats TO marketa_desk;

-- our_number is which of our numbers an id belongs to: digits of a phone, or a hidden identity with or without its @lid.
-- +goose StatementBegin
CREATE FUNCTION our_number(p_id text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT channel FROM identities WHERE p_id <> '' AND kind <> 'name' AND value IN (p_id, p_id || '@lid') ORDER BY channel LIMIT 1
$$;
-- +goose StatementEnd

-- voice_of is under which number an answer in a chat leaves, for words up to p_mark: the number that was addressed last, else
-- marketa, else whichever there is; not one that is known to be shut out there while another one is not.
-- +goose StatementBegin
CREATE FUNCTION voice_of(p_chat uuid, p_mark bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN c.kind <> 'group' THEN c.channel ELSE coalesce((
        SELECT v.channel FROM (
            (SELECT m.voice AS channel, 1 AS n FROM messages m WHERE m.chat_id = c.id AND m.author = 'client' AND NOT m.aside AND m.voice IS NOT NULL AND m.seq <= p_mark
                ORDER BY m.seq DESC, m.id DESC LIMIT 1)
            UNION ALL SELECT s.channel, CASE s.channel WHEN 'marketa' THEN 2 ELSE 3 END FROM seats s WHERE s.chat_id = c.id
            UNION ALL SELECT c.channel, 4) v
        LEFT JOIN seats s ON s.chat_id = c.id AND s.channel = v.channel
        ORDER BY coalesce(s.state IN ('mute', 'out'), false), v.n, v.channel LIMIT 1), c.channel) END
    FROM chats c WHERE c.id = p_chat
$$;
-- +goose StatementEnd

-- addressed says whether words in a group are meant for us, and for which number: a mention of a phone or hidden identity of
-- ours; a reply to words of ours, by author or by id; one of our names; or a question by the person whom we have just answered,
-- within ten minutes of our answer and while nobody else has spoken. Only what the message itself carries counts, never what
-- stands inside a quote.
-- +goose StatementBegin
CREATE FUNCTION addressed(p_chat uuid, e jsonb, p_who uuid, OUT how text, OUT number text) LANGUAGE plpgsql STABLE AS $$
DECLARE last record;
BEGIN
    SELECT 'mention', our_number(x) INTO how, number FROM unnest(string_to_array(e ->> 'mentions', ' ')) x WHERE our_number(x) IS NOT NULL LIMIT 1;
    IF how IS NOT NULL THEN RETURN; END IF;

    number := our_number(e ->> 'quoted_author');
    IF number IS NULL AND coalesce(e ->> 'quoted', '') <> '' THEN
        SELECT coalesce(m.voice, m.channel) INTO number FROM messages m WHERE m.chat_id = p_chat AND m.author <> 'client' AND (
            (m.channel = e ->> 'channel' AND m.vendor_id = e ->> 'quoted') OR
            m.id = (SELECT k.message_id FROM copies k WHERE k.channel = e ->> 'channel' AND k.vendor_id = e ->> 'quoted')) LIMIT 1;
    END IF;
    IF number IS NOT NULL THEN how := 'reply'; RETURN; END IF;

    SELECT 'name', i.channel INTO how, number FROM identities i
        WHERE i.kind = 'name' AND position(' ' || i.value || ' ' IN coalesce(e ->> 'spoken', '')) > 0 ORDER BY length(i.value) DESC, i.channel DESC LIMIT 1;
    IF how IS NULL AND position(' marketa ' IN coalesce(e ->> 'spoken', '')) > 0 THEN how := 'name'; number := 'marketa'; END IF;
    IF how IS NOT NULL OR p_who IS NULL OR NOT coalesce((e ->> 'asks')::boolean, false) THEN RETURN; END IF;

    SELECT m.sent_at, m.seq, m.id, coalesce(m.voice, m.channel) AS voice INTO last FROM messages m
        WHERE m.chat_id = p_chat AND m.author = 'marketa' AND m.deleted_at IS NULL ORDER BY m.sent_at DESC, m.id DESC LIMIT 1;
    IF last.id IS NOT NULL AND (e ->> 'sent_at')::timestamptz BETWEEN last.sent_at AND last.sent_at + interval '10 minutes'
        AND p_who = (SELECT m.person_id FROM messages m WHERE m.chat_id = p_chat AND m.author = 'client' AND NOT m.aside AND m.seq <= last.seq ORDER BY m.seq DESC, m.id DESC LIMIT 1)
        AND NOT EXISTS (SELECT FROM messages m WHERE m.chat_id = p_chat AND m.author = 'client' AND m.kind NOT IN ('reaction', 'system')
            AND m.seq > last.seq AND m.person_id IS DISTINCT FROM p_who) THEN
        how := 'exchange'; number := last.voice;
    END IF;
END $$;
-- +goose StatementEnd

-- twin_of finds the message that another number of ours has brought already: of the same sender, at the same time by the
-- vendor's clock, of the same kind, with the same words and the same file, and without a copy of this number. The chat's row is
-- locked by the caller. Of our own words (p_ours: under which number) the time may differ, for a send is kept with our clock.
-- Where one number shows a phone and the other a hidden identity, and nobody knows that they are one person, the same name in
-- the same second has to do.
-- +goose StatementBegin
CREATE FUNCTION twin_of(p_chat uuid, e jsonb, p_hash bytea, p_who uuid, p_ours text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT m.id FROM messages m
    WHERE m.chat_id = p_chat AND m.channel <> e ->> 'channel' AND m.body_hash = p_hash AND m.kind = e ->> 'kind'
        AND m.sent_at BETWEEN (e ->> 'sent_at')::timestamptz - interval '2 minutes' AND (e ->> 'sent_at')::timestamptz + interval '2 minutes'
        AND (m.print IS NULL OR e ->> 'print' IS NULL OR m.print = e ->> 'print')
        AND NOT EXISTS (SELECT FROM copies k WHERE k.message_id = m.id AND k.channel = e ->> 'channel')
        AND CASE WHEN p_ours IS NOT NULL THEN m.author <> 'client' AND m.voice = p_ours
            WHEN m.author <> 'client' THEN false
            WHEN m.person_id IS NOT DISTINCT FROM p_who THEN abs(extract(epoch FROM m.sent_at - (e ->> 'sent_at')::timestamptz)) <= 2
            ELSE m.sent_at = (e ->> 'sent_at')::timestamptz AND m.author_name <> '' AND m.author_name = e ->> 'sender_name'
                AND NOT EXISTS (SELECT FROM person_ids v WHERE v.restaurant_id = m.restaurant_id AND v.person_id = m.person_id
                    AND (v.value LIKE '%@lid') = (e ->> 'sender' LIKE '%@lid')) END
    ORDER BY abs(extract(epoch FROM m.sent_at - (e ->> 'sent_at')::timestamptz)), m.id LIMIT 1
$$;
-- +goose StatementEnd

-- place_removals finds the chats of removals that name the message only. One that is not kept yet is remembered as removed,
-- for it may come later, or in this very batch. Anything else without a chat is refused: it must not vanish.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION place_removals(batch jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE placed jsonb;
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(batch) x WHERE x ->> 'chat' = '' AND (x ->> 'op' <> 'delete' OR x ->> 'target' IS NULL)) THEN
        RAISE EXCEPTION 'ingest: an event without a chat' USING ERRCODE = '22023';
    END IF;
    SELECT coalesce(jsonb_agg(CASE WHEN x ->> 'chat' = '' THEN x || jsonb_build_object('chat', f.chat, 'chat_kind', f.kind) ELSE x END ORDER BY n), '[]') INTO placed
        FROM jsonb_array_elements(batch) WITH ORDINALITY AS t (x, n) LEFT JOIN LATERAL (
            SELECT c.vendor_chat_id AS chat, c.kind FROM chats c WHERE x ->> 'chat' = '' AND c.id = coalesce(
                (SELECT m.chat_id FROM messages m WHERE m.channel = x ->> 'channel' AND m.vendor_id = x ->> 'target'),
                (SELECT m.chat_id FROM copies k JOIN messages m ON m.id = k.message_id WHERE k.channel = x ->> 'channel' AND k.vendor_id = x ->> 'target'))) f ON true;
    INSERT INTO removals (channel, vendor_id, at)
        SELECT DISTINCT x ->> 'channel', x ->> 'target', p_now FROM jsonb_array_elements(placed) x WHERE x ->> 'chat' IS NULL ON CONFLICT DO NOTHING;
    RETURN (SELECT coalesce(jsonb_agg(x ORDER BY n), '[]') FROM jsonb_array_elements(placed) WITH ORDINALITY AS t (x, n) WHERE x ->> 'chat' IS NOT NULL);
END $$;
-- +goose StatementEnd

-- ingest takes a JSON array of events and returns the chats that became busy: their turn jobs belong in the same commit.
--
-- An event: op (message, edit, delete, reaction, note, echo), channel, chat, chat_kind, title, vendor_id, target, author,
-- sender, sender_name, kind, body, sent_at, quoted, quoted_author, mentions, spoken (the words in small letters between single
-- blanks), asks, print, words (of a file: its caption), and ids for the rows it may make: message, person, new_chat, new_restaurant.
--
-- In a group a message is kept once, whichever of our numbers tells of it first; words under a number of ours are ours on all of
-- them. What is not meant for us raises the watermark like everything that is said, but makes no turn of its own: only where a
-- card waits does the chat become busy, so that the draft can be looked at again.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ingest(batch jsonb, p_now timestamptz) RETURNS TABLE (chat uuid, restaurant uuid)
LANGUAGE plpgsql AS $$
DECLARE
    place record; c record; e jsonb; raised int; h bytea; who uuid; mark bigint; kept record; key text; send uuid; told boolean; ours boolean; done bigint;
    many boolean; own text; meant text; number text; twin uuid; wakes boolean; pause timestamptz; bare bytea[];
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(batch) x WHERE x ->> 'chat' = '') THEN
        batch := place_removals(batch, p_now);
    END IF;
    -- Always in the same order, so that two batches never wait for each other in a circle. A group is one place for all numbers.
    FOR place IN SELECT DISTINCT x ->> 'chat' AS vendor_chat, CASE WHEN x ->> 'chat_kind' = 'group' THEN '' ELSE x ->> 'channel' END AS lane
                 FROM jsonb_array_elements(batch) x ORDER BY 1, 2 LOOP
        many := place.lane = '';
        SELECT id, restaurant_id, kind, watermark, handled, busy_since, listen, paused_until INTO c FROM chats
            WHERE vendor_chat_id = place.vendor_chat AND CASE WHEN many THEN chats.kind = 'group' ELSE chats.channel = place.lane END FOR UPDATE;
        IF NOT FOUND THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(place.lane || ' ' || place.vendor_chat, 7));
            SELECT x INTO e FROM jsonb_array_elements(batch) x
                WHERE x ->> 'chat' = place.vendor_chat AND (many OR x ->> 'channel' = place.lane) ORDER BY (x ->> 'title' IS NULL) LIMIT 1;
            SELECT id, restaurant_id, kind, watermark, handled, busy_since, listen, paused_until INTO c FROM chats
                WHERE vendor_chat_id = place.vendor_chat AND ((many AND chats.kind = 'group') OR chats.channel = e ->> 'channel')
                ORDER BY chats.kind = 'group' DESC LIMIT 1 FOR UPDATE;
            IF NOT FOUND THEN
                -- An unknown chat makes its own lead at once, so that nothing waits.
                INSERT INTO restaurants (id, name, created_at) VALUES ((e ->> 'new_restaurant')::uuid,
                    coalesce(nullif(e ->> 'title', ''), CASE WHEN many THEN 'New group' ELSE nullif(e ->> 'sender_name', '') END, 'New contact'), p_now);
                INSERT INTO chats (id, restaurant_id, channel, vendor_chat_id, kind, title, created_at)
                    VALUES ((e ->> 'new_chat')::uuid, (e ->> 'new_restaurant')::uuid, e ->> 'channel', place.vendor_chat, e ->> 'chat_kind', coalesce(e ->> 'title', ''), p_now)
                    RETURNING id, restaurant_id, kind, watermark, handled, busy_since, listen, paused_until INTO c;
                IF many THEN
                    INSERT INTO group_chats (chat_id, restaurant_id, next_at) VALUES (c.id, c.restaurant_id, p_now);
                END IF;
            END IF;
        END IF;

        raised := 0; mark := c.watermark; done := c.handled; wakes := c.kind = 'direct'; pause := c.paused_until;
        FOR e IN SELECT x FROM jsonb_array_elements(batch) WITH ORDINALITY AS t (x, n)
                 WHERE x ->> 'chat' = place.vendor_chat AND CASE WHEN many THEN x ->> 'chat_kind' = 'group' ELSE x ->> 'channel' = place.lane AND x ->> 'chat_kind' <> 'group' END ORDER BY n LOOP
            h := sha256(convert_to(coalesce(e ->> 'body', ''), 'UTF8'));
            ours := false; own := NULL; meant := NULL; number := NULL; twin := NULL; send := NULL; told := false;
            key := coalesce(e ->> 'target', e ->> 'vendor_id');
            IF e ->> 'author' = 'phone' THEN
                own := e ->> 'channel';
            ELSIF many AND coalesce(e ->> 'sender', '') <> '' THEN
                -- What a number of ours wrote comes to the others as anybody's words.
                own := our_number(e ->> 'sender');
                IF own IS NOT NULL THEN
                    e := e || jsonb_build_object('author', 'phone', 'op', CASE e ->> 'op' WHEN 'message' THEN 'echo' ELSE e ->> 'op' END);
                END IF;
            END IF;
            SELECT id, chat_id, author, body_hash, deleted_at, edited_at, aside, person_id INTO kept FROM messages
                WHERE messages.channel = e ->> 'channel' AND messages.vendor_id = key;
            IF kept.id IS NULL AND many THEN
                SELECT m.id, m.chat_id, m.author, m.body_hash, m.deleted_at, m.edited_at, m.aside, m.person_id INTO kept FROM messages m
                    WHERE m.id = (SELECT k.message_id FROM copies k WHERE k.channel = e ->> 'channel' AND k.vendor_id = key);
            END IF;

            IF kept.chat_id <> c.id THEN
                -- The message of another chat: nobody reaches into that one from here. New words are kept as words of this chat.
                CONTINUE WHEN e ->> 'op' <> 'edit' OR e ->> 'vendor_id' = key;
                key := e ->> 'vendor_id';
                CONTINUE WHEN EXISTS (SELECT FROM messages WHERE messages.channel = e ->> 'channel' AND messages.vendor_id = key);
            ELSIF kept.id IS NOT NULL THEN
                IF kept.deleted_at IS NULL AND e ->> 'op' = 'edit' AND kept.body_hash <> h
                    -- Told twice (as an action and as an update) it changes nothing the second time; nor does an older one that comes late.
                    AND (kept.edited_at IS NULL OR kept.edited_at <= (e ->> 'sent_at')::timestamptz) THEN
                    IF kept.author <> 'marketa' THEN mark := mark + 1; raised := raised + 1; END IF;
                    IF many AND kept.aside THEN
                        SELECT a.how, a.number INTO meant, number FROM addressed(c.id, e - 'asks', kept.person_id) a;
                    END IF;
                    wakes := wakes OR (many AND kept.author = 'client' AND (NOT kept.aside OR meant IS NOT NULL));
                    UPDATE messages SET body = e ->> 'body', body_hash = h, version = version + 1, seq = mark, edited_at = (e ->> 'sent_at')::timestamptz,
                        aside = messages.aside AND meant IS NULL, voice = coalesce(number, messages.voice) WHERE id = kept.id;
                ELSIF kept.deleted_at IS NULL AND e ->> 'op' = 'delete' THEN
                    IF kept.author <> 'marketa' THEN mark := mark + 1; raised := raised + 1; END IF;
                    wakes := wakes OR (many AND kept.author = 'client' AND NOT kept.aside);
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
                -- (known without an id) waits for its echo without a limit. White space may have changed on the way.
                IF own = e ->> 'channel' THEN
                    SELECT x.id, true INTO send, told FROM deliveries x WHERE x.chat_id = c.id AND key IN (x.vendor_id, x.echo_id) LIMIT 1;
                ELSE
                    twin := twin_of(c.id, e, h, who, own);
                END IF;
                IF send IS NULL AND twin IS NULL THEN
                    bare := ARRAY[bare_hash(coalesce(e ->> 'body', '')), bare_hash(nullif(e ->> 'words', ''))];
                    SELECT x.id, x.vendor_id IS NOT NULL INTO send, told FROM outbound o JOIN deliveries x ON x.outbound_id = o.id
                        WHERE o.chat_id = c.id AND o.bare_hash = ANY (bare) AND coalesce(x.channel, own) = own
                        AND (x.state IN ('intended', 'unknown', 'asked') OR (x.state = 'known' AND x.echo_id IS NULL
                            AND (x.vendor_id IS NULL OR x.known_at > p_now - interval '2 minutes')))
                        ORDER BY x.intent_at LIMIT 1 FOR UPDATE OF x;
                    IF send IS NOT NULL AND own <> e ->> 'channel' THEN
                        -- Another number's sight of it: proof that it left, under an id that says nothing to the sender.
                        UPDATE deliveries x SET state = 'known', known_at = coalesce(x.known_at, p_now), next_at = p_now WHERE x.id = send AND x.state <> 'known';
                        told := false;
                    ELSIF send IS NOT NULL THEN
                        UPDATE deliveries x SET state = 'known', known_at = coalesce(x.known_at, p_now), vendor_id = coalesce(x.vendor_id, key),
                            echo_id = key, next_at = p_now WHERE x.id = send;
                    END IF;
                END IF;
                ours := send IS NOT NULL;
                CONTINUE WHEN ours AND told; -- it is a message already, under its other id
            END IF;

            IF many THEN
                twin := coalesce(twin, twin_of(c.id, e, h, who, own));
                IF own IS NULL AND e ->> 'op' IN ('message', 'edit') THEN
                    SELECT a.how, a.number INTO meant, number FROM addressed(c.id, e, who) a;
                END IF;
                IF twin IS NOT NULL THEN
                    INSERT INTO copies (channel, vendor_id, restaurant_id, message_id) VALUES (e ->> 'channel', key, c.restaurant_id, twin) ON CONFLICT DO NOTHING;
                    IF meant IS NOT NULL AND EXISTS (SELECT FROM messages WHERE id = twin AND aside) THEN
                        -- This number's copy says more: it is meant for us after all.
                        mark := mark + 1; raised := raised + 1; wakes := true;
                        UPDATE messages SET aside = false, voice = number, seq = mark WHERE id = twin;
                    END IF;
                    CONTINUE;
                END IF;
                wakes := wakes OR meant IS NOT NULL OR (c.listen = 'all' AND own IS NULL AND e ->> 'op' IN ('message', 'edit'));
            END IF;

            IF NOT ours AND e ->> 'op' NOT IN ('reaction', 'note') THEN
                mark := mark + 1; raised := raised + 1;
                IF e ->> 'op' = 'echo' THEN -- a person answered from the phone: the bot keeps quiet for a while
                    done := mark;
                    IF c.kind <> 'other' THEN
                        pause := greatest(pause, least((e ->> 'sent_at')::timestamptz, p_now) + interval '30 minutes');
                    END IF;
                END IF;
            END IF;
            INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, person_id, author_name, kind, body, body_hash, quoted_id,
                version, seq, sent_at, received_at, edited_at, deleted_at, aside, voice, print)
            VALUES ((e ->> 'message')::uuid, c.restaurant_id, c.id, e ->> 'channel', key,
                CASE WHEN ours THEN 'marketa' WHEN e ->> 'op' = 'echo' THEN 'phone' ELSE e ->> 'author' END,
                who, coalesce(e ->> 'sender_name', ''), e ->> 'kind', coalesce(e ->> 'body', ''), h, e ->> 'quoted',
                CASE e ->> 'op' WHEN 'edit' THEN 2 ELSE 1 END, mark, (e ->> 'sent_at')::timestamptz, p_now,
                CASE e ->> 'op' WHEN 'edit' THEN (e ->> 'sent_at')::timestamptz END,
                CASE WHEN e ->> 'op' = 'delete' OR EXISTS (SELECT FROM removals r WHERE r.channel = e ->> 'channel' AND r.vendor_id = key) THEN p_now END,
                many AND own IS NULL AND meant IS NULL AND (c.listen <> 'all' OR e ->> 'op' NOT IN ('message', 'edit')), coalesce(own, number), e ->> 'print')
            ON CONFLICT DO NOTHING;
        END LOOP;

        IF raised > 0 THEN
            IF many AND NOT wakes THEN
                -- Nobody meant us. Where a card waits, its draft is looked at again; where nothing waits, all of it is handled.
                wakes := EXISTS (SELECT FROM approvals a WHERE a.chat_id = c.id AND a.state = 'pending');
                IF NOT wakes AND c.busy_since IS NULL AND c.handled >= c.watermark
                    AND NOT EXISTS (SELECT FROM deliveries x WHERE x.chat_id = c.id AND x.state = 'pending') THEN
                    done := mark;
                END IF;
            END IF;
            UPDATE chats SET watermark = mark, handled = greatest(done, chats.handled), last_inbound_at = p_now, paused_until = pause,
                title = coalesce((SELECT nullif(x ->> 'title', '') FROM jsonb_array_elements(batch) x
                    WHERE x ->> 'chat' = place.vendor_chat AND (many OR chats.title = '') AND (many OR x ->> 'channel' = place.lane)
                    ORDER BY nullif(x ->> 'title', '') IS NULL LIMIT 1), chats.title),
                busy_since = CASE WHEN wakes THEN coalesce(chats.busy_since, p_now) ELSE chats.busy_since END
            WHERE id = c.id;
            IF c.busy_since IS NULL AND wakes THEN
                chat := c.id; restaurant := c.restaurant_id;
                RETURN NEXT;
            END IF;
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION our_number, voice_of, addressed, twin_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION our_number, addressed, twin_of TO marketa_ingest;
GRANT EXECUTE ON FUNCTION our_number, voice_of TO marketa_app, marketa_desk, marketa_gate;
