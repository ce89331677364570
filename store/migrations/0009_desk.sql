-- +goose Up
-- What managers ask the bot in plain words: turns of their own, beside those of the clients' chats. They belong to a manager
-- and may speak of several restaurants, so that only the desk's role sees them; what is read of a restaurant meanwhile is
-- read under that restaurant's own row-level security.

CREATE TABLE desk_turns (
    id          uuid PRIMARY KEY,
    source      text        NOT NULL UNIQUE, -- what asked for it, once: m<chat>-<message>, or p<pick>
    manager_id  uuid        NOT NULL REFERENCES managers,
    tg_chat_id  bigint      NOT NULL,
    thread_id   bigint      NOT NULL DEFAULT 0, -- the topic, where there is one
    message_id  bigint      NOT NULL,
    words       text        NOT NULL,
    bound       uuid REFERENCES restaurants ON DELETE SET NULL, -- the topic's restaurant
    picks       jsonb       NOT NULL DEFAULT '[]',              -- whom the manager has chosen among those of one name
    about       uuid[]      NOT NULL DEFAULT '{}',              -- the restaurants whose data was read in it
    status      text        NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'answered', 'asked', 'failed')),
    answer      text        NOT NULL DEFAULT '',
    remarks     jsonb       NOT NULL DEFAULT '[]', -- lines of ours beside the answer
    progress    text        NOT NULL DEFAULT '',
    attempts    int         NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    next_at     timestamptz, -- when to work on it (again); null: it is over
    lease_token uuid,
    lease_until timestamptz,
    swept_at    timestamptz
);
CREATE INDEX desk_turns_due ON desk_turns (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX desk_turns_of ON desk_turns (manager_id, tg_chat_id, started_at);

CREATE TABLE desk_steps (
    turn_id uuid        NOT NULL REFERENCES desk_turns ON DELETE CASCADE,
    n       int         NOT NULL,
    node    text        NOT NULL,
    delta   jsonb       NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (turn_id, n)
);

CREATE TABLE desk_calls (
    id        uuid PRIMARY KEY,
    turn_id   uuid        NOT NULL REFERENCES desk_turns ON DELETE CASCADE,
    call_id   text        NOT NULL,
    tool      text        NOT NULL,
    args      jsonb       NOT NULL,
    origins   jsonb       NOT NULL DEFAULT '{}',
    result    text,
    proposal  jsonb,
    seen      jsonb       NOT NULL DEFAULT '{}', -- which restaurants it named or read, and whether a client's words came along
    intent_at timestamptz NOT NULL,
    done_at   timestamptz,
    UNIQUE (turn_id, call_id)
);

-- A turn as its manager sees it: one message, first what is being done, then the answer with its buttons.
CREATE TABLE desk_posts (
    turn_id     uuid PRIMARY KEY REFERENCES desk_turns ON DELETE CASCADE,
    rev         bigint NOT NULL DEFAULT 1,
    shown       bigint NOT NULL DEFAULT 0,
    failures    int    NOT NULL DEFAULT 0,
    message_id  bigint,
    next_at     timestamptz,
    lease_token uuid,
    lease_until timestamptz,
    swept_at    timestamptz
);
CREATE INDEX desk_posts_due ON desk_posts (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX desk_posts_at ON desk_posts (message_id) WHERE message_id IS NOT NULL;

-- "Which Anna?": one row for each button.
CREATE TABLE desk_picks (
    id            uuid PRIMARY KEY,
    turn_id       uuid NOT NULL REFERENCES desk_turns ON DELETE CASCADE,
    name          text NOT NULL, -- as the manager has said it
    label         text NOT NULL,
    restaurant_id uuid NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    chat_id       uuid, -- null: the restaurant itself is meant
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX desk_picks_of ON desk_picks (turn_id);

-- An effect that a manager has asked for in plain words. Nothing happens until somebody taps Confirm.
CREATE TABLE confirms (
    id            uuid PRIMARY KEY,
    turn_id       uuid        NOT NULL REFERENCES desk_turns ON DELETE CASCADE,
    manager_id    uuid        NOT NULL REFERENCES managers,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    kind          text        NOT NULL,
    payload       jsonb       NOT NULL,
    show          text        NOT NULL,
    notes         jsonb       NOT NULL DEFAULT '[]', -- what to look at before confirming
    state         text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'refused', 'cancelled', 'expired')),
    outcome       text        NOT NULL DEFAULT '',   -- why it was refused
    created_at    timestamptz NOT NULL,
    next_at       timestamptz,                       -- when it expires
    decided_by    uuid REFERENCES managers,
    decided_at    timestamptz,
    CHECK ((state IN ('pending', 'expired')) = (decided_by IS NULL))
);
CREATE INDEX confirms_of ON confirms (turn_id);
CREATE INDEX confirms_due ON confirms (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE reminders (
    id            uuid PRIMARY KEY,
    turn_id       uuid        NOT NULL REFERENCES desk_turns ON DELETE CASCADE,
    manager_id    uuid        NOT NULL REFERENCES managers,
    restaurant_id uuid REFERENCES restaurants ON UPDATE CASCADE ON DELETE SET NULL,
    words         text        NOT NULL,
    zone          text        NOT NULL,
    due_at        timestamptz NOT NULL,
    state         text        NOT NULL DEFAULT 'set' CHECK (state IN ('set', 'told', 'undone')),
    created_at    timestamptz NOT NULL,
    next_at       timestamptz,
    lease_until   timestamptz,
    swept_at      timestamptz
);
CREATE INDEX reminders_of ON reminders (turn_id);
CREATE INDEX reminders_due ON reminders (next_at) WHERE next_at IS NOT NULL;

-- What a manager's question costs belongs to no restaurant.
ALTER TABLE llm_calls ALTER COLUMN restaurant_id DROP NOT NULL;
GRANT INSERT ON llm_calls TO marketa_desk;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['desk_turns', 'desk_steps', 'desk_calls', 'desk_posts', 'desk_picks', 'confirms', 'reminders'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY desk ON %I TO marketa_desk USING (true) WITH CHECK (true)', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO marketa_desk', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['desk_picks', 'confirms', 'reminders'] LOOP
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (%s) WITH CHECK (%2$s)', t, 'restaurant_id = nullif(current_setting(''app.restaurant_id'', true), '''')::uuid');
    END LOOP;
    EXECUTE 'CREATE POLICY gate ON desk_turns FOR SELECT TO marketa_gate USING (true)';
END $$;
-- +goose StatementEnd
GRANT UPDATE (about, status, answer, remarks, progress, attempts, finished_at, next_at, lease_token, lease_until, swept_at) ON desk_turns TO marketa_desk;
GRANT UPDATE (result, proposal, seen, done_at) ON desk_calls TO marketa_desk;
GRANT UPDATE ON desk_posts TO marketa_desk;
GRANT UPDATE (state, outcome, next_at, decided_by, decided_at) ON confirms TO marketa_desk;
GRANT UPDATE (state, next_at, lease_until, swept_at) ON reminders TO marketa_desk;
GRANT SELECT (id) ON desk_turns TO marketa_gate;

-- reopen gives the client's own words back to the bot when a message that a manager had asked for is discarded: that says
-- nothing about what the client has written. It only ever makes work for a draft.
-- +goose StatementBegin
CREATE FUNCTION reopen(p_approval uuid, p_now timestamptz, OUT chat uuid, OUT restaurant uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
DECLARE a approvals;
BEGIN
    SELECT * INTO a FROM approvals WHERE id = p_approval AND state = 'discarded';
    IF NOT FOUND OR NOT EXISTS (SELECT FROM drafts d JOIN desk_turns t ON t.id = d.turn_id WHERE d.id = a.draft_id) THEN RETURN; END IF;
    PERFORM FROM chats WHERE id = a.chat_id FOR UPDATE;
    IF NOT EXISTS (SELECT FROM messages m WHERE m.chat_id = a.chat_id AND m.author = 'client' AND m.deleted_at IS NULL AND m.kind <> 'reaction'
        AND m.seq > a.from_watermark AND m.seq <= a.watermark) THEN RETURN; END IF;
    UPDATE chats SET handled = least(handled, a.from_watermark), busy_since = coalesce(busy_since, p_now) WHERE id = a.chat_id;
    chat := a.chat_id; restaurant := a.restaurant_id;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
    EXECUTE 'ALTER FUNCTION reopen OWNER TO marketa_gate';
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    EXECUTE 'SET LOCAL ROLE marketa_gate';
    EXECUTE 'REVOKE ALL ON FUNCTION reopen FROM PUBLIC';
    EXECUTE 'GRANT EXECUTE ON FUNCTION reopen TO marketa_desk';
    EXECUTE 'RESET ROLE';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
