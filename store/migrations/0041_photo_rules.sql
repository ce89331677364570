-- +goose Up
-- What a client or a manager has said about which pictures may be shown, as rules that a manager has released. One row is one
-- rule; its number is how people speak of it, so that it never changes and never comes again.
CREATE TABLE photo_rules (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants,
    n             int         NOT NULL CHECK (n > 0),
    words         text        NOT NULL,               -- as they were said
    rule          jsonb       NOT NULL CHECK (jsonb_typeof(rule) = 'object'), -- store.PhotoClause
    state         text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'retired')),
    source_id     uuid        NOT NULL,               -- the proposal, or the confirmed card, that it came with
    part          int         NOT NULL,               -- which rule of that one
    approved_by   text        NOT NULL,
    created_at    timestamptz NOT NULL,
    retired_by    text        NOT NULL DEFAULT '',
    retired_at    timestamptz,
    UNIQUE (restaurant_id, id),
    UNIQUE (restaurant_id, n),
    UNIQUE (source_id, part),
    CHECK ((state = 'retired') = (retired_at IS NOT NULL))
);

-- What a model has seen when it was asked whether something is in a picture. The question is the rule's own words: the answer is
-- about the picture, and holds for every rule that asks the same.
CREATE TABLE photo_looks (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    photo_id      uuid        NOT NULL,
    question      text        NOT NULL CHECK (question <> ''),
    seen          boolean     NOT NULL,
    remark        text        NOT NULL DEFAULT '',
    looked_at     timestamptz NOT NULL,
    UNIQUE (photo_id, question),
    FOREIGN KEY (restaurant_id, photo_id) REFERENCES photos (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX photo_looks_of ON photo_looks (restaurant_id, question, photo_id) INCLUDE (seen);

-- A manager who takes another picture than the one that was chosen for him.
CREATE TABLE photo_picks (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    photo_id      uuid        NOT NULL,
    instead_of    uuid,                               -- what had been chosen; it may be gone by now
    brief         text        NOT NULL DEFAULT '',
    picked_by     text        NOT NULL,
    picked_at     timestamptz NOT NULL,
    FOREIGN KEY (restaurant_id, photo_id) REFERENCES photos (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX photo_picks_of ON photo_picks (restaurant_id, picked_at);

-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['photo_rules', 'photo_looks', 'photo_picks'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %2$s)', t, mine);
    END LOOP;
END $$;
-- +goose StatementEnd

-- A rule is written once and can only be retired.
GRANT SELECT, INSERT ON photo_rules, photo_picks TO marketa_app;
GRANT UPDATE (state, retired_by, retired_at) ON photo_rules TO marketa_app;
GRANT SELECT, INSERT, UPDATE (seen, remark, looked_at) ON photo_looks TO marketa_app;

-- A chat that turns out to belong to another restaurant brings along what was said in it; a lead that ends with that, all its rules.
CREATE POLICY gate ON photo_rules TO marketa_gate USING (true) WITH CHECK (true);
GRANT SELECT (id, restaurant_id, n, source_id), UPDATE (restaurant_id, n) ON photo_rules TO marketa_gate;
-- +goose StatementBegin
CREATE FUNCTION photo_rules_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE photo_rules r SET restaurant_id = NEW.to_restaurant, n = x.n FROM (
        SELECT o.id, (SELECT coalesce(max(t.n), 0) FROM photo_rules t WHERE t.restaurant_id = NEW.to_restaurant) + row_number() OVER (ORDER BY o.n) AS n
        FROM photo_rules o WHERE o.restaurant_id = NEW.from_restaurant AND (NEW.closed OR o.source_id IN (
            SELECT p.id FROM proposals p JOIN approvals a ON a.id = p.approval_id WHERE a.chat_id = NEW.chat_id))) x
    WHERE r.id = x.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION photo_rules_move FROM PUBLIC;
GRANT EXECUTE ON FUNCTION photo_rules_move TO marketa_gate;
CREATE TRIGGER photo_rules_move AFTER INSERT ON moves FOR EACH ROW EXECUTE FUNCTION photo_rules_move();
