-- +goose Up
-- Telegram as managers use it: chats that become forums and supergroups, a topic for each restaurant, the allowance that all
-- workers share, and the lock of whoever is writing.

-- What we know of a chat in Telegram. The row 0 stands for all chats together.
CREATE TABLE tg_chats (
    tg_chat_id    bigint PRIMARY KEY,
    forum         boolean       NOT NULL DEFAULT false, -- it has topics
    looked_at     timestamptz,                          -- when Telegram last told us
    moved_to      bigint,                               -- it has become this supergroup
    barred_until  timestamptz,                          -- no topics can be made here: not tried before
    held_until    timestamptz,                          -- Telegram wants to be left alone here
    places        timestamptz[] NOT NULL DEFAULT '{}'   -- of the calls of the last minute, oldest first
);

-- The topic of a restaurant in a forum. thread_id is null until Telegram has told it.
CREATE TABLE topics (
    tg_chat_id    bigint      NOT NULL,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    thread_id     bigint,
    name          text        NOT NULL DEFAULT '', -- as it was given to Telegram
    doubts        int         NOT NULL DEFAULT 0,  -- calls in a row that made one, perhaps, and were not answered
    next_at       timestamptz,                     -- not tried (again) before
    lease_until   timestamptz,                     -- somebody is making it
    PRIMARY KEY (tg_chat_id, restaurant_id),
    UNIQUE (tg_chat_id, thread_id)
);
CREATE INDEX topics_of ON topics (restaurant_id);

ALTER TABLE cards ADD COLUMN thread_id bigint NOT NULL DEFAULT 0,  -- the topic, 0: none
    ADD COLUMN seen_at timestamptz;                                -- when Telegram last confirmed that it is there
ALTER TABLE notices ADD COLUMN thread_id bigint NOT NULL DEFAULT 0,
    ADD COLUMN about uuid REFERENCES restaurants ON UPDATE CASCADE ON DELETE SET NULL, -- goes to its topic
    ADD COLUMN buttons jsonb;                                      -- rows of {Text, Data}
ALTER TABLE views ADD COLUMN held_by uuid REFERENCES managers,     -- is writing the answer
    ADD COLUMN held_until timestamptz,
    ADD COLUMN looked_at timestamptz;                              -- when its copies were last brought up
ALTER TABLE chats ADD COLUMN take_over_told timestamptz;           -- the taken_until whose end the managers have been told

CREATE INDEX chats_taken ON chats (taken_until) WHERE taken_by IS NOT NULL;
CREATE INDEX views_looked ON views (looked_at) WHERE next_at IS NULL;

-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'ALTER TABLE tg_chats ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE tg_chats FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY roles ON tg_chats TO marketa_desk USING (true) WITH CHECK (true)';
    EXECUTE 'ALTER TABLE topics ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE topics FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY own ON topics TO marketa_app USING (restaurant_id = nullif(current_setting(''app.restaurant_id'', true), '''')::uuid)
        WITH CHECK (restaurant_id = nullif(current_setting(''app.restaurant_id'', true), '''')::uuid)';
    EXECUTE 'CREATE POLICY desk ON topics TO marketa_desk USING (true) WITH CHECK (true)';
END $$;
-- +goose StatementEnd
GRANT SELECT, INSERT, UPDATE ON tg_chats TO marketa_desk;
GRANT SELECT, INSERT, UPDATE, DELETE ON topics TO marketa_desk;
GRANT SELECT ON topics TO marketa_app;
GRANT UPDATE (held_by, held_until, looked_at) ON views TO marketa_desk;
GRANT UPDATE (take_over_told) ON chats TO marketa_desk;
