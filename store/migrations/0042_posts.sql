-- +goose Up
-- Posts: what is asked for, every version that was written, who approved which, and what may be published of it.
--
-- The picture of a version is the file that is published, byte for byte: it is made before a manager sees it, and its hash
-- is part of what he approves. Only decide_post() inserts publications; it runs as the gate (0003_gate.sql).

CREATE TABLE posts (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    brief         text        NOT NULL CHECK (brief <> ''), -- what was asked for, in words
    language      text        NOT NULL DEFAULT '',          -- empty: the restaurant's
    networks      text[]      NOT NULL DEFAULT '{instagram,facebook}' CHECK (cardinality(networks) > 0 AND networks <@ '{instagram,facebook}'::text[]),
    publish_at    timestamptz,                              -- null: as soon as it is approved
    source        uuid,                                     -- the proposal that asked for it, once
    asked_by      uuid REFERENCES managers,                 -- null: it came from a client's conversation
    state         text        NOT NULL DEFAULT 'writing' CHECK (state IN ('writing', 'waiting', 'approved', 'discarded', 'failed')),
    created_at    timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    UNIQUE (restaurant_id, source)
);
CREATE INDEX posts_of ON posts (restaurant_id, created_at);

-- post_hash is what a decision compares: everything that a reader of the post would see, where and when.
-- +goose StatementBegin
CREATE FUNCTION post_hash(p_picture bytea, p_caption text, p_hashtags text[], p_alt text, p_networks text[], p_publish_at timestamptz) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(jsonb_build_array(encode(p_picture, 'hex'), p_caption, to_jsonb(p_hashtags), p_alt, to_jsonb(p_networks),
        (extract(epoch FROM p_publish_at) * 1000000)::bigint)::text, 'UTF8'))
$$;
-- +goose StatementEnd

-- A version never changes. photo_id has no key: a photo moves with its chat, a version stays with its post.
CREATE TABLE post_versions (
    id             uuid PRIMARY KEY,
    restaurant_id  uuid        NOT NULL,
    post_id        uuid        NOT NULL,
    n              int         NOT NULL CHECK (n > 0),
    photo_id       uuid        NOT NULL,
    photo_why      text        NOT NULL DEFAULT '',     -- why this photo, in plain words
    picture_key    text        NOT NULL,                -- in the bucket: the JPEG that is published
    picture_sha256 bytea       NOT NULL CHECK (length(picture_sha256) = 32),
    picture_width  int         NOT NULL CHECK (picture_width > 0),
    picture_height int         NOT NULL CHECK (picture_height > 0),
    caption        text        NOT NULL CHECK (caption <> ''),
    hashtags       text[]      NOT NULL,                -- without "#"
    alt            text        NOT NULL,
    language       text        NOT NULL,
    networks       text[]      NOT NULL CHECK (cardinality(networks) > 0 AND networks <@ '{instagram,facebook}'::text[]),
    publish_at     timestamptz,
    warnings       text[]      NOT NULL DEFAULT '{}',
    hint           text        NOT NULL DEFAULT '',     -- what a manager had said of the version before
    content_hash   bytea       NOT NULL CHECK (content_hash = post_hash(picture_sha256, caption, hashtags, alt, networks, publish_at)),
    author         text        NOT NULL CHECK (author IN ('model', 'manager')),
    created_at     timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    UNIQUE (post_id, n),
    UNIQUE (restaurant_id, id, post_id, content_hash),
    FOREIGN KEY (restaurant_id, post_id) REFERENCES posts (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);

-- What is to be written: the first version, or another one after what a manager has said. Its columns fill step by step.
CREATE TABLE post_tasks (
    id             uuid PRIMARY KEY,
    restaurant_id  uuid        NOT NULL,
    post_id        uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('write', 'redo', 'words', 'own', 'photo')),
    hint           text        NOT NULL DEFAULT '',  -- words: what should be different; own: the caption as it stands
    asked_by       uuid REFERENCES managers,
    state          text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'failed')),
    work           jsonb       NOT NULL DEFAULT '{}', -- what the steps so far have found
    failures       int         NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL,
    next_at        timestamptz,
    lease_token    uuid,
    lease_until    timestamptz,
    swept_at       timestamptz,
    UNIQUE (restaurant_id, id),
    CHECK ((state = 'open') = (next_at IS NOT NULL)),
    FOREIGN KEY (restaurant_id, post_id) REFERENCES posts (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX post_tasks_due ON post_tasks (next_at) WHERE next_at IS NOT NULL;
CREATE UNIQUE INDEX one_open_post_task ON post_tasks (post_id) WHERE state = 'open';

CREATE TABLE post_approvals (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    post_id       uuid        NOT NULL,
    version_id    uuid        NOT NULL,
    content_hash  bytea       NOT NULL,
    state         text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'redone', 'discarded', 'superseded')),
    hint          text        NOT NULL DEFAULT '', -- of a redo
    created_at    timestamptz NOT NULL,
    decided_by    uuid REFERENCES managers,
    decided_at    timestamptz,
    released      boolean     NOT NULL GENERATED ALWAYS AS (state = 'sent') STORED,
    UNIQUE (restaurant_id, id),
    UNIQUE (restaurant_id, id, post_id, version_id, content_hash, released),
    CHECK ((state = 'pending') = (decided_by IS NULL)),
    FOREIGN KEY (restaurant_id, version_id, post_id, content_hash) REFERENCES post_versions (restaurant_id, id, post_id, content_hash) ON DELETE CASCADE
);
CREATE UNIQUE INDEX one_pending_post_approval ON post_approvals (post_id) WHERE state = 'pending';
CREATE INDEX post_approvals_of ON post_approvals (post_id, created_at);

