-- +goose Up
-- Alerts: what managers must hear about the service itself. One row per cause while it is open; what happens again raises the
-- count of that row, whom it touches stands beside it, and it ends when its cause is gone.

CREATE TABLE alerts (
    id          uuid PRIMARY KEY,
    cause       text        NOT NULL CHECK (cause <> ''),
    text        text        NOT NULL,                -- plain words: what happened, and what to do
    stays       boolean     NOT NULL,                -- open until it is cleared; else over when it has not happened for an hour
    count       int         NOT NULL DEFAULT 1,
    first_at    timestamptz NOT NULL,
    last_at     timestamptz NOT NULL,
    cleared_at  timestamptz,
    cleared     text        NOT NULL DEFAULT '',     -- plain words: how it ended
    ring_at     timestamptz,                         -- when to post it (again) as a message that rings, if it is open then
    drawn_at    timestamptz,                         -- when its messages were last brought up to date
    rev         bigint      NOT NULL DEFAULT 1,
    next_at     timestamptz,                         -- when to look at its messages again
    lease_until timestamptz,
    swept_at    timestamptz
);
CREATE UNIQUE INDEX one_open_alert ON alerts (cause) WHERE cleared_at IS NULL;
CREATE INDEX alerts_due ON alerts (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX alerts_of ON alerts (cause, cleared_at);
CREATE INDEX alerts_at ON alerts (last_at);

-- Whom an alert touches: twenty chats are one alert.
CREATE TABLE alert_subjects (
    alert_id uuid        NOT NULL REFERENCES alerts ON DELETE CASCADE,
    key      text        NOT NULL, -- an id of ours
    who      text        NOT NULL, -- as managers know it
    at       timestamptz NOT NULL,
    PRIMARY KEY (alert_id, key)
);

-- The messages that show it in Telegram.
CREATE TABLE alert_copies (
    alert_id   uuid        NOT NULL REFERENCES alerts ON DELETE CASCADE,
    tg_chat_id bigint      NOT NULL,
    message_id bigint      NOT NULL,
    shown_hash bytea       NOT NULL,
    posted_at  timestamptz NOT NULL,
    PRIMARY KEY (tg_chat_id, message_id)
);
CREATE INDEX alert_copies_of ON alert_copies (alert_id);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['alerts', 'alert_subjects', 'alert_copies'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY roles ON %I TO marketa_app, marketa_ingest, marketa_desk USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd

-- An alert may name clients of any restaurant: the app and ingest may raise and clear one, but not read what it says.
GRANT INSERT ON alerts, alert_subjects TO marketa_app, marketa_ingest, marketa_desk;
GRANT SELECT (id, cause, stays, count, first_at, last_at, cleared_at, drawn_at, next_at, rev), UPDATE ON alerts TO marketa_app, marketa_ingest;
GRANT SELECT (alert_id, key), DELETE ON alert_subjects TO marketa_app, marketa_ingest;
GRANT SELECT (alert_id) ON alert_copies TO marketa_app, marketa_ingest;
GRANT SELECT, UPDATE ON alerts TO marketa_desk;
GRANT SELECT, UPDATE, DELETE ON alert_subjects TO marketa_desk;
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_copies TO marketa_desk;

-- raise_alert opens an alert, or counts one more on the open one. p_again false says that the state is only still so: nothing
-- is counted. It returns the alert, and whether its messages are to be looked at right now.
-- +goose StatementBegin
CREATE FUNCTION raise_alert(p_id uuid, p_cause text, p_text text, p_stays boolean, p_key text, p_who text, p_again boolean, p_now timestamptz,
    OUT alert uuid, OUT due boolean)
LANGUAGE plpgsql AS $$
DECLARE a record; fresh boolean;
BEGIN
    FOR attempt IN 1..3 LOOP
        due := false; fresh := false;
        SELECT id, last_at, stays INTO a FROM alerts WHERE cause = p_cause AND cleared_at IS NULL FOR UPDATE;
        IF a.id IS NOT NULL AND NOT a.stays AND a.last_at < p_now - interval '1 hour' THEN
            UPDATE alerts SET cleared_at = p_now, next_at = NULL WHERE id = a.id; -- that one was over long ago
            a.id := NULL;
        ELSIF a.id IS NULL AND p_stays THEN
            -- Back after a moment: it was never really over.
            SELECT id INTO a FROM alerts WHERE cause = p_cause AND cleared_at > p_now - interval '5 minutes' ORDER BY cleared_at DESC LIMIT 1 FOR UPDATE;
            IF a.id IS NOT NULL THEN
                UPDATE alerts SET cleared_at = NULL, cleared = '', ring_at = p_now + interval '5 minutes' WHERE id = a.id;
                due := true;
            END IF;
        END IF;
        IF a.id IS NULL THEN
            INSERT INTO alerts (id, cause, text, stays, first_at, last_at, ring_at, next_at)
                VALUES (p_id, p_cause, p_text, p_stays, p_now, p_now, p_now,
                    -- What befalls several comes to them at the same moment, nearly: they are told together.
                    CASE WHEN p_key = '' THEN p_now ELSE p_now + interval '2 seconds' END) ON CONFLICT DO NOTHING;
            CONTINUE WHEN NOT FOUND; -- another worker was faster
            alert := p_id; due := p_key = ''; fresh := true;
        ELSE
            alert := a.id;
        END IF;
        IF p_key <> '' THEN
            INSERT INTO alert_subjects (alert_id, key, who, at) VALUES (alert, p_key, p_who, p_now) ON CONFLICT DO NOTHING;
            IF FOUND AND NOT fresh AND NOT p_again THEN
                UPDATE alerts SET rev = rev + 1, next_at = least(coalesce(next_at, 'infinity'), greatest(p_now, coalesce(drawn_at, p_now) + interval '3 minutes')) WHERE id = alert;
            END IF;
        END IF;
        IF NOT fresh AND (p_again OR due) THEN
            -- One edit every few minutes at most: Telegram's allowance is small.
            UPDATE alerts SET count = count + 1, last_at = p_now, text = p_text, rev = rev + 1,
                next_at = CASE WHEN due THEN p_now ELSE least(coalesce(next_at, 'infinity'), greatest(p_now, coalesce(drawn_at, p_now) + interval '3 minutes')) END
                WHERE id = alert;
        END IF;
        RETURN;
    END LOOP;
END $$;
-- +goose StatementEnd

-- clear_alert ends an alert; with p_key only for that one subject, and as a whole when nobody is left. told says that it was
-- shown to somebody, long that it had been open for more than ten minutes.
-- +goose StatementBegin
CREATE FUNCTION clear_alert(p_cause text, p_key text, p_how text, p_now timestamptz, OUT alert uuid, OUT told boolean, OUT long boolean)
LANGUAGE plpgsql AS $$
DECLARE a record;
BEGIN
    SELECT id, first_at INTO a FROM alerts WHERE cause = p_cause AND cleared_at IS NULL FOR UPDATE;
    IF a.id IS NULL THEN RETURN; END IF;
    IF p_key <> '' THEN
        DELETE FROM alert_subjects WHERE alert_id = a.id AND key = p_key;
        IF EXISTS (SELECT FROM alert_subjects WHERE alert_id = a.id) THEN RETURN; END IF;
    END IF;
    UPDATE alerts SET cleared_at = p_now, cleared = p_how, ring_at = NULL, next_at = p_now, rev = rev + 1 WHERE id = a.id;
    alert := a.id; long := a.first_at < p_now - interval '10 minutes';
    told := EXISTS (SELECT FROM alert_copies WHERE alert_id = a.id);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION raise_alert, clear_alert FROM PUBLIC;
GRANT EXECUTE ON FUNCTION raise_alert, clear_alert TO marketa_app, marketa_ingest, marketa_desk;
