-- +goose Up
-- Fixed texts: words that people wrote and an owner approved once, filled from records only. They may leave without a card, within
-- hours and budget, each with a kill switch. Besides decide() only send_fixed() inserts outbound rows.

-- The agency's own hours. One row.
CREATE TABLE office (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    zone       text    NOT NULL DEFAULT 'Europe/Rome',
    days       int[]   NOT NULL DEFAULT '{1,2,3,4,5}' CHECK (cardinality(days) > 0 AND days <@ '{1,2,3,4,5,6,7}'::int[]), -- 1 is Monday
    opens      time    NOT NULL DEFAULT '09:00',
    closes     time    NOT NULL DEFAULT '18:00' CHECK (closes > opens),
    stopped_at timestamptz,                     -- no fixed text leaves at all
    stopped_by uuid REFERENCES managers
);
INSERT INTO office DEFAULT VALUES;

CREATE TABLE fixed_texts (
    key            text PRIMARY KEY CHECK (key ~ '^[a-z_]{1,40}$'),
    title          text     NOT NULL,
    switched_on    boolean  NOT NULL DEFAULT false,
    switched_at    timestamptz,             -- null: nobody has ever switched it
    switched_by    uuid REFERENCES managers,
    office         text     NOT NULL CHECK (office IN ('closed', 'open', 'any')), -- when the agency is
    earliest       time     NOT NULL,       -- where the restaurant is
    latest         time     NOT NULL CHECK (latest > earliest),
    every          interval NOT NULL CHECK (every >= interval '1 hour'), -- at most once per chat
    per_chat       int      NOT NULL CHECK (per_chat BETWEEN 1 AND 3),   -- a day
    per_restaurant int      NOT NULL CHECK (per_restaurant BETWEEN 1 AND 50),
    per_day        int      NOT NULL CHECK (per_day BETWEEN 1 AND 1000)
);

-- The fields that a text may have. Each is filled from a record.
-- +goose StatementBegin
CREATE FUNCTION fixed_fields() RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '{first_name,restaurant,day,opens_at,closes_at}'::text[]
$$;
-- +goose StatementEnd

-- fixed_gaps are the fields of a template that are unknown or that the records leave empty; '{' stands for a brace that opens none.
-- +goose StatementBegin
CREATE FUNCTION fixed_gaps(p_template text, p_records jsonb) RETURNS text[] LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE gaps text[] := '{}'; f text;
BEGIN
    FOR f IN SELECT m[1] FROM regexp_matches(p_template, '\{([^{}]*)\}', 'g') m LOOP
        IF NOT f = ANY (public.fixed_fields()) OR btrim(coalesce(p_records ->> f, '')) = '' THEN gaps := gaps || f; END IF;
    END LOOP;
    IF regexp_replace(p_template, '\{[^{}]*\}', '', 'g') ~ '[{}]' THEN gaps := gaps || '{'::text; END IF;
    RETURN gaps;
END $$;
-- +goose StatementEnd

