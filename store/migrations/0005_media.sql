-- +goose Up
-- Files of messages: where they come from, whether we have them, what is said in them, where managers have seen them.

-- What stands around the words of a message.
ALTER TABLE messages ADD COLUMN forwarded int NOT NULL DEFAULT 0;      -- how often it was passed on: somebody else's words
ALTER TABLE messages ADD COLUMN quoted_body text NOT NULL DEFAULT '';  -- the words that it answers, as the vendor showed them
ALTER TABLE messages ADD UNIQUE (restaurant_id, id);

-- A file of a message. It moves with the message when the chat gets another restaurant.
CREATE TABLE media (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    message_id    uuid        NOT NULL,
    n             int         NOT NULL DEFAULT 0, -- an album may come as one message
    chat_id       uuid        NOT NULL,
    channel       text        NOT NULL,
    kind          text        NOT NULL,           -- image, video, gif, short, audio, voice, document, sticker
    vendor_id     text        NOT NULL DEFAULT '',
    link          text        NOT NULL DEFAULT '', -- readable by anybody who has it: forgotten once the file is ours
    mime          text        NOT NULL DEFAULT '',
    file_name     text        NOT NULL DEFAULT '',
    said_bytes    bigint      NOT NULL DEFAULT 0, -- as the webhook said; 0: it did not
    said_sha256   bytea,
    seconds       bigint      NOT NULL DEFAULT 0,
    state         text        NOT NULL DEFAULT 'waiting'
                  CHECK (state IN ('waiting', 'kept', 'lost', 'once', 'large', 'withdrawn')),
    failures      int         NOT NULL DEFAULT 0,
    dry           int         NOT NULL DEFAULT 0, -- of these: every way said that there is no such file
    blob_key      text,
    small_key     text,                           -- of a photo: the version for models
    sha256        bytea,
    bytes         bigint,
    kept_at       timestamptz,
    heard         text        NOT NULL DEFAULT 'no' CHECK (heard IN ('no', 'waiting', 'done', 'failed')),
    deaf          int         NOT NULL DEFAULT 0, -- times that no model could be reached
    transcript    text        NOT NULL DEFAULT '',
    awaited_until timestamptz,                    -- a turn of this chat waits for it, until then at most
    next_at       timestamptz,                    -- when to fetch it, or to listen to it (again)
    lease_token   uuid,
    lease_until   timestamptz,
    swept_at      timestamptz,
    created_at    timestamptz NOT NULL,
    UNIQUE (message_id, n),
    UNIQUE (restaurant_id, id),
    CHECK ((state = 'kept') <= (blob_key IS NOT NULL AND sha256 IS NOT NULL AND bytes IS NOT NULL)),
    FOREIGN KEY (restaurant_id, message_id) REFERENCES messages (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX media_due ON media (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX media_awaited ON media (chat_id) WHERE awaited_until IS NOT NULL;

-- The gallery: exactly the same picture stands in it once. A chat that moves to another restaurant brings its photos along;
-- what is there already comes as a twin, so that the move never fails and nothing that hangs on the older row is lost.
CREATE TABLE photos (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    message_id    uuid        NOT NULL,
    media_id      uuid        NOT NULL,
    blob_key      text        NOT NULL,
    small_key     text,
    sha256        bytea       NOT NULL,
    mime          text        NOT NULL,
    width         int         NOT NULL DEFAULT 0, -- 0: a format that we cannot read yet
    height        int         NOT NULL DEFAULT 0,
    bytes         bigint      NOT NULL,
    source        text        NOT NULL DEFAULT 'whatsapp',
    rights        text        NOT NULL DEFAULT 'client',
    twin          boolean     NOT NULL DEFAULT false,
    withdrawn_at  timestamptz,                    -- the client has deleted the message: not to be used any more
    created_at    timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    FOREIGN KEY (restaurant_id, media_id) REFERENCES media (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE UNIQUE INDEX one_photo ON photos (restaurant_id, sha256) WHERE NOT twin;
CREATE INDEX photos_of ON photos (restaurant_id, created_at);
CREATE INDEX photos_media ON photos (media_id);

-- +goose StatementBegin
CREATE FUNCTION photo_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.twin := EXISTS (SELECT FROM photos p WHERE p.restaurant_id = NEW.restaurant_id AND p.sha256 = NEW.sha256 AND p.id <> NEW.id AND NOT p.twin);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER photo_moves BEFORE UPDATE OF restaurant_id ON photos FOR EACH ROW WHEN (OLD.restaurant_id <> NEW.restaurant_id) EXECUTE FUNCTION photo_moves();

-- Cards whose files are to be brought to Telegram.
CREATE TABLE file_views (
    approval_id   uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    failures      int         NOT NULL DEFAULT 0,
    next_at       timestamptz,
    lease_token   uuid,
    lease_until   timestamptz,
    swept_at      timestamptz,
    FOREIGN KEY (restaurant_id, approval_id) REFERENCES approvals (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX file_views_due ON file_views (next_at) WHERE next_at IS NOT NULL;

-- What a chat in Telegram has been shown, once, whichever card it came with.
CREATE TABLE shown_files (
    media_id   uuid   NOT NULL REFERENCES media ON DELETE CASCADE,
    tg_chat_id bigint NOT NULL,
    part       text   NOT NULL CHECK (part IN ('file', 'words')),
    message_id bigint,                            -- null: Telegram does not take it
    shown_at   timestamptz NOT NULL,
    PRIMARY KEY (media_id, tg_chat_id, part)
);

-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['media', 'photos', 'file_views'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %2$s)', t, mine);
        EXECUTE format('CREATE POLICY desk ON %I TO marketa_desk USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['media', 'photos', 'views', 'approvals'] LOOP
        EXECUTE format('CREATE POLICY around ON %I TO marketa_ingest USING (true) WITH CHECK (true)', t);
    END LOOP;
    EXECUTE 'ALTER TABLE shown_files ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE shown_files FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY roles ON shown_files TO marketa_desk USING (true) WITH CHECK (true)';
END $$;
-- +goose StatementEnd

GRANT SELECT ON media, photos TO marketa_app;
GRANT INSERT ON photos TO marketa_app;
GRANT UPDATE (state, failures, dry, link, vendor_id, blob_key, small_key, sha256, bytes, mime, kept_at, heard, deaf, awaited_until, next_at, lease_token, lease_until) ON media TO marketa_app;
GRANT SELECT ON media, photos, file_views, shown_files TO marketa_desk;
GRANT INSERT ON file_views, shown_files TO marketa_desk;
GRANT UPDATE (swept_at) ON media TO marketa_desk;
GRANT UPDATE (failures, next_at, lease_token, lease_until, swept_at) ON file_views TO marketa_desk;
GRANT INSERT ON media TO marketa_ingest;
GRANT SELECT (id, restaurant_id, message_id, n, chat_id, state, heard, lease_token, awaited_until) ON media TO marketa_ingest;
GRANT UPDATE (state, heard, transcript, awaited_until, next_at, lease_token, lease_until) ON media TO marketa_ingest;
GRANT SELECT (id, media_id, withdrawn_at), UPDATE (withdrawn_at) ON photos TO marketa_ingest;
GRANT SELECT (restaurant_id, seq, quoted_id, kind), UPDATE (forwarded, quoted_body) ON messages TO marketa_ingest;
GRANT SELECT (id, chat_id, state, watermark, from_watermark, created_at) ON approvals TO marketa_ingest;
GRANT SELECT (approval_id, rev), UPDATE (rev, next_at) ON views TO marketa_ingest;
GRANT SELECT (id, approval_id, chat_id) ON outbound TO marketa_ingest;
GRANT SELECT (outbound_id) ON deliveries TO marketa_ingest;

-- touch_cards has the cards drawn anew that show a message: the newest ones that answer it, whatever became of them.
-- +goose StatementBegin
CREATE FUNCTION touch_cards(p_chat uuid, p_seq bigint, p_now timestamptz) RETURNS SETOF uuid
LANGUAGE sql AS $$
    UPDATE views SET rev = rev + 1, next_at = p_now WHERE approval_id IN (SELECT a.id FROM approvals a
        WHERE a.chat_id = p_chat AND a.from_watermark < p_seq AND a.watermark >= p_seq AND a.state <> 'superseded' ORDER BY a.created_at DESC LIMIT 2)
    RETURNING approval_id
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION touch_cards FROM PUBLIC;
GRANT EXECUTE ON FUNCTION touch_cards TO marketa_ingest;

-- surround keeps what stands around messages that ingest() has kept in the same transaction: files, where they come from, what they
-- answer; and what a deletion or a reaction means for files and cards. It returns what has to be done now: fetch a file, or draw a
-- card.
-- +goose StatementBegin
CREATE FUNCTION surround(batch jsonb, p_now timestamptz, p_patience interval) RETURNS TABLE (media uuid, restaurant uuid, approval uuid)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE x jsonb; f jsonb; place bigint; m record; made uuid;
BEGIN
    FOR x IN SELECT e FROM jsonb_array_elements(batch) WITH ORDINALITY AS t (e, n) ORDER BY n LOOP
        SELECT id, restaurant_id, chat_id, author, deleted_at, seq, kind, quoted_id INTO m FROM messages
            WHERE channel = x ->> 'channel' AND vendor_id = x ->> 'vendor_id';
        CONTINUE WHEN m.id IS NULL;
        IF m.deleted_at IS NOT NULL THEN
            -- What the client has taken back is fetched no further and used no more.
            UPDATE media SET state = 'withdrawn', next_at = NULL, awaited_until = NULL, lease_token = NULL WHERE message_id = m.id AND state <> 'withdrawn';
            UPDATE photos SET withdrawn_at = p_now WHERE withdrawn_at IS NULL AND media_id IN (SELECT id FROM media WHERE message_id = m.id);
            CONTINUE;
        END IF;
        IF m.kind = 'reaction' THEN
            FOR made IN UPDATE views SET rev = rev + 1, next_at = p_now WHERE approval_id IN (
                    SELECT o.approval_id FROM deliveries d JOIN outbound o ON o.id = d.outbound_id WHERE d.chat_id = m.chat_id AND m.quoted_id IN (d.vendor_id, d.echo_id)
                    UNION SELECT a.id FROM messages q JOIN approvals a ON a.chat_id = q.chat_id AND a.from_watermark < q.seq AND a.watermark >= q.seq AND a.state <> 'superseded'
                    WHERE q.channel = x ->> 'channel' AND q.vendor_id = m.quoted_id AND q.chat_id = m.chat_id AND q.author = 'client') RETURNING approval_id LOOP
                media := NULL; restaurant := m.restaurant_id; approval := made; RETURN NEXT;
            END LOOP;
            CONTINUE;
        END IF;
        IF (x ->> 'forwarded')::int > 0 OR x ->> 'quoted_body' <> '' THEN
            UPDATE messages SET forwarded = (x ->> 'forwarded')::int, quoted_body = x ->> 'quoted_body' WHERE id = m.id;
        END IF;
        CONTINUE WHEN m.author = 'marketa' OR x -> 'files' IS NULL OR x -> 'files' = 'null';
        FOR f, place IN SELECT e, n FROM jsonb_array_elements(x -> 'files') WITH ORDINALITY AS t (e, n) ORDER BY n LOOP
            made := NULL;
            INSERT INTO media (id, restaurant_id, message_id, n, chat_id, channel, kind, vendor_id, link, mime, file_name, said_bytes, said_sha256, seconds,
                    state, next_at, awaited_until, created_at)
                VALUES ((f ->> 'media')::uuid, m.restaurant_id, m.id, place - 1, m.chat_id, x ->> 'channel', f ->> 'kind', f ->> 'vendor_id', f ->> 'link',
                    f ->> 'mime', f ->> 'file_name', (f ->> 'bytes')::bigint, decode(nullif(f ->> 'sha256', ''), 'hex'), (f ->> 'seconds')::bigint,
                    CASE WHEN (f ->> 'once')::boolean THEN 'once' WHEN (f ->> 'large')::boolean THEN 'large' ELSE 'waiting' END,
                    CASE WHEN (f ->> 'once')::boolean OR (f ->> 'large')::boolean THEN NULL ELSE p_now END,
                    CASE WHEN NOT ((f ->> 'once')::boolean OR (f ->> 'large')::boolean) AND f ->> 'kind' IN ('image', 'voice', 'audio') AND m.author = 'client' THEN p_now + p_patience END,
                    p_now)
                ON CONFLICT (message_id, n) DO NOTHING RETURNING id INTO made;
            IF made IS NOT NULL AND NOT ((f ->> 'once')::boolean OR (f ->> 'large')::boolean) THEN
                media := made; restaurant := m.restaurant_id; approval := NULL; RETURN NEXT;
            END IF;
        END LOOP;
    END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION surround FROM PUBLIC;
GRANT EXECUTE ON FUNCTION surround TO marketa_ingest;

-- hear keeps what was said in a sound. If nobody has answered the message yet, the conversation is another one now: the watermark rises, a
-- draft that was made without these words cannot be sent, and a fresh one is due.
-- +goose StatementBegin
CREATE FUNCTION hear(p_media uuid, p_token uuid, p_words text, p_heard text, p_now timestamptz)
    RETURNS TABLE (chat uuid, restaurant uuid, woke boolean, approvals uuid[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE f record; m record; c record;
BEGIN
    SELECT id, chat_id, message_id INTO f FROM media WHERE id = p_media;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT id, restaurant_id, kind, watermark, handled, busy_since INTO c FROM chats WHERE id = f.chat_id FOR UPDATE; -- first, as everywhere
    UPDATE media SET transcript = p_words, heard = p_heard, next_at = NULL, awaited_until = NULL, lease_token = NULL, lease_until = NULL
        WHERE id = p_media AND lease_token = p_token AND heard = 'waiting' AND state = 'kept';
    IF NOT FOUND THEN RETURN; END IF;
    SELECT id, author, seq, deleted_at INTO m FROM messages WHERE id = f.message_id;
    chat := c.id; restaurant := c.restaurant_id; woke := false;
    approvals := ARRAY(SELECT touch_cards(c.id, m.seq, p_now));
    IF p_words <> '' AND m.author = 'client' AND m.deleted_at IS NULL AND m.seq > c.handled THEN
        -- Groups and others that are listened to in silence stay silent: only who is busy already, or has a turn of its own, is woken.
        woke := c.busy_since IS NULL AND (c.kind = 'direct' OR approvals <> '{}');
        UPDATE chats SET watermark = watermark + 1, busy_since = CASE WHEN woke THEN p_now ELSE busy_since END WHERE id = c.id;
    END IF;
    RETURN NEXT;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION hear FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hear TO marketa_ingest;
