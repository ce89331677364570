-- +goose Up
-- The CRM: which task is a restaurant's, what leaves for it, what it tells us, and how often everybody may ask it.

-- The task of a restaurant. Each has one at a time, and a task belongs to one restaurant; what was is kept.
CREATE TABLE crm_tasks (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE,
    task_id       bigint      NOT NULL CHECK (task_id > 0),
    name          text        NOT NULL DEFAULT '', -- as last read, in the CRM's words
    status_id     bigint      NOT NULL DEFAULT 0,
    status        text        NOT NULL DEFAULT '',
    seen_comment  bigint      NOT NULL DEFAULT 0,  -- the newest one that managers have been told of
    gone          boolean     NOT NULL DEFAULT false, -- the CRM does not show it to us any more
    linked_by     text        NOT NULL,
    linked_at     timestamptz NOT NULL,
    ended_at      timestamptz
);
CREATE UNIQUE INDEX one_task ON crm_tasks (restaurant_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_restaurant ON crm_tasks (task_id) WHERE ended_at IS NULL;

-- What leaves for the CRM, one after the other for each restaurant. An outcome that is unknown is looked for before it is tried again.
CREATE TABLE crm_outbox (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE,
    kind          text        NOT NULL CHECK (kind IN ('comment', 'create', 'link', 'move')),
    task_id       bigint      NOT NULL DEFAULT 0, -- 0: it is to be made
    words         text        NOT NULL DEFAULT '', -- the comment; of a new task its name; of a move the status' name
    status_id     bigint      NOT NULL DEFAULT 0,
    author        text        NOT NULL DEFAULT '', -- the manager; empty: something that has happened
    dedup         text,                            -- what has happened, said once
    state         text        NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'trying', 'done', 'failed')),
    attempted_at  timestamptz,
    failures      int         NOT NULL DEFAULT 0,
    told          boolean     NOT NULL DEFAULT false, -- managers know that it takes longer
    vendor_id     bigint      NOT NULL DEFAULT 0,
    fault         text        NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL,
    next_at       timestamptz,
    lease_token   uuid,
    lease_until   timestamptz,
    swept_at      timestamptz,
    UNIQUE (restaurant_id, dedup)
);
CREATE INDEX crm_outbox_due ON crm_outbox (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX crm_outbox_of ON crm_outbox (restaurant_id, id) WHERE next_at IS NOT NULL;

-- What the CRM has told us, as it came, and what managers want read there. It says which task; what is true is read again.
CREATE TABLE crm_events (
    id          uuid PRIMARY KEY,
    source      text        NOT NULL CHECK (source IN ('webhook', 'telegram')),
    body        bytea       NOT NULL DEFAULT '',
    query       text        NOT NULL DEFAULT '',
    key         text UNIQUE,                      -- of a repeated delivery; null: it carries no time, so it may be a new one
    task_id     bigint      NOT NULL DEFAULT 0,
    telegram_id bigint      NOT NULL DEFAULT 0,   -- of a manager's wish: whose, and where to answer
    tg_chat_id  bigint      NOT NULL DEFAULT 0,
    thread_id   bigint      NOT NULL DEFAULT 0,
    reply_to    bigint      NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL,
    outcome     text        NOT NULL DEFAULT '',
    failures    int         NOT NULL DEFAULT 0,
    next_at     timestamptz,
    lease_token uuid,
    lease_until timestamptz,
    swept_at    timestamptz
);
CREATE INDEX crm_events_due ON crm_events (next_at) WHERE next_at IS NOT NULL;

-- When the next request may go: one row for all processes.
CREATE TABLE crm_pace (
    here    boolean PRIMARY KEY DEFAULT true CHECK (here),
    next_at timestamptz NOT NULL
);
INSERT INTO crm_pace (next_at) VALUES ('epoch');

-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['crm_tasks', 'crm_outbox', 'crm_events', 'crm_pace'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY desk ON %I TO marketa_desk USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['crm_tasks', 'crm_outbox'] LOOP
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %2$s)', t, mine);
    END LOOP;
    EXECUTE 'CREATE POLICY ingest ON crm_events TO marketa_ingest USING (true) WITH CHECK (true)';
END $$;
-- +goose StatementEnd

GRANT SELECT, INSERT ON crm_tasks, crm_outbox TO marketa_app;
GRANT UPDATE (name, status_id, status, seen_comment, gone, ended_at) ON crm_tasks TO marketa_app;
GRANT UPDATE (task_id, state, attempted_at, failures, told, vendor_id, fault, next_at, lease_token, lease_until) ON crm_outbox TO marketa_app;
GRANT SELECT ON crm_tasks, crm_outbox, crm_events, crm_pace TO marketa_desk;
GRANT UPDATE (swept_at) ON crm_outbox TO marketa_desk;
GRANT INSERT ON crm_events TO marketa_desk;
GRANT UPDATE (task_id, outcome, failures, next_at, lease_token, lease_until, swept_at) ON crm_events TO marketa_desk;
GRANT UPDATE ON crm_pace TO marketa_desk;
GRANT INSERT, SELECT (id, key) ON crm_events TO marketa_ingest;