-- What may be published. The key to post_approvals names exactly this content, released by a manager.
CREATE TABLE publications (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    post_id       uuid        NOT NULL,
    version_id    uuid        NOT NULL,
    approval_id   uuid        NOT NULL,
    content_hash  bytea       NOT NULL,
    released      boolean     NOT NULL DEFAULT true CHECK (released),
    network       text        NOT NULL CHECK (network IN ('instagram', 'facebook')),
    target        text        NOT NULL CHECK (target <> ''), -- the account's id (ig_id) or the page's
    state         text        NOT NULL DEFAULT 'due'
                  CHECK (state IN ('due', 'container', 'ready', 'publishing', 'published', 'unknown', 'asked', 'failed', 'held', 'withdrawn')),
    due_at        timestamptz NOT NULL,
    container_id  text,
    container_at  timestamptz,
    attempted_at  timestamptz,                     -- the publishing call itself: from here on it may have happened
    attempts      int         NOT NULL DEFAULT 0,
    vendor_id     text,
    permalink     text,
    published_at  timestamptz,
    fault         text        NOT NULL DEFAULT '', -- plain words for the card
    next_at       timestamptz,                     -- when to go on; null: nothing to do
    lease_token   uuid,
    lease_until   timestamptz,
    swept_at      timestamptz,
    created_at    timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    UNIQUE (post_id, network),
    FOREIGN KEY (restaurant_id, post_id) REFERENCES posts (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT publications_approved FOREIGN KEY (restaurant_id, approval_id, post_id, version_id, content_hash, released)
        REFERENCES post_approvals (restaurant_id, id, post_id, version_id, content_hash, released)
);
CREATE INDEX publications_due ON publications (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX publications_of ON publications (restaurant_id, created_at);
CREATE INDEX publications_approval ON publications (approval_id);

-- A post's approval as managers see it (as views are for drafts), and its copies in Telegram.
CREATE TABLE post_views (
    approval_id   uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    rev           bigint      NOT NULL DEFAULT 1,
    shown         bigint      NOT NULL DEFAULT 0,
    failures      int         NOT NULL DEFAULT 0,
    next_at       timestamptz,
    lease_token   uuid,
    lease_until   timestamptz,
    swept_at      timestamptz,
    FOREIGN KEY (restaurant_id, approval_id) REFERENCES post_approvals (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX post_views_due ON post_views (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE post_cards (
    approval_id uuid        NOT NULL REFERENCES post_approvals ON DELETE CASCADE,
    tg_chat_id  bigint      NOT NULL,
    message_id  bigint      NOT NULL,
    words_id    bigint,                          -- the second message, where the caption is too long for the picture's
    thread_id   bigint      NOT NULL DEFAULT 0,
    shown_hash  bytea       NOT NULL DEFAULT '', -- of what it shows, to spare edits that change nothing
    posted_at   timestamptz NOT NULL,
    PRIMARY KEY (tg_chat_id, message_id)
);
CREATE INDEX post_cards_of ON post_cards (approval_id);

-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['posts', 'post_versions', 'post_tasks', 'post_approvals', 'publications', 'post_views'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %2$s)', t, mine);
        EXECUTE format('CREATE POLICY desk ON %I TO marketa_desk USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY gate ON %I TO marketa_gate USING (true) WITH CHECK (true)', t);
    END LOOP;
    EXECUTE 'ALTER TABLE post_cards ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE post_cards FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY roles ON post_cards TO marketa_desk USING (true) WITH CHECK (true)';
    EXECUTE 'CREATE POLICY gate ON post_cards TO marketa_gate USING (true) WITH CHECK (true)';
    EXECUTE 'CREATE POLICY gate ON photos FOR SELECT TO marketa_gate USING (true)';
    -- The app holds an approval, it never decides one; it shows photos of its own restaurant only.
    EXECUTE 'CREATE POLICY only_pending ON post_approvals AS RESTRICTIVE FOR INSERT TO marketa_app WITH CHECK (state = ''pending'' AND decided_by IS NULL)';
    EXECUTE 'CREATE POLICY own_photo ON post_versions AS RESTRICTIVE FOR INSERT TO marketa_app
        WITH CHECK (EXISTS (SELECT FROM photos p WHERE p.id = post_versions.photo_id AND p.restaurant_id = post_versions.restaurant_id AND p.withdrawn_at IS NULL))';
END $$;
-- +goose StatementEnd

-- The app: no UPDATE of a version or an approval, no INSERT of publications; of these it keeps the steps only.
GRANT SELECT ON posts, post_versions, post_tasks, post_approvals, publications, post_views TO marketa_app;
GRANT INSERT ON posts, post_versions, post_tasks, post_approvals, post_views TO marketa_app;
GRANT UPDATE (state) ON posts TO marketa_app;
GRANT UPDATE (state, work, failures, next_at, lease_token, lease_until) ON post_tasks TO marketa_app;
GRANT UPDATE (state, container_id, container_at, attempted_at, attempts, vendor_id, permalink, published_at, fault, next_at, lease_token, lease_until) ON publications TO marketa_app;
GRANT UPDATE (rev, next_at) ON post_views TO marketa_app;

GRANT SELECT ON posts, post_versions, post_tasks, post_approvals, publications, post_views, post_cards TO marketa_desk;
GRANT INSERT, DELETE ON post_cards TO marketa_desk;
GRANT UPDATE (shown_hash, words_id) ON post_cards TO marketa_desk;
GRANT UPDATE (swept_at) ON post_tasks, publications TO marketa_desk;
GRANT UPDATE (rev, shown, failures, next_at, lease_token, lease_until, swept_at) ON post_views TO marketa_desk;

GRANT SELECT ON posts, post_versions, post_approvals, publications, post_views, post_cards TO marketa_gate;
GRANT UPDATE (state) ON posts TO marketa_gate;
GRANT INSERT ON post_versions, post_approvals, publications, post_views TO marketa_gate;
GRANT UPDATE (state, hint, decided_by, decided_at) ON post_approvals TO marketa_gate;
GRANT UPDATE (rev, next_at) ON post_views TO marketa_gate;
GRANT UPDATE (approval_id) ON post_cards TO marketa_gate;
GRANT SELECT (id, restaurant_id, withdrawn_at) ON photos TO marketa_gate;

-- As the gate, so that the functions are its own from the start. The right is taken back at the end.
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
END $$;
-- +goose StatementEnd
SET LOCAL ROLE marketa_gate;

-- decide_post is the one gate between a version and a restaurant's account. It compares and sets on {approval, content hash,
-- manager}: the first press wins. outcome:
--   ok           the decision is made (for send: publications exist)
--   already      somebody was faster: state, decided_name, decided_at tell
--   stale        another content was looked at
--   denied       not an active manager of a deciding role
--   photo        the photo is the restaurant's no more, or the client has taken it back
--   late         the time that was approved has passed
--   unconnected  there is no account to publish in; it stays pending
--   gone         no such approval
-- retime makes the same content with another time a version of its own, which waits in the place of this one, on the same
-- cards. The ids of the rows it may make are given by the caller.
-- +goose StatementBegin
CREATE FUNCTION decide_post(
    p_approval uuid, p_action text, p_telegram_id bigint, p_hash bytea, p_hint text, p_publish_at timestamptz,
    p_version uuid, p_new_approval uuid, p_publications uuid[], p_now timestamptz,
    OUT outcome text, OUT state text, OUT decided_name text, OUT decided_at timestamptz, OUT restaurant uuid, OUT post uuid, OUT shown uuid, OUT published uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
DECLARE m managers; a post_approvals; v post_versions; c record; goal text; network text; nth int := 0;
BEGIN
    published := '{}';
    m := deciding(p_telegram_id);
    IF m.id IS NULL THEN outcome := 'denied'; RETURN; END IF;
    SELECT * INTO a FROM post_approvals WHERE id = p_approval;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    -- The post's row lock comes first, here and where a version is saved.
    PERFORM FROM posts WHERE id = a.post_id FOR UPDATE;
    SELECT * INTO a FROM post_approvals WHERE id = p_approval FOR UPDATE;
    SELECT * INTO v FROM post_versions WHERE id = a.version_id;
    restaurant := a.restaurant_id; post := a.post_id; shown := a.id;
    IF a.state <> 'pending' THEN
        outcome := 'already'; state := a.state; decided_at := a.decided_at;
        SELECT x.name INTO decided_name FROM managers x WHERE x.id = a.decided_by;
        RETURN;
    END IF;
    IF p_hash IS DISTINCT FROM a.content_hash THEN outcome := 'stale'; state := a.state; RETURN; END IF;

    IF p_action = 'send' THEN
        state := a.state;
        IF NOT EXISTS (SELECT FROM photos p WHERE p.id = v.photo_id AND p.restaurant_id = a.restaurant_id AND p.withdrawn_at IS NULL) THEN outcome := 'photo'; RETURN; END IF;
        IF v.publish_at <= p_now THEN outcome := 'late'; RETURN; END IF;
        IF to_regclass('public.connections') IS NULL THEN outcome := 'unconnected'; RETURN; END IF;
        FOR c IN EXECUTE 'SELECT page_id, ig_id FROM public.connections WHERE restaurant_id = $1 AND state = ''active'' LIMIT 1' USING a.restaurant_id LOOP
            FOREACH network IN ARRAY v.networks LOOP
                goal := CASE network WHEN 'instagram' THEN c.ig_id ELSE c.page_id END;
                CONTINUE WHEN coalesce(goal, '') = '';
                IF nth = 0 THEN
                    UPDATE post_approvals SET state = 'sent', decided_by = m.id, decided_at = p_now WHERE id = a.id;
                    UPDATE posts SET state = 'approved' WHERE id = a.post_id;
                END IF;
                nth := nth + 1;
                INSERT INTO publications (id, restaurant_id, post_id, version_id, approval_id, content_hash, network, target, due_at, next_at, created_at)
                VALUES (p_publications[nth], a.restaurant_id, a.post_id, v.id, a.id, a.content_hash, network, goal, coalesce(v.publish_at, p_now), coalesce(v.publish_at, p_now), p_now);
                published := published || p_publications[nth];
            END LOOP;
        END LOOP;
        IF nth = 0 THEN outcome := 'unconnected'; RETURN; END IF;
    ELSIF p_action = 'redo' THEN
        UPDATE post_approvals SET state = 'redone', hint = coalesce(p_hint, ''), decided_by = m.id, decided_at = p_now WHERE id = a.id;
        UPDATE posts SET state = 'writing' WHERE id = a.post_id;
    ELSIF p_action = 'discard' THEN
        UPDATE post_approvals SET state = 'discarded', decided_by = m.id, decided_at = p_now WHERE id = a.id;
        UPDATE posts SET state = 'discarded' WHERE id = a.post_id;
    ELSIF p_action = 'retime' THEN
        IF p_publish_at <= p_now THEN outcome := 'late'; state := a.state; RETURN; END IF;
        UPDATE post_approvals SET state = 'superseded', decided_by = m.id, decided_at = p_now WHERE id = a.id;
        v.n := (SELECT max(x.n) + 1 FROM post_versions x WHERE x.post_id = a.post_id);
        v.id := p_version; v.publish_at := p_publish_at; v.author := 'manager'; v.created_at := p_now;
        v.content_hash := post_hash(v.picture_sha256, v.caption, v.hashtags, v.alt, v.networks, v.publish_at);
        INSERT INTO post_versions SELECT v.*;
        INSERT INTO post_approvals (id, restaurant_id, post_id, version_id, content_hash, created_at) VALUES (p_new_approval, a.restaurant_id, a.post_id, v.id, v.content_hash, p_now);
        INSERT INTO post_views (approval_id, restaurant_id) VALUES (p_new_approval, a.restaurant_id);
        UPDATE post_cards SET approval_id = p_new_approval WHERE approval_id = a.id;
        shown := p_new_approval;
    ELSE
        RAISE EXCEPTION 'decide_post: unknown action %', p_action USING ERRCODE = '22023';
    END IF;

    UPDATE post_views SET rev = rev + 1, next_at = p_now WHERE approval_id = shown;
    INSERT INTO audit (restaurant_id, actor, action, object, detail, at)
    VALUES (a.restaurant_id, 'manager:' || m.id, 'post.' || p_action, a.id::text, jsonb_build_object('post', a.post_id, 'hash', encode(a.content_hash, 'hex')), p_now);
    outcome := 'ok'; decided_name := m.name; decided_at := p_now;
    SELECT x.state INTO state FROM post_approvals x WHERE x.id = shown;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION decide_post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decide_post TO marketa_desk;

RESET ROLE;
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
