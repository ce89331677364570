-- +goose Up
-- On the way to an account: what the worker counts, what a publication is held for and who has released it; where its picture can be
-- fetched; and the news to the client that the post is live.

ALTER TABLE publications
    ADD COLUMN looks      int    NOT NULL DEFAULT 0,    -- for the post, since nobody knows whether it is there
    ADD COLUMN failures   int    NOT NULL DEFAULT 0,    -- in a row, of what people cannot see
    ADD COLUMN checked_at timestamptz,                  -- when the safety check was passed
    ADD COLUMN findings   text[] NOT NULL DEFAULT '{}', -- what it is held for
    ADD COLUMN accepted   text[] NOT NULL DEFAULT '{}', -- what a manager has released it with
    ADD COLUMN told_at    timestamptz;                  -- the managers have heard that it is live
GRANT UPDATE (looks, failures, checked_at, findings, told_at) ON publications TO marketa_app;
-- One post there is one publication here.
CREATE UNIQUE INDEX publications_vendor ON publications (restaurant_id, network, vendor_id) WHERE vendor_id IS NOT NULL;
CREATE INDEX publications_target ON publications (restaurant_id, target);

-- A post that is scheduled is checked as soon as it is approved, and once more before it goes out.
-- +goose StatementBegin
CREATE FUNCTION publication_checked_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.next_at := NEW.created_at;
    RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION publication_checked_first FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publication_checked_first TO marketa_gate;
CREATE TRIGGER publication_checked_first BEFORE INSERT ON publications FOR EACH ROW EXECUTE FUNCTION publication_checked_first();

-- What the addresses of pictures are signed with: whoever has one may fetch that one picture until it runs out.
CREATE TABLE picture_keys (
    id         int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    key        bytea       NOT NULL CHECK (length(key) = 32),
    created_at timestamptz NOT NULL
);
INSERT INTO picture_keys (key, created_at) VALUES (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), now());

-- "Your post is live" for the client, as a card. It waits until the chat has no other card and nobody writes there.
CREATE TABLE post_news (
    post_id       uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    state         text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'held', 'dropped')),
    chat_id       uuid,                                 -- where it was put on a card
    created_at    timestamptz NOT NULL,
    next_at       timestamptz,
    lease_token   uuid,
    lease_until   timestamptz,
    swept_at      timestamptz,
    UNIQUE (restaurant_id, post_id),
    CHECK ((state = 'waiting') = (next_at IS NOT NULL)),
    FOREIGN KEY (restaurant_id, post_id) REFERENCES posts (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX post_news_due ON post_news (next_at) WHERE next_at IS NOT NULL;

-- +goose StatementBegin
DO $$
DECLARE mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    EXECUTE 'ALTER TABLE post_news ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE post_news FORCE ROW LEVEL SECURITY';
    EXECUTE format('CREATE POLICY own ON post_news TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %1$s)', mine);
    EXECUTE 'CREATE POLICY desk ON post_news TO marketa_desk USING (true) WITH CHECK (true)';
    EXECUTE 'ALTER TABLE picture_keys ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE picture_keys FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY roles ON picture_keys FOR SELECT TO marketa_app, marketa_desk USING (true)';
END $$;
-- +goose StatementEnd
GRANT SELECT ON picture_keys TO marketa_app, marketa_desk;
GRANT SELECT, INSERT ON post_news TO marketa_app;
GRANT UPDATE (state, chat_id, next_at, lease_token, lease_until) ON post_news TO marketa_app;
GRANT SELECT ON post_news TO marketa_desk;
GRANT UPDATE (swept_at) ON post_news TO marketa_desk;

GRANT UPDATE (state, due_at, container_id, container_at, attempted_at, attempts, published_at, fault, looks, failures, checked_at, findings, accepted, next_at, lease_token, lease_until)
    ON publications TO marketa_gate;

-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
END $$;
-- +goose StatementEnd
SET LOCAL ROLE marketa_gate;

-- settle_publication takes a manager's word about a publication that waits for one. The row decides what a press can do:
--   there    it is on the account already                      asked
--   again    it is not there, or what was wrong is put right   asked, failed
--   anyway   with what it is held for                          held
--   discard  it does not go out                                asked, failed, held
-- outcome: ok, denied, already (state tells), gone. Whatever is pressed late goes out when it is pressed.
-- +goose StatementBegin
CREATE FUNCTION settle_publication(p_publication uuid, p_action text, p_telegram_id bigint, p_now timestamptz,
    OUT outcome text, OUT state text, OUT restaurant uuid, OUT post uuid, OUT approval uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
DECLARE m managers; p publications;
BEGIN
    m := deciding(p_telegram_id);
    IF m.id IS NULL THEN outcome := 'denied'; RETURN; END IF;
    SELECT * INTO p FROM publications WHERE id = p_publication FOR UPDATE;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    state := p.state; restaurant := p.restaurant_id; post := p.post_id; approval := p.approval_id;
    IF NOT (CASE p_action WHEN 'there' THEN p.state = 'asked' WHEN 'again' THEN p.state IN ('asked', 'failed') WHEN 'anyway' THEN p.state = 'held'
            WHEN 'discard' THEN p.state IN ('asked', 'failed', 'held') ELSE false END) THEN
        outcome := 'already'; RETURN;
    END IF;
    IF p_action = 'there' THEN
        UPDATE publications x SET state = 'published', published_at = p_now, fault = '', next_at = p_now, looks = 0, failures = 0, lease_token = NULL, lease_until = NULL WHERE x.id = p.id;
    ELSIF p_action = 'discard' THEN
        UPDATE publications x SET state = 'withdrawn', fault = '', next_at = NULL, lease_token = NULL, lease_until = NULL WHERE x.id = p.id;
    ELSE
        UPDATE publications x SET state = 'due', due_at = greatest(x.due_at, p_now), container_id = NULL, container_at = NULL, attempted_at = NULL, attempts = 0, fault = '', looks = 0, failures = 0,
            accepted = CASE p_action WHEN 'anyway' THEN ARRAY(SELECT DISTINCT unnest(x.accepted || x.findings)) ELSE x.accepted END, findings = '{}', checked_at = NULL,
            next_at = p_now, lease_token = NULL, lease_until = NULL WHERE x.id = p.id;
    END IF;
    INSERT INTO audit (restaurant_id, actor, action, object, detail, at)
    VALUES (p.restaurant_id, 'manager:' || m.id, 'publication.' || p_action, p.id::text, jsonb_build_object('network', p.network, 'was', p.state, 'findings', p.findings), p_now);
    outcome := 'ok';
    SELECT x.state INTO state FROM publications x WHERE x.id = p.id;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION settle_publication FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_publication TO marketa_desk;

RESET ROLE;
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
