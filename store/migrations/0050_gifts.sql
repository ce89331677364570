-- +goose Up
-- Pictures that managers give to a restaurant's gallery in Telegram, until the file is ours.
CREATE TABLE photo_gifts (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants,
    manager_id    uuid        NOT NULL REFERENCES managers,
    tg_chat_id    bigint      NOT NULL,
    message_id    bigint      NOT NULL,
    thread_id     bigint      NOT NULL DEFAULT 0,
    file_id       text        NOT NULL, -- Telegram's
    mime          text        NOT NULL,
    state         text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'kept', 'lost')),
    failures      int         NOT NULL DEFAULT 0,
    next_at       timestamptz,
    lease_token   uuid,
    lease_until   timestamptz,
    swept_at      timestamptz,
    created_at    timestamptz NOT NULL,
    UNIQUE (tg_chat_id, message_id)
);
CREATE INDEX photo_gifts_due ON photo_gifts (next_at) WHERE next_at IS NOT NULL;
ALTER TABLE photo_gifts ENABLE ROW LEVEL SECURITY;
ALTER TABLE photo_gifts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON photo_gifts TO marketa_app USING (restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid)
    WITH CHECK (restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid);
CREATE POLICY desk ON photo_gifts TO marketa_desk USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (state, failures, next_at, lease_token, lease_until, swept_at) ON photo_gifts TO marketa_desk;