-- render_fixed is the text, or null where a field is unknown or empty. The same template and records give the same text, always.
-- +goose StatementBegin
CREATE FUNCTION render_fixed(p_template text, p_records jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE done text := ''; rest text := p_template; at int; stop int;
BEGIN
    IF p_template IS NULL OR p_records IS NULL OR cardinality(public.fixed_gaps(p_template, p_records)) > 0 THEN RETURN NULL; END IF;
    LOOP
        at := position('{' in rest);
        EXIT WHEN at = 0;
        stop := position('}' in rest);
        done := done || left(rest, at - 1) || (p_records ->> substr(rest, at + 1, stop - at - 1));
        rest := substr(rest, stop + 1);
    END LOOP;
    RETURN nullif(btrim(done || rest), '');
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION fixed_hash(p_key text, p_wordings jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(p_key || E'\n' || p_wordings::text, 'UTF8'))
$$;
-- +goose StatementEnd

-- Every wording that was ever proposed; a change is a new version. The hash is what an owner approves.
CREATE TABLE fixed_versions (
    id          uuid PRIMARY KEY,
    key         text        NOT NULL REFERENCES fixed_texts,
    version     int         NOT NULL CHECK (version > 0),
    wordings    jsonb       NOT NULL CHECK (jsonb_typeof(wordings) = 'object' AND wordings <> '{}'), -- language → template
    hash        bytea       NOT NULL CHECK (hash = fixed_hash(key, wordings)),
    proposed_by uuid REFERENCES managers, -- null: came with Marketa
    proposed_at timestamptz NOT NULL,
    UNIQUE (key, version),
    UNIQUE (id, key, hash)
);
CREATE TABLE fixed_approvals (
    version_id  uuid PRIMARY KEY,
    key         text        NOT NULL,
    hash        bytea       NOT NULL,
    approved_by uuid        NOT NULL REFERENCES managers,
    approved_at timestamptz NOT NULL,
    UNIQUE (version_id, key, hash),
    FOREIGN KEY (version_id, key, hash) REFERENCES fixed_versions (id, key, hash)
);

-- The kill switch of one restaurant: no fixed text goes to its chats.
CREATE TABLE fixed_stops (
    restaurant_id uuid PRIMARY KEY REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    stopped_by    uuid        NOT NULL REFERENCES managers,
    stopped_at    timestamptz NOT NULL
);

-- What was sent, and from what: its text is the rendering of an approved version with these records, and nothing else.
CREATE TABLE fixed_sends (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL,
    chat_id       uuid        NOT NULL,
    key           text        NOT NULL,
    version_id    uuid        NOT NULL,
    version_hash  bytea       NOT NULL CHECK (version_hash = fixed_hash(key, wordings)),
    wordings      jsonb       NOT NULL,
    language      text        NOT NULL,
    records       jsonb       NOT NULL,
    text_hash     bytea       NOT NULL CONSTRAINT fixed_rendered CHECK (text_hash IS NOT DISTINCT FROM sha256(convert_to(render_fixed(wordings ->> language, records), 'UTF8'))),
    created_at    timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    UNIQUE (id, chat_id, text_hash),
    FOREIGN KEY (restaurant_id, chat_id) REFERENCES chats (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fixed_approved FOREIGN KEY (version_id, key, version_hash) REFERENCES fixed_approvals (version_id, key, hash)
);
CREATE INDEX fixed_sends_of ON fixed_sends (chat_id, key, created_at);
CREATE INDEX fixed_sends_at ON fixed_sends (key, created_at);

-- The texts that come with Marketa. Nothing is on before an owner has approved it.
INSERT INTO fixed_texts (key, title, office, earliest, latest, every, per_chat, per_restaurant, per_day)
    VALUES ('out_of_hours', 'Out-of-hours note', 'closed', '00:00', '24:00', '12 hours', 1, 6, 60);
INSERT INTO fixed_versions (id, key, version, wordings, hash, proposed_at)
    SELECT gen_random_uuid(), key, 1, wordings, fixed_hash(key, wordings), now() FROM (VALUES ('out_of_hours', jsonb_build_object(
        'en', 'Thank you for your message. Our office is closed right now. We are back {day} at {opens_at} and will answer you.',
        'it', 'Grazie del messaggio. In questo momento il nostro ufficio è chiuso: torniamo {day} alle {opens_at} e ti rispondiamo.',
        'de', 'Danke für die Nachricht. Unser Büro ist gerade geschlossen. Wir sind {day} ab {opens_at} Uhr wieder da und antworten dann.',
        'es', 'Gracias por el mensaje. Ahora mismo nuestra oficina está cerrada: volvemos {day} a las {opens_at} y te contestamos.',
        'fr', 'Merci pour votre message. Notre bureau est fermé en ce moment : nous sommes de retour {day} à {opens_at} et nous vous répondrons.'))) w (key, wordings);

-- An outbound row has the approval of exactly this text in this chat, or is a fixed text of this chat: one of the two.
ALTER TABLE outbound ALTER COLUMN approval_id DROP NOT NULL,
    ADD COLUMN fixed_id uuid UNIQUE,
    ADD CONSTRAINT outbound_one_reason CHECK ((approval_id IS NULL) <> (fixed_id IS NULL)),
    ADD CONSTRAINT outbound_fixed FOREIGN KEY (fixed_id, chat_id, text_hash) REFERENCES fixed_sends (id, chat_id, text_hash);

-- Row-level security, as in 0002_roles.sql.
-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['fixed_stops', 'fixed_sends'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %2$s)', t, mine);
        EXECUTE format('CREATE POLICY desk ON %I TO marketa_desk USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY gate ON %I TO marketa_gate USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['office', 'fixed_texts', 'fixed_versions', 'fixed_approvals'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY roles ON %I TO marketa_app, marketa_desk, marketa_gate USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
-- Whoever delivers looks once more whether it may still go; nobody but the gate writes any of it.
GRANT SELECT ON office, fixed_texts, fixed_versions, fixed_approvals, fixed_stops, fixed_sends TO marketa_app, marketa_desk, marketa_gate;
GRANT SELECT ON restaurants, people, deliveries TO marketa_gate;
GRANT INSERT ON fixed_versions, fixed_approvals, fixed_stops, fixed_sends TO marketa_gate;
GRANT UPDATE ON office, fixed_texts TO marketa_gate;
GRANT DELETE ON fixed_stops TO marketa_gate;

-- office_open: is somebody at the agency's desks at that time?
-- +goose StatementBegin
CREATE FUNCTION office_open(o office, p_at timestamptz) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT extract(isodow FROM p_at AT TIME ZONE o.zone)::int = ANY (o.days) AND (p_at AT TIME ZONE o.zone)::time >= o.opens AND (p_at AT TIME ZONE o.zone)::time < o.closes
$$;
-- +goose StatementEnd

-- office_opens is when it opens next.
-- +goose StatementBegin
CREATE FUNCTION office_opens(o office, p_at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(t) FROM generate_series(0, 8) n, LATERAL (SELECT ((p_at AT TIME ZONE o.zone)::date + n + o.opens) AT TIME ZONE o.zone AS t) x
    WHERE t > p_at AND extract(isodow FROM t AT TIME ZONE o.zone)::int = ANY (o.days)
$$;
-- +goose StatementEnd

-- fixed_day says a day: today, tomorrow, on Monday.
-- +goose StatementBegin
CREATE FUNCTION fixed_day(p_language text, p_day date, p_today date) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT said[CASE p_day - p_today WHEN 0 THEN 1 WHEN 1 THEN 2 ELSE 2 + extract(isodow FROM p_day)::int END] FROM (VALUES
        ('en', '{today,tomorrow,on Monday,on Tuesday,on Wednesday,on Thursday,on Friday,on Saturday,on Sunday}'::text[]),
        ('it', '{oggi,domani,lunedì,martedì,mercoledì,giovedì,venerdì,sabato,domenica}'),
        ('de', '{heute,morgen,am Montag,am Dienstag,am Mittwoch,am Donnerstag,am Freitag,am Samstag,am Sonntag}'),
        ('es', '{hoy,mañana,el lunes,el martes,el miércoles,el jueves,el viernes,el sábado,el domingo}'),
        ('fr', '{aujourd’hui,demain,lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche}')) v (language, said)
    WHERE language = p_language AND p_day >= p_today
$$;
-- +goose StatementEnd

-- fixed_name is a name as records have it, if it looks like one: clients call themselves what they like.
-- +goose StatementBegin
CREATE FUNCTION fixed_name(p_name text, p_most int) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN length(n) BETWEEN 1 AND p_most AND n !~ '[[:cntrl:]<>{}\[\]()|\\/@#*_~`=+:;"%$€£!?]' AND n !~* '(^|[^a-z])www|\.[a-z]{2,}' THEN n ELSE '' END
    FROM btrim(regexp_replace(coalesce(p_name, ''), '\s+', ' ', 'g')) n
$$;
-- +goose StatementEnd

-- fixed_records are the values of all fields for one chat at one time.
-- +goose StatementBegin
CREATE FUNCTION fixed_records(p_chat uuid, p_language text, p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE o office; r restaurants; opens timestamptz; who text; here text;
BEGIN
    SELECT * INTO o FROM office;
    SELECT x.* INTO r FROM restaurants x JOIN chats c ON c.restaurant_id = x.id WHERE c.id = p_chat;
    SELECT p.name INTO who FROM messages m JOIN people p ON p.id = m.person_id WHERE m.chat_id = p_chat AND m.author = 'client' ORDER BY m.sent_at DESC, m.id DESC LIMIT 1;
    opens := office_opens(o, p_now);
    BEGIN
        PERFORM p_now AT TIME ZONE r.zone;
        here := r.zone;
    EXCEPTION WHEN invalid_parameter_value THEN
        here := o.zone;
    END;
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'first_name', fixed_name(split_part(btrim(coalesce(who, '')), ' ', 1), 30),
        'restaurant', fixed_name(r.name, 60),
        'day', fixed_day(p_language, (opens AT TIME ZONE here)::date, (p_now AT TIME ZONE here)::date),
        'opens_at', to_char(opens AT TIME ZONE here, 'HH24:MI'),
        'closes_at', to_char(((opens AT TIME ZONE o.zone)::date + o.closes) AT TIME ZONE o.zone AT TIME ZONE here, 'HH24:MI')));
END $$;
-- +goose StatementEnd

-- send_fixed puts a fixed text in line for a chat of the restaurant that the transaction is bound to. It looks at everything itself
-- and writes the text itself; its caller only names the text, the chat, and which languages would suit. outcome:
--   sent      it is on its way
--   gone      no such chat of this restaurant, or no such text
--   off       it, everything, or this restaurant is switched off, or no owner has approved it
--   not_here  no direct chat, taken over, paused, ignored, or a person is writing
--   hours     not at this time
--   budget    enough was sent
--   field     a field is unknown or empty: reason names it, a manager should hear
--   language  it has no wording that could serve
-- +goose StatementBegin
CREATE FUNCTION send_fixed(p_key text, p_chat uuid, p_languages text[], p_send uuid, p_outbound uuid, p_delivery uuid, p_now timestamptz,
    OUT outcome text, OUT reason text, OUT delivery uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
DECLARE c chats; t fixed_texts; o office; v fixed_versions; r restaurants; lang text; recs jsonb; said text; here time; today timestamptz;
BEGIN
    reason := '';
    SELECT * INTO c FROM chats WHERE id = p_chat AND restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid FOR UPDATE;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    -- One at a time for each text, so that the budget holds whoever else sends.
    SELECT * INTO t FROM fixed_texts WHERE key = p_key FOR UPDATE;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    SELECT * INTO o FROM office FOR SHARE;
    SELECT x.* INTO v FROM fixed_versions x JOIN fixed_approvals a ON a.version_id = x.id AND a.key = x.key AND a.hash = x.hash WHERE x.key = p_key ORDER BY x.version DESC LIMIT 1;
    IF v.id IS NULL OR NOT t.switched_on OR o.stopped_at IS NOT NULL OR EXISTS (SELECT FROM fixed_stops s WHERE s.restaurant_id = c.restaurant_id) THEN
        outcome := 'off'; RETURN;
    END IF;

    IF c.kind <> 'direct' OR (c.taken_by IS NOT NULL AND c.taken_until > p_now) OR (to_jsonb(c) ->> 'paused_until')::timestamptz > p_now OR to_jsonb(c) ->> 'ignored_at' IS NOT NULL
        OR EXISTS (SELECT FROM messages m WHERE m.chat_id = c.id AND m.author = 'phone' AND m.received_at > p_now - interval '30 minutes')
        OR EXISTS (SELECT FROM outbound x WHERE x.chat_id = c.id AND x.approval_id IS NOT NULL AND x.created_at > p_now - interval '30 minutes') THEN
        outcome := 'not_here'; RETURN;
    END IF;

    SELECT * INTO r FROM restaurants WHERE id = c.restaurant_id;
    BEGIN
        here := (p_now AT TIME ZONE r.zone)::time;
        today := date_trunc('day', p_now AT TIME ZONE r.zone) AT TIME ZONE r.zone;
    EXCEPTION WHEN invalid_parameter_value THEN
        outcome := 'field'; reason := 'time zone'; RETURN;
    END;
    IF here < t.earliest OR here >= t.latest OR (t.office = 'closed' AND office_open(o, p_now)) OR (t.office = 'open' AND NOT office_open(o, p_now))
        -- A note that nobody is there answers what was written while nobody was there, and while the client still looks at the chat.
        OR (t.office = 'closed' AND (c.last_inbound_at IS NULL OR office_open(o, c.last_inbound_at) OR c.last_inbound_at < p_now - interval '1 hour' OR c.handled >= c.watermark)) THEN
        outcome := 'hours'; RETURN;
    END IF;

    IF EXISTS (SELECT FROM fixed_sends s WHERE s.chat_id = c.id AND s.key = p_key AND s.created_at > p_now - t.every)
        OR (SELECT count(*) FROM fixed_sends s WHERE s.chat_id = c.id AND s.key = p_key AND s.created_at >= today) >= t.per_chat
        OR (SELECT count(*) FROM fixed_sends s WHERE s.restaurant_id = c.restaurant_id AND s.key = p_key AND s.created_at >= today) >= t.per_restaurant
        OR (SELECT count(*) FROM fixed_sends s WHERE s.key = p_key AND s.created_at >= date_trunc('day', p_now AT TIME ZONE o.zone) AT TIME ZONE o.zone) >= t.per_day THEN
        outcome := 'budget'; RETURN;
    END IF;

    SELECT l INTO lang FROM unnest(p_languages || '{en}'::text[]) WITH ORDINALITY u (l, n) WHERE v.wordings ? l ORDER BY n LIMIT 1;
    IF lang IS NULL THEN outcome := 'language'; RETURN; END IF;
    recs := fixed_records(c.id, lang, p_now);
    -- Only what the template asks for is kept.
    SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO recs FROM jsonb_each(recs) e WHERE position('{' || e.key || '}' in v.wordings ->> lang) > 0;
    said := render_fixed(v.wordings ->> lang, recs);
    IF said IS NULL THEN
        outcome := 'field'; reason := array_to_string(fixed_gaps(v.wordings ->> lang, recs), ', '); RETURN;
    END IF;

    INSERT INTO fixed_sends (id, restaurant_id, chat_id, key, version_id, version_hash, wordings, language, records, text_hash, created_at)
    VALUES (p_send, c.restaurant_id, c.id, p_key, v.id, v.hash, v.wordings, lang, recs, sha256(convert_to(said, 'UTF8')), p_now);
    INSERT INTO outbound (id, restaurant_id, chat_id, fixed_id, text, text_hash, watermark, created_at)
    VALUES (p_outbound, c.restaurant_id, c.id, p_send, said, sha256(convert_to(said, 'UTF8')), c.watermark, p_now);
    INSERT INTO deliveries (id, restaurant_id, outbound_id, chat_id, text_hash, next_at)
    VALUES (p_delivery, c.restaurant_id, p_outbound, c.id, sha256(convert_to(said, 'UTF8')), p_now);
    INSERT INTO audit (restaurant_id, actor, action, object, detail, at)
    VALUES (c.restaurant_id, 'system', 'fixed.sent', p_key, jsonb_build_object('version', v.version, 'language', lang), p_now);
    outcome := 'sent'; delivery := p_delivery;
END $$;
-- +goose StatementEnd

-- propose_fixed makes a new version with another wording in one language. Nothing changes for clients before an owner approves it.
-- +goose StatementBegin
CREATE FUNCTION propose_fixed(p_id uuid, p_key text, p_language text, p_text text, p_telegram_id bigint, p_now timestamptz, OUT outcome text, OUT reason text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers; v fixed_versions; words jsonb; unknown text[];
BEGIN
    reason := '';
    SELECT * INTO m FROM managers WHERE telegram_id = p_telegram_id AND active AND role IN ('owner', 'manager');
    IF NOT FOUND THEN outcome := 'denied'; RETURN; END IF;
    PERFORM FROM fixed_texts WHERE key = p_key FOR UPDATE;
    SELECT * INTO v FROM fixed_versions WHERE key = p_key ORDER BY version DESC LIMIT 1;
    IF NOT FOUND OR NOT v.wordings ? p_language THEN outcome := 'gone'; RETURN; END IF;
    p_text := btrim(p_text, E' \n\t\r');
    IF p_text = '' OR length(p_text) > 600 THEN outcome := 'length'; RETURN; END IF;
    SELECT array_agg(f) INTO unknown FROM unnest(fixed_gaps(p_text, (SELECT jsonb_object_agg(f, 'x') FROM unnest(fixed_fields()) f))) f;
    IF unknown IS NOT NULL THEN outcome := 'field'; reason := array_to_string(unknown, ', '); RETURN; END IF;
    words := v.wordings || jsonb_build_object(p_language, p_text);
    IF words = v.wordings THEN outcome := 'same'; RETURN; END IF;
    INSERT INTO fixed_versions (id, key, version, wordings, hash, proposed_by, proposed_at) VALUES (p_id, p_key, v.version + 1, words, fixed_hash(p_key, words), m.id, p_now);
    INSERT INTO audit (actor, action, object, detail, at) VALUES ('manager:' || m.id, 'fixed.proposed', p_key, jsonb_build_object('version', v.version + 1, 'language', p_language), p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- approve_fixed is an owner's yes to exactly the newest version as he has seen it. The first one switches the text on.
-- +goose StatementBegin
CREATE FUNCTION approve_fixed(p_version uuid, p_hash bytea, p_telegram_id bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers; v fixed_versions;
BEGIN
    SELECT * INTO m FROM managers WHERE telegram_id = p_telegram_id AND active AND role = 'owner';
    IF NOT FOUND THEN RETURN 'denied'; END IF;
    SELECT * INTO v FROM fixed_versions WHERE id = p_version;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    PERFORM FROM fixed_texts WHERE key = v.key FOR UPDATE;
    IF EXISTS (SELECT FROM fixed_approvals WHERE version_id = v.id) THEN RETURN 'already'; END IF;
    IF v.hash IS DISTINCT FROM p_hash OR EXISTS (SELECT FROM fixed_versions x WHERE x.key = v.key AND x.version > v.version) THEN RETURN 'stale'; END IF;
    INSERT INTO fixed_approvals (version_id, key, hash, approved_by, approved_at) VALUES (v.id, v.key, v.hash, m.id, p_now);
    UPDATE fixed_texts SET switched_on = true, switched_at = p_now, switched_by = m.id WHERE key = v.key AND switched_at IS NULL;
    INSERT INTO audit (actor, action, object, detail, at) VALUES ('manager:' || m.id, 'fixed.approved', v.key, jsonb_build_object('version', v.version, 'hash', encode(v.hash, 'hex')), p_now);
    RETURN 'ok';
END $$;
-- +goose StatementEnd

-- switch_fixed turns one text (p_key), the texts of one restaurant (p_restaurant) or all of them (neither) off or on. Off is for
-- everybody who decides, on for owners.
-- +goose StatementBegin
CREATE FUNCTION switch_fixed(p_key text, p_restaurant uuid, p_on boolean, p_telegram_id bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers; n int;
BEGIN
    SELECT * INTO m FROM managers WHERE telegram_id = p_telegram_id AND active AND (role = 'owner' OR (role = 'manager' AND NOT p_on));
    IF NOT FOUND THEN RETURN 'denied'; END IF;
    IF p_key IS NOT NULL THEN
        IF p_on AND NOT EXISTS (SELECT FROM fixed_approvals WHERE key = p_key) THEN RETURN 'unapproved'; END IF;
        UPDATE fixed_texts SET switched_on = p_on, switched_at = p_now, switched_by = m.id WHERE key = p_key AND switched_on <> p_on;
        GET DIAGNOSTICS n = ROW_COUNT;
    ELSIF p_restaurant IS NOT NULL AND p_on THEN
        DELETE FROM fixed_stops WHERE restaurant_id = p_restaurant;
        GET DIAGNOSTICS n = ROW_COUNT;
    ELSIF p_restaurant IS NOT NULL THEN
        INSERT INTO fixed_stops (restaurant_id, stopped_by, stopped_at) SELECT id, m.id, p_now FROM restaurants WHERE id = p_restaurant ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS n = ROW_COUNT;
    ELSE
        UPDATE office SET stopped_at = CASE WHEN p_on THEN NULL ELSE p_now END, stopped_by = m.id WHERE (stopped_at IS NULL) <> p_on;
        GET DIAGNOSTICS n = ROW_COUNT;
    END IF;
    IF n = 0 THEN RETURN 'already'; END IF;
    INSERT INTO audit (restaurant_id, actor, action, object, at) VALUES (p_restaurant, 'manager:' || m.id, CASE WHEN p_on THEN 'fixed.on' ELSE 'fixed.off' END, coalesce(p_key, ''), p_now);
    RETURN 'ok';
END $$;
-- +goose StatementEnd

-- set_office changes the agency's hours.
-- +goose StatementBegin
CREATE FUNCTION set_office(p_zone text, p_days int[], p_opens time, p_closes time, p_telegram_id bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m managers;
BEGIN
    SELECT * INTO m FROM managers WHERE telegram_id = p_telegram_id AND active AND role = 'owner';
    IF NOT FOUND THEN RETURN 'denied'; END IF;
    IF NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = p_zone) THEN RETURN 'zone'; END IF;
    IF p_opens >= p_closes OR cardinality(p_days) = 0 OR NOT p_days <@ '{1,2,3,4,5,6,7}'::int[] THEN RETURN 'hours'; END IF;
    UPDATE office SET zone = p_zone, days = p_days, opens = p_opens, closes = p_closes;
    INSERT INTO audit (actor, action, object, at) VALUES ('manager:' || m.id, 'office.hours', format('%s %s %s-%s', p_zone, p_days, p_opens, p_closes), p_now);
    RETURN 'ok';
END $$;
-- +goose StatementEnd

-- Give the functions to the gate, as in 0003_gate.sql.
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
    EXECUTE 'ALTER FUNCTION send_fixed OWNER TO marketa_gate';
    EXECUTE 'ALTER FUNCTION propose_fixed OWNER TO marketa_gate';
    EXECUTE 'ALTER FUNCTION approve_fixed OWNER TO marketa_gate';
    EXECUTE 'ALTER FUNCTION switch_fixed OWNER TO marketa_gate';
    EXECUTE 'ALTER FUNCTION set_office OWNER TO marketa_gate';
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    EXECUTE 'SET LOCAL ROLE marketa_gate';
    EXECUTE 'REVOKE ALL ON FUNCTION send_fixed, propose_fixed, approve_fixed, switch_fixed, set_office FROM PUBLIC';
    EXECUTE 'GRANT EXECUTE ON FUNCTION send_fixed TO marketa_app';
    EXECUTE 'GRANT EXECUTE ON FUNCTION propose_fixed, approve_fixed, switch_fixed, set_office TO marketa_desk';
    EXECUTE 'RESET ROLE';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
