-- +goose Up
-- Three roles, one door each, and a fourth that nobody can take: the gate, which owns the functions of 0003_gate.sql.
-- Roles belong to the whole server, so that they may be there already.

-- +goose StatementBegin
DO $$
DECLARE r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['marketa_app', 'marketa_ingest', 'marketa_desk', 'marketa_gate'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', r);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of this server was faster
        END;
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', r);
    END LOOP;
    -- The login may take the three, but must not have their rights without taking them: it is a member of a role in between
    -- that does not inherit.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'marketa_door') THEN
        BEGIN
            CREATE ROLE marketa_door NOLOGIN NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
    FOREACH r IN ARRAY ARRAY['marketa_app', 'marketa_ingest', 'marketa_desk'] LOOP
        IF NOT pg_has_role('marketa_door', r, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO marketa_door', r);
        END IF;
    END LOOP;
    EXECUTE 'GRANT marketa_door TO CURRENT_USER';
    -- Before PostgreSQL 15 everybody might create things here, and with them shadow what the gate's functions name.
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM PUBLIC';
    IF has_schema_privilege('marketa_desk', 'public', 'CREATE') THEN
        RAISE EXCEPTION 'everybody may create objects in the schema public' USING ERRCODE = '42501';
    END IF;
END $$;
-- +goose StatementEnd

-- Row-level security on everything that belongs to a restaurant; forced, so that it binds the owner too.
-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['facts', 'people', 'person_ids', 'chats', 'messages', 'turns', 'steps', 'tool_calls', 'llm_calls',
        'drafts', 'approvals', 'proposals', 'outbound', 'deliveries', 'views', 'stage_events', 'restaurants', 'audit'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (%s = %s) WITH CHECK (%2$s = %3$s)',
            t, CASE t WHEN 'restaurants' THEN 'id' ELSE 'restaurant_id' END, mine);
        EXECUTE format('CREATE POLICY desk ON %I TO marketa_desk USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY gate ON %I TO marketa_gate USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['restaurants', 'people', 'person_ids', 'chats', 'messages', 'deliveries', 'outbound'] LOOP
        EXECUTE format('CREATE POLICY ingest ON %I TO marketa_ingest USING (true) WITH CHECK (true)', t);
    END LOOP;
    -- Tables without a restaurant: closed to the login itself, open to the roles that are granted them.
    FOREACH t IN ARRAY ARRAY['managers', 'raw_webhooks', 'removals', 'cards', 'notices', 'asks', 'updates'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY roles ON %I TO marketa_app, marketa_ingest, marketa_desk, marketa_gate USING (true) WITH CHECK (true)', t);
    END LOOP;
    -- Statuses have no restaurant of their own: the app sees those of its own deliveries.
    EXECUTE 'ALTER TABLE receipts ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE receipts FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY roles ON receipts TO marketa_ingest, marketa_desk USING (true) WITH CHECK (true)';
    EXECUTE 'CREATE POLICY own ON receipts FOR SELECT TO marketa_app USING (EXISTS (SELECT FROM deliveries x JOIN chats c ON c.id = x.chat_id
        WHERE c.channel = receipts.channel AND receipts.vendor_id IN (x.vendor_id, x.echo_id)))';
    -- The app may only hold an approval, never decide one; it speaks for nobody but the model and this system.
    EXECUTE 'CREATE POLICY only_models ON drafts AS RESTRICTIVE FOR INSERT TO marketa_app WITH CHECK (author <> ''manager'')';
    EXECUTE 'CREATE POLICY only_ours ON messages AS RESTRICTIVE FOR INSERT TO marketa_app WITH CHECK (author = ''marketa'')';
    EXECUTE 'CREATE POLICY only_pending ON approvals AS RESTRICTIVE FOR INSERT TO marketa_app WITH CHECK (state = ''pending'' AND decided_by IS NULL)';
END $$;
-- +goose StatementEnd

-- The app: agent, tools, jobs. No UPDATE or DELETE on approvals, no INSERT on outbound or deliveries.
GRANT SELECT ON restaurants, facts, people, person_ids, chats, messages, turns, steps, tool_calls, llm_calls, drafts, approvals,
    proposals, outbound, deliveries, views, stage_events, receipts TO marketa_app;
GRANT INSERT ON facts, messages, turns, steps, tool_calls, llm_calls, drafts, approvals, proposals, views, stage_events, audit, notices TO marketa_app;
GRANT SELECT (id, dedup) ON notices TO marketa_app;
GRANT UPDATE (stage, name, zone) ON restaurants TO marketa_app;
GRANT UPDATE (busy_since, lease_token, lease_until, handled) ON chats TO marketa_app;
GRANT UPDATE (status, why, attempts, finished_at) ON turns TO marketa_app;
GRANT UPDATE (result, proposal, done_at) ON tool_calls TO marketa_app;
GRANT UPDATE (done_at) ON proposals TO marketa_app;
GRANT UPDATE (state, attempts, looks, answered, intent_at, known_at, vendor_id, echo_id, reason, next_at, lease_token, lease_until, release_at) ON deliveries TO marketa_app;
GRANT UPDATE (rev, next_at, remind_at) ON views TO marketa_app;

-- Ingest: many restaurants in one statement, reads no text.
GRANT SELECT (id, restaurant_id, channel, vendor_chat_id, kind, title, watermark, handled, busy_since, last_inbound_at) ON chats TO marketa_ingest;
GRANT INSERT ON restaurants, people, person_ids, chats, messages, raw_webhooks, receipts, updates, notices TO marketa_ingest;
GRANT UPDATE (watermark, handled, last_inbound_at, busy_since, title) ON chats TO marketa_ingest;
GRANT SELECT (id) ON restaurants TO marketa_ingest;
GRANT SELECT (id, restaurant_id) ON people TO marketa_ingest;
GRANT SELECT ON person_ids TO marketa_ingest;
GRANT SELECT (id, chat_id, channel, vendor_id, author, body_hash, version, edited_at, deleted_at) ON messages TO marketa_ingest;
GRANT UPDATE (body, body_hash, version, seq, edited_at, deleted_at) ON messages TO marketa_ingest;
GRANT SELECT, INSERT ON removals TO marketa_ingest;
GRANT SELECT (id, restaurant_id, chat_id, text_hash, state, vendor_id, echo_id, intent_at, known_at), UPDATE (state, vendor_id, echo_id, known_at, next_at) ON deliveries TO marketa_ingest;
GRANT SELECT (channel, vendor_id, status, viewer) ON receipts TO marketa_ingest;
GRANT SELECT (update_id) ON updates TO marketa_ingest;
GRANT SELECT (id, dedup) ON notices TO marketa_ingest;

-- The desk: managers' lists, presses, sweepers.
GRANT SELECT ON restaurants, facts, people, chats, messages, turns, tool_calls, drafts, approvals, proposals, outbound, deliveries, views, receipts,
    managers, cards, notices, asks, updates, stage_events, llm_calls, audit TO marketa_desk;
GRANT INSERT ON managers, cards, notices, asks, audit TO marketa_desk;
GRANT UPDATE ON managers, cards, notices, asks, updates TO marketa_desk;
GRANT DELETE ON cards TO marketa_desk;
GRANT UPDATE (swept_at, lease_token, lease_until) ON chats TO marketa_desk;
GRANT UPDATE (rev, shown, failures, remind_at, next_at, lease_token, lease_until, swept_at) ON views TO marketa_desk;
GRANT UPDATE (state, next_at, reason, attempts, looks, release_at, swept_at) ON deliveries TO marketa_desk;

-- Jobs are enqueued in the transaction that makes the work true, by whichever role that is.
-- +goose StatementBegin
DO $$
DECLARE r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['marketa_app', 'marketa_ingest', 'marketa_desk'] LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON river_job TO %I', r);
        EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', r);
        EXECUTE format('GRANT SELECT ON river_queue TO %I', r);
    END LOOP;
END $$;
-- +goose StatementEnd
