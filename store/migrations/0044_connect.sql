-- +goose Up
-- Links that clients get in their chat, and what they connect with them: a Facebook page and its Instagram account.

-- A link is one address for one chat. Only the hash of its token is kept here; the token itself stands in the text that a
-- manager approves. Opening uses nothing up: previews open links too. It goes along when its chat gets another restaurant.
CREATE TABLE links (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    chat_id       uuid        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('connect', 'checkout')),
    subject       uuid        NOT NULL, -- what it is about: an order; all zeros: nothing beside the restaurant
    token_hash    bytea       NOT NULL UNIQUE,
    expires_at    timestamptz NOT NULL,
    opened_at     timestamptz,
    used_at       timestamptz,
    created_at    timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX links_of ON links (chat_id, created_at);

-- One way to Facebook and back, begun by whoever pressed Continue. The state comes back once, in the same browser.
CREATE TABLE connect_visits (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    link_id       uuid        NOT NULL,
    state_hash    bytea       NOT NULL UNIQUE,
    cookie_hash   bytea       NOT NULL,
    stage         text        NOT NULL DEFAULT 'asked' CHECK (stage IN ('asked', 'returned', 'choosing', 'done', 'failed')),
    person_id     text        NOT NULL DEFAULT '', -- at Facebook, in our app only
    person_name   text        NOT NULL DEFAULT '',
    token         bytea,                           -- sealed, the person's; only while pages are chosen
    scopes        text[]      NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    CHECK (token IS NULL OR stage = 'choosing'),
    FOREIGN KEY (restaurant_id, link_id) REFERENCES links (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX connect_visits_of ON connect_visits (link_id, created_at);

-- What we may publish to. Of a restaurant one counts: the one that is not revoked. Tokens are sealed; what the row's id is
-- belongs to the seal, so that a copied token opens nothing.
CREATE TABLE connections (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    link_id       uuid,
    state         text        NOT NULL CHECK (state IN ('active', 'broken', 'revoked')),
    person_id     text        NOT NULL,
    person_name   text        NOT NULL DEFAULT '',
    page_id       text        NOT NULL CHECK (page_id <> ''),
    page_name     text        NOT NULL,
    ig_id         text        NOT NULL DEFAULT '', -- empty: the page has no Instagram account
    ig_name       text        NOT NULL DEFAULT '',
    scopes        text[]      NOT NULL,            -- granted
    tasks         text[]      NOT NULL DEFAULT '{}',
    token         bytea,                           -- of the page
    person_token  bytea,
    expires_at    timestamptz,                     -- of the person's token; null: not said
    checked_at    timestamptz NOT NULL,
    fault         text        NOT NULL DEFAULT '', -- in plain words: what is wrong with it
    created_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    UNIQUE (restaurant_id, id),
    CHECK ((state = 'revoked') = (token IS NULL) AND (state = 'revoked') = (person_token IS NULL) AND (state = 'revoked') = (ended_at IS NOT NULL)),
    FOREIGN KEY (restaurant_id, link_id) REFERENCES links (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE UNIQUE INDEX one_connection ON connections (restaurant_id) WHERE state <> 'revoked';
CREATE INDEX connections_person ON connections (person_id) WHERE state <> 'revoked';

-- Every step, for whoever asks later what happened.
CREATE TABLE connection_events (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    link_id       uuid,
    step          text        NOT NULL, -- sent, opened, asked, returned, refused, choosing, connected, broken, well, revoked …
    detail        text        NOT NULL DEFAULT '',
    at            timestamptz NOT NULL,
    FOREIGN KEY (restaurant_id, link_id) REFERENCES links (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX connection_events_of ON connection_events (restaurant_id, at);

-- What people have asked Meta to have erased here; the code is what they can look it up by.
CREATE TABLE erasures (
    code     text PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    done_at  timestamptz
);

-- A connection that comes along with its chat does not push out one that is there.
-- +goose StatementBegin
CREATE FUNCTION connection_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'revoked' AND EXISTS (SELECT FROM connections c WHERE c.restaurant_id = NEW.restaurant_id AND c.id <> NEW.id AND c.state <> 'revoked') THEN
        NEW.state := 'revoked'; NEW.token := NULL; NEW.person_token := NULL; NEW.ended_at := now();
        NEW.fault := 'The chat came to a restaurant that is connected already.';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER connection_moves BEFORE UPDATE OF restaurant_id ON connections FOR EACH ROW WHEN (OLD.restaurant_id <> NEW.restaurant_id) EXECUTE FUNCTION connection_moves();

-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['links', 'connect_visits', 'connections', 'connection_events'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %2$s)', t, mine);
        EXECUTE format('CREATE POLICY desk ON %I FOR SELECT TO marketa_desk USING (true)', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO marketa_app', t);
    END LOOP;
    EXECUTE 'ALTER TABLE erasures ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE erasures FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY desk ON erasures TO marketa_desk USING (true) WITH CHECK (true)';
END $$;
-- +goose StatementEnd
GRANT UPDATE (opened_at, used_at) ON links TO marketa_app;
GRANT UPDATE (stage, person_id, person_name, token, scopes, expires_at) ON connect_visits TO marketa_app;
GRANT UPDATE (state, ig_id, ig_name, page_name, scopes, tasks, token, person_token, checked_at, fault, ended_at) ON connections TO marketa_app;
-- The desk finds whose a link, a way back or a person is; tokens are not its business.
GRANT SELECT (id, restaurant_id, kind, token_hash) ON links TO marketa_desk;
GRANT SELECT (id, restaurant_id, state_hash) ON connect_visits TO marketa_desk;
GRANT SELECT (id, restaurant_id, state, person_id, page_id, ig_id) ON connections TO marketa_desk;
GRANT SELECT, INSERT, UPDATE (done_at) ON erasures TO marketa_desk;
