-- +goose Up
-- The nouns. Every child carries its restaurant in a composite foreign key, so that a row can never hang under another
-- restaurant's parent; ON UPDATE CASCADE lets a chat move with its history.

CREATE TABLE restaurants (
    id          uuid PRIMARY KEY,
    name        text        NOT NULL,
    stage       text        NOT NULL DEFAULT 'lead',
    zone        text        NOT NULL DEFAULT 'Europe/Rome',
    created_at  timestamptz NOT NULL
);

-- What is known about a restaurant: one row per field, the newest wins; the older ones are its history.
CREATE TABLE facts (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON DELETE CASCADE,
    field         text        NOT NULL CHECK (field <> ''),
    value         text        NOT NULL,
    source        text        NOT NULL, -- who says so: manager, client, seed …
    proposal_id   uuid UNIQUE,          -- the approved proposal it came from
    noted_at      timestamptz NOT NULL
);
CREATE INDEX facts_of ON facts (restaurant_id, field, noted_at DESC, id DESC);

CREATE TABLE people (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON DELETE CASCADE,
    name          text        NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL,
    UNIQUE (restaurant_id, id)
);

-- One person has many ids: a phone, a hidden WhatsApp id.
CREATE TABLE person_ids (
    restaurant_id uuid NOT NULL,
    person_id     uuid NOT NULL,
    value         text NOT NULL,
    PRIMARY KEY (restaurant_id, value),
    FOREIGN KEY (restaurant_id, person_id) REFERENCES people (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE managers (
    id          uuid PRIMARY KEY,
    telegram_id bigint      NOT NULL UNIQUE,
    name        text        NOT NULL DEFAULT '',
    role        text        NOT NULL CHECK (role IN ('owner', 'manager', 'viewer')),
    active      boolean     NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL
);

CREATE TABLE chats (
    id              uuid PRIMARY KEY,
    restaurant_id   uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    channel         text        NOT NULL,
    vendor_chat_id  text        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('direct', 'group', 'other')),
    title           text        NOT NULL DEFAULT '',
    watermark       bigint      NOT NULL DEFAULT 0, -- raised by every client or phone message, edit and delete
    handled         bigint      NOT NULL DEFAULT 0, -- client messages up to here are answered, discarded or need no answer
    last_inbound_at timestamptz,                    -- when the newest of them reached us: the burst window counts from here
    busy_since      timestamptz,                    -- a turn is due or under way
    lease_token     uuid,                           -- whoever holds it may write this chat's turn
    lease_until     timestamptz,
    swept_at        timestamptz,                    -- when the sweeper last woke it
    taken_by        uuid REFERENCES managers,       -- a manager writes here himself until
    taken_until     timestamptz,
    created_at      timestamptz NOT NULL,
    UNIQUE (channel, vendor_chat_id),
    UNIQUE (restaurant_id, id)
);
CREATE INDEX chats_busy ON chats (busy_since) WHERE busy_since IS NOT NULL;

CREATE TABLE messages (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    chat_id       uuid        NOT NULL,
    channel       text        NOT NULL,
    vendor_id     text        NOT NULL,
    author        text        NOT NULL CHECK (author IN ('client', 'phone', 'marketa')),
    person_id     uuid,
    author_name   text        NOT NULL DEFAULT '',
    kind          text        NOT NULL,
    body          text        NOT NULL,
    body_hash     bytea       NOT NULL,
    quoted_id     text,
    version       int         NOT NULL DEFAULT 1, -- 2 and up: the client has edited it
    seq           bigint      NOT NULL,           -- the chat's watermark that this message (or its last edit) raised it to
    sent_at       timestamptz NOT NULL,           -- the vendor's time, whole seconds
    received_at   timestamptz NOT NULL,
    edited_at     timestamptz,                    -- the vendor's time of the newest edit; an older one that comes late does not count
    deleted_at    timestamptz,
    UNIQUE (channel, vendor_id),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX messages_of ON messages (chat_id, sent_at, id);
CREATE INDEX messages_unhandled ON messages (chat_id, seq) WHERE author = 'client';

-- Messages that were removed before they came, by removals that name no chat: when they come, they come deleted.
CREATE TABLE removals (
    channel   text        NOT NULL,
    vendor_id text        NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (channel, vendor_id)
);

-- What vendors sent us, as it came. Kept also when it could not be read.
CREATE TABLE raw_webhooks (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source      text        NOT NULL,
    readable    boolean     NOT NULL,
    body        bytea       NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX raw_webhooks_at ON raw_webhooks (received_at);

-- Statuses as they came; the furthest one counts, whatever their order.
CREATE TABLE receipts (
    channel   text        NOT NULL,
    vendor_id text        NOT NULL,
    status    text        NOT NULL,
    viewer    text        NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    PRIMARY KEY (channel, vendor_id, status, viewer)
);

CREATE TABLE turns (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    chat_id       uuid        NOT NULL,
    watermark     bigint      NOT NULL,
    redo_of       uuid,                 -- the approval whose redo asked for this turn
    status        text        NOT NULL CHECK (status IN ('running', 'drafted', 'silent', 'plain', 'superseded')),
    why           text        NOT NULL DEFAULT '',
    attempts      int         NOT NULL DEFAULT 1,
    started_at    timestamptz NOT NULL,
    finished_at   timestamptz,
    UNIQUE (restaurant_id, id),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX turns_of ON turns (chat_id, started_at);
CREATE UNIQUE INDEX one_running_turn ON turns (chat_id) WHERE status = 'running';

-- One small row per finished step; never the whole state again.
CREATE TABLE steps (
    turn_id       uuid        NOT NULL,
    n             int         NOT NULL,
    restaurant_id uuid        NOT NULL,
    node          text        NOT NULL,
    delta         jsonb       NOT NULL,
    at            timestamptz NOT NULL,
    PRIMARY KEY (turn_id, n),
    FOREIGN KEY (restaurant_id, turn_id) REFERENCES turns (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE TABLE tool_calls (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    turn_id       uuid        NOT NULL,
    call_id       text        NOT NULL, -- the model's own name of the call, as saved in its step
    tool          text        NOT NULL,
    args          jsonb       NOT NULL,
    origins       jsonb       NOT NULL DEFAULT '{}',
    result        text,
    proposal      jsonb,
    intent_at     timestamptz NOT NULL,
    done_at       timestamptz,
    UNIQUE (turn_id, call_id),
    FOREIGN KEY (restaurant_id, turn_id) REFERENCES turns (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE TABLE llm_calls (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    turn_id       uuid,
    task          text        NOT NULL,
    provider      text        NOT NULL,
    model         text        NOT NULL,
    outcome       text        NOT NULL,
    input_tokens  int         NOT NULL DEFAULT 0,
    output_tokens int         NOT NULL DEFAULT 0,
    cost_micros   bigint      NOT NULL DEFAULT 0, -- millionths of a US dollar
    latency_ms    int         NOT NULL DEFAULT 0,
    at            timestamptz NOT NULL
);
CREATE INDEX llm_calls_of ON llm_calls (restaurant_id, at);

-- A text that somebody may send. Empty text: the models were down or a manager writes himself; it cannot be sent as it is.
CREATE TABLE drafts (
    id             uuid PRIMARY KEY,
    restaurant_id  uuid        NOT NULL,
    chat_id        uuid        NOT NULL,
    turn_id        uuid,
    author         text        NOT NULL CHECK (author IN ('model', 'manager', 'none')),
    text           text        NOT NULL,
    text_hash      bytea       NOT NULL CHECK (text_hash = sha256(convert_to(text, 'UTF8'))),
    notes          jsonb       NOT NULL DEFAULT '{}', -- why, questions to managers, evidence: what the card shows beside the text
    watermark      bigint      NOT NULL,
    policy_version text        NOT NULL,
    created_at     timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    UNIQUE (id, chat_id, text_hash),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE TABLE approvals (
    id             uuid PRIMARY KEY,
    restaurant_id  uuid        NOT NULL,
    chat_id        uuid        NOT NULL,
    draft_id       uuid        NOT NULL,
    text_hash      bytea       NOT NULL,
    watermark      bigint      NOT NULL,
    from_watermark bigint      NOT NULL, -- chats.handled when it was held: the card shows what came after that
    state          text        NOT NULL DEFAULT 'pending'
                   CHECK (state IN ('pending', 'sent', 'edited', 'redone', 'discarded', 'taken_over', 'superseded')),
    hint           text        NOT NULL DEFAULT '', -- of a redo
    reason         text        NOT NULL DEFAULT '', -- of a superseded one
    created_at     timestamptz NOT NULL,
    decided_by     uuid REFERENCES managers,
    decided_at     timestamptz,
    released       boolean     NOT NULL GENERATED ALWAYS AS (state IN ('sent', 'edited')) STORED,
    UNIQUE (restaurant_id, id),
    UNIQUE (id, chat_id, text_hash, released),
    CHECK ((state IN ('pending', 'superseded')) = (decided_by IS NULL)),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
    FOREIGN KEY (draft_id, chat_id, text_hash) REFERENCES drafts (id, chat_id, text_hash) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX one_pending_approval ON approvals (chat_id) WHERE state = 'pending';
CREATE INDEX drafts_of ON drafts (chat_id, created_at);
CREATE INDEX approvals_of ON approvals (chat_id, created_at);

-- What an agent proposes to do. Nothing happens until the approval that holds it is decided.
CREATE TABLE proposals (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    approval_id   uuid        NOT NULL,
    kind          text        NOT NULL,
    payload       jsonb       NOT NULL,
    show          text        NOT NULL, -- one plain line for the card
    created_at    timestamptz NOT NULL,
    done_at       timestamptz,
    UNIQUE (restaurant_id, id),
    FOREIGN KEY (restaurant_id, approval_id) REFERENCES approvals (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX proposals_of ON proposals (approval_id);
ALTER TABLE facts ADD FOREIGN KEY (restaurant_id, proposal_id) REFERENCES proposals (restaurant_id, id) ON UPDATE CASCADE;

-- What may leave. The key to approvals names exactly this text in exactly this chat, released by a manager.
CREATE TABLE outbound (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    chat_id       uuid        NOT NULL,
    approval_id   uuid        NOT NULL UNIQUE,
    text          text        NOT NULL CHECK (text <> ''),
    text_hash     bytea       NOT NULL CONSTRAINT outbound_hash CHECK (text_hash = sha256(convert_to(text, 'UTF8'))),
    watermark     bigint      NOT NULL,
    released      boolean     NOT NULL DEFAULT true CHECK (released),
    created_at    timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    UNIQUE (id, chat_id, text_hash),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT outbound_approved FOREIGN KEY (approval_id, chat_id, text_hash, released) REFERENCES approvals (id, chat_id, text_hash, released)
);
CREATE INDEX outbound_of ON outbound (chat_id, created_at);

CREATE TABLE deliveries (
    id              uuid PRIMARY KEY,
    restaurant_id   uuid        NOT NULL,
    outbound_id     uuid        NOT NULL UNIQUE,
    chat_id         uuid        NOT NULL,
    text_hash       bytea       NOT NULL,
    state           text        NOT NULL DEFAULT 'pending'
                    CHECK (state IN ('pending', 'intended', 'known', 'unknown', 'asked', 'failed', 'withdrawn')),
    attempts        int         NOT NULL DEFAULT 0, -- vendor calls begun
    looks           int         NOT NULL DEFAULT 0, -- times the history was read for it since the last attempt
    answered        boolean     NOT NULL DEFAULT false, -- the last attempt got an answer, if only an error
    intent_at       timestamptz,
    known_at        timestamptz,
    vendor_id       text,
    echo_id         text,                           -- a second id under which the vendor echoed it
    reason          text        NOT NULL DEFAULT '', -- plain words for the card
    next_at         timestamptz,                     -- when to look again; null: nothing to do
    lease_token     uuid,
    lease_until     timestamptz,
    swept_at        timestamptz,
    release_at      timestamptz,                     -- when to carry out what its approval releases beside it; null: done
    UNIQUE (restaurant_id, id),
    FOREIGN KEY (restaurant_id, outbound_id) REFERENCES outbound (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
    FOREIGN KEY (outbound_id, chat_id, text_hash) REFERENCES outbound (id, chat_id, text_hash)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_releasing ON deliveries (release_at) WHERE release_at IS NOT NULL;
CREATE INDEX deliveries_open ON deliveries (chat_id, text_hash);
CREATE INDEX deliveries_vendor ON deliveries (vendor_id);
CREATE INDEX deliveries_echo ON deliveries (echo_id) WHERE echo_id IS NOT NULL;

-- An approval as managers see it. rev rises with every change; a card that shows an older rev is redrawn.
CREATE TABLE views (
    approval_id   uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    rev           bigint      NOT NULL DEFAULT 1,
    shown         bigint      NOT NULL DEFAULT 0,
    failures      int         NOT NULL DEFAULT 0, -- drawings in a row that Telegram did not take
    remind_at     timestamptz,
    next_at       timestamptz, -- when to draw it (again)
    lease_token   uuid,
    lease_until   timestamptz,
    swept_at      timestamptz,
    FOREIGN KEY (restaurant_id, approval_id) REFERENCES approvals (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX views_due ON views (next_at) WHERE next_at IS NOT NULL;

-- The copies of a view in Telegram.
CREATE TABLE cards (
    approval_id uuid   NOT NULL REFERENCES approvals ON DELETE CASCADE,
    tg_chat_id  bigint NOT NULL,
    message_id  bigint NOT NULL,
    shown_hash  bytea  NOT NULL DEFAULT '', -- of what it shows, to spare edits that change nothing
    posted_at   timestamptz NOT NULL,
    PRIMARY KEY (tg_chat_id, message_id)
);
CREATE INDEX cards_of ON cards (approval_id);

-- One-off messages and toasts to managers.
CREATE TABLE notices (
    id          uuid PRIMARY KEY,
    tg_chat_id  bigint,               -- null: wherever the managers are
    callback_id text,                 -- set: a toast that answers this press
    kind        text        NOT NULL, -- reply, ask, alert, toast
    html        text        NOT NULL,
    reply_to    bigint,
    ask_id      uuid,                 -- the question it puts; the answer comes as a reply to it
    dedup       text UNIQUE,          -- one per cause and period
    created_at  timestamptz NOT NULL,
    sent_at     timestamptz,
    message_id  bigint,
    attempts    int         NOT NULL DEFAULT 0,
    next_at     timestamptz,
    lease_until timestamptz,
    swept_at    timestamptz
);
CREATE INDEX notices_due ON notices (next_at) WHERE next_at IS NOT NULL;

-- A question to one manager whose answer is still open (the new text, the hint of a redo).
CREATE TABLE asks (
    id          uuid PRIMARY KEY,
    manager_id  uuid        NOT NULL REFERENCES managers,
    tg_chat_id  bigint      NOT NULL,
    approval_id uuid        NOT NULL REFERENCES approvals ON DELETE CASCADE,
    kind        text        NOT NULL CHECK (kind IN ('edit', 'redo')),
    message_id  bigint,               -- of the question in Telegram, once it is sent
    asked_at    timestamptz NOT NULL,
    answered_at timestamptz
);
CREATE INDEX asks_at ON asks (tg_chat_id, message_id);
CREATE UNIQUE INDEX one_open_ask ON asks (manager_id, tg_chat_id) WHERE answered_at IS NULL;

-- What Telegram sent us, unique by its id; handled once.
CREATE TABLE updates (
    update_id   bigint PRIMARY KEY,
    body        bytea       NOT NULL,
    received_at timestamptz NOT NULL,
    handled_at  timestamptz,
    attempts    int         NOT NULL DEFAULT 0,
    next_at     timestamptz
);
CREATE INDEX updates_due ON updates (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE stage_events (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON DELETE CASCADE,
    event         text        NOT NULL,
    from_stage    text        NOT NULL,
    to_stage      text        NOT NULL,
    cause         text        NOT NULL,
    at            timestamptz NOT NULL
);
CREATE INDEX stage_events_of ON stage_events (restaurant_id, at);

-- Who did what. Written in the transaction of the change, never changed.
CREATE TABLE audit (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    restaurant_id uuid,
    actor         text        NOT NULL, -- manager:<id>, system, stranger:<telegram id>
    action        text        NOT NULL,
    object        text        NOT NULL DEFAULT '',
    detail        jsonb       NOT NULL DEFAULT '{}',
    at            timestamptz NOT NULL
);
CREATE INDEX audit_of ON audit (restaurant_id, at);
