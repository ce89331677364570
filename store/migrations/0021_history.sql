-- +goose Up
-- What keeps the ledger complete and the numbers healthy: what we know of each number, what is done for it regularly, how far
-- its history was read, what history had that no webhook had brought, and when something left (the pace).

CREATE TABLE channels (
    channel     text PRIMARY KEY,
    first_at    timestamptz NOT NULL,             -- when we first took care of it: what is a day older is history
    imported_at timestamptz,                      -- when that history had been read
    link        text        NOT NULL DEFAULT '',  -- the vendor's word: AUTH, QR, …
    trouble     text        NOT NULL DEFAULT '',  -- plain words; empty: it can send, as far as we know
    since       timestamptz,                      -- since when
    misses      int         NOT NULL DEFAULT 0,   -- questions after its health in a row that nobody answered
    quiet_until timestamptz,                      -- the vendor has asked for a pause
    paused_at   timestamptz                       -- the kill switch: nothing leaves until a manager ends it
);

-- What is done again and again. One row each, leased, so that two replicas do not do it twice.
CREATE TABLE chores (
    id          uuid PRIMARY KEY,
    channel     text        NOT NULL,             -- empty: for all of the platform
    kind        text        NOT NULL,
    busy        boolean     NOT NULL DEFAULT false, -- begun, goes on at next_at
    again       boolean     NOT NULL DEFAULT false, -- somebody wants it done at once, while it is being done
    failures    int         NOT NULL DEFAULT 0,   -- in a row
    next_at     timestamptz,
    lease_token uuid,
    lease_until timestamptz,
    swept_at    timestamptz,
    UNIQUE (channel, kind)
);
CREATE INDEX chores_due ON chores (next_at) WHERE next_at IS NOT NULL;

-- How far the vendor's history was read; chat is empty for the number as a whole. A pass goes on where it was cut off.
CREATE TABLE history (
    channel    text        NOT NULL,
    chat       text        NOT NULL DEFAULT '',
    upto       timestamptz,                       -- complete until then
    started_at timestamptz,                       -- of the pass under way
    from_at    timestamptz,
    phase      text        NOT NULL DEFAULT '',   -- list, chats
    place      int         NOT NULL DEFAULT 0,    -- how many items of the phase were read
    soon       boolean     NOT NULL DEFAULT false,-- something was too fresh to be called missing
    PRIMARY KEY (channel, chat)
);

-- What history had and no webhook had brought, until and after it was told.
CREATE TABLE gaps (
    channel   text        NOT NULL,
    vendor_id text        NOT NULL,
    chat_id   uuid        NOT NULL,
    sent_at   timestamptz NOT NULL,
    found_at  timestamptz NOT NULL,
    came_at   timestamptz,                        -- a webhook brought it after all
    told_at   timestamptz,
    PRIMARY KEY (channel, vendor_id)
);
CREATE INDEX gaps_open ON gaps (channel, vendor_id) WHERE came_at IS NULL AND told_at IS NULL;

-- When something left, for the pace; it names nobody.
CREATE TABLE sends (
    channel   text        NOT NULL,
    proactive boolean     NOT NULL,
    at        timestamptz NOT NULL
);
CREATE INDEX sends_at ON sends (channel, proactive, at);

ALTER TABLE deliveries ADD COLUMN status_looks int NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN status_at timestamptz; -- when its status was last asked for

-- Which hook has spoken, and when: by an index instead of a row that every webhook would have to write.
CREATE INDEX raw_webhooks_source ON raw_webhooks (source, received_at);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['channels', 'chores', 'history', 'gaps', 'sends'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY roles ON %I TO marketa_app, marketa_ingest, marketa_desk USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd

GRANT SELECT ON channels TO marketa_app, marketa_ingest;
GRANT UPDATE (quiet_until) ON channels TO marketa_app;
GRANT SELECT (channel, kind, next_at, lease_until), UPDATE (next_at, again) ON chores TO marketa_app, marketa_ingest;
GRANT SELECT, INSERT ON sends TO marketa_app;
GRANT SELECT, INSERT, UPDATE ON channels, chores, history, gaps TO marketa_desk;
GRANT DELETE ON chores TO marketa_desk;
GRANT SELECT, DELETE ON sends TO marketa_desk;
GRANT SELECT (source, received_at) ON raw_webhooks TO marketa_desk;
GRANT UPDATE (status_looks, status_at) ON deliveries TO marketa_desk;
-- Ingest compares times and places; it still reads no words.
GRANT SELECT (channel, vendor_id, came_at, told_at), INSERT, UPDATE (came_at) ON gaps TO marketa_ingest;
