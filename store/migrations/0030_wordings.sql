-- +goose Up
-- What a manager wrote to a client in another language than the client's. It is translated, and then waits on a fresh card for a
-- tap of its own; or it goes as it was written, if he says so. Either way decide() lets it go, nothing here does.
CREATE TABLE wordings (
    id             uuid PRIMARY KEY,
    restaurant_id  uuid        NOT NULL,
    chat_id        uuid        NOT NULL,
    approval_id    uuid        NOT NULL, -- the card that he answered
    held_id        uuid,                 -- the approval that shows the translation
    manager_id     uuid        NOT NULL REFERENCES managers,
    say            boolean     NOT NULL, -- in a chat that he has taken over
    body           text        NOT NULL CHECK (body <> ''),
    from_language  text        NOT NULL, -- his
    to_language    text        NOT NULL, -- the client's
    watermark      bigint      NOT NULL, -- of the conversation that he answers
    policy_version text        NOT NULL,
    state          text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'held', 'failed', 'dropped')),
    translated     text        NOT NULL DEFAULT '',
    back           text        NOT NULL DEFAULT '', -- translated, in his language again
    tg_chat_id     bigint      NOT NULL,            -- where he wrote it
    tg_message_id  bigint      NOT NULL,
    created_at     timestamptz NOT NULL,
    next_at        timestamptz,
    lease_token    uuid,
    lease_until    timestamptz,
    swept_at       timestamptz,
    UNIQUE (tg_chat_id, tg_message_id),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
    FOREIGN KEY (restaurant_id, approval_id) REFERENCES approvals (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
    FOREIGN KEY (restaurant_id, held_id) REFERENCES approvals (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX wordings_of ON wordings (approval_id, created_at);
CREATE INDEX wordings_held ON wordings (held_id) WHERE held_id IS NOT NULL;
CREATE INDEX wordings_due ON wordings (next_at) WHERE next_at IS NOT NULL;
CREATE UNIQUE INDEX one_pending_wording ON wordings (chat_id) WHERE state = 'pending';

ALTER TABLE wordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE wordings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON wordings TO marketa_app USING (restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid)
    WITH CHECK (restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid);
CREATE POLICY desk ON wordings TO marketa_desk USING (true) WITH CHECK (true);
-- The manager's own words come from the desk only; who translates cannot change them.
GRANT SELECT ON wordings TO marketa_app, marketa_desk;
GRANT INSERT ON wordings TO marketa_desk;
GRANT UPDATE (state, next_at, swept_at) ON wordings TO marketa_desk;
GRANT UPDATE (state, held_id, translated, back, next_at, lease_token, lease_until) ON wordings TO marketa_app;
