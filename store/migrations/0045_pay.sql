-- +goose Up
-- Who pays, what was ordered, and what the vendor says about it. Amounts come from the vendor's price list and were shown to
-- the manager who confirmed them; what is paid is only ever what the vendor was asked about.

-- An order hangs on a confirmed card, as an outbound message hangs on its approval.
ALTER TABLE confirms ADD COLUMN confirmed boolean NOT NULL GENERATED ALWAYS AS (state = 'done') STORED;
ALTER TABLE confirms ADD UNIQUE (restaurant_id, id, confirmed);

-- The vendor's name of a restaurant as a payer.
CREATE TABLE customers (
    restaurant_id uuid PRIMARY KEY REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    customer_id   text        NOT NULL UNIQUE, -- cus_…
    replaced      int         NOT NULL DEFAULT 0, -- how often the vendor's was deleted and made anew
    made_at       timestamptz NOT NULL
);

-- What a manager has offered a restaurant to pay. Only make_order() writes one, from a confirm card; what it costs never changes.
CREATE TABLE orders (
    id             uuid PRIMARY KEY,
    restaurant_id  uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    confirm_id     uuid        NOT NULL UNIQUE,
    confirmed      boolean     NOT NULL DEFAULT true CHECK (confirmed),
    chat_id        uuid        NOT NULL, -- where its link goes; the chat may have moved since
    lookup_key     text        NOT NULL CHECK (lookup_key <> ''),
    price_id       text        NOT NULL CHECK (price_id <> ''),
    amount         bigint      NOT NULL CHECK (amount > 0), -- in the currency's smallest unit
    currency       text        NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    every          text        NOT NULL CHECK (every IN ('day', 'week', 'month', 'year')),
    every_count    int         NOT NULL CHECK (every_count > 0),
    language       text        NOT NULL, -- of its page and of the vendor's
    state          text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'awaited', 'paid', 'replaced')), -- awaited: done by the client, the bank takes its time
    tries          int         NOT NULL DEFAULT 0,  -- sessions that were asked for; the number is part of the idempotency key
    spoilt         boolean     NOT NULL DEFAULT false, -- the last one can only be had under another key
    session_id     text UNIQUE,                     -- cs_… of the last try, once it is known
    session_url    text,
    session_until  timestamptz,                     -- when it expires; part of what was asked for
    thanks         text        NOT NULL DEFAULT '' CHECK (thanks IN ('', 'due', 'held', 'dropped')), -- the word of thanks to the client
    looks          int         NOT NULL DEFAULT 0,  -- times that the vendor was asked about the session
    created_at     timestamptz NOT NULL,
    paid_at        timestamptz,
    next_at        timestamptz,                     -- when to see to it (again)
    lease_token    uuid,
    lease_until    timestamptz,
    swept_at       timestamptz,
    UNIQUE (restaurant_id, id),
    FOREIGN KEY (restaurant_id, confirm_id, confirmed) REFERENCES confirms (restaurant_id, id, confirmed) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX one_open_order ON orders (restaurant_id) WHERE state IN ('open', 'awaited');
CREATE INDEX orders_of ON orders (restaurant_id, created_at);
CREATE INDEX orders_due ON orders (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE subscriptions (
    id                   text PRIMARY KEY, -- sub_…
    restaurant_id        uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    order_id             uuid,             -- null: somebody of us made it in the vendor's dashboard
    status               text        NOT NULL,
    lookup_key           text        NOT NULL DEFAULT '',
    price_id             text        NOT NULL DEFAULT '',
    amount               bigint      NOT NULL DEFAULT 0, -- 0: not known
    currency             text        NOT NULL DEFAULT '',
    every                text        NOT NULL DEFAULT '',
    every_count          int         NOT NULL DEFAULT 1,
    period_end           timestamptz,
    cancel_at_period_end boolean     NOT NULL DEFAULT false,
    made_at              timestamptz,
    asked_at             timestamptz NOT NULL, -- of the reading that this is: an older one changes nothing
    first_paid_at        timestamptz,          -- when its first invoice was seen paid
    failed_at            timestamptz,          -- a payment is missing since
    UNIQUE (restaurant_id, id),
    FOREIGN KEY (restaurant_id, order_id) REFERENCES orders (restaurant_id, id) ON UPDATE CASCADE
);
CREATE INDEX subscriptions_of ON subscriptions (restaurant_id, made_at);

CREATE TABLE invoices (
    id              text PRIMARY KEY, -- in_…
    restaurant_id   uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    subscription_id text,
    number          text        NOT NULL DEFAULT '', -- what stands on the paper
    status          text        NOT NULL,            -- draft, open, paid, uncollectible, void
    reason          text        NOT NULL DEFAULT '',
    currency        text        NOT NULL DEFAULT '',
    amount_due      bigint      NOT NULL DEFAULT 0,
    amount_paid     bigint      NOT NULL DEFAULT 0,
    attempts        bigint      NOT NULL DEFAULT 0,
    next_attempt    timestamptz,
    page            text        NOT NULL DEFAULT '', -- where it can be paid: whoever has the address can
    made_at         timestamptz,
    asked_at        timestamptz NOT NULL,
    UNIQUE (restaurant_id, id),
    FOREIGN KEY (restaurant_id, subscription_id) REFERENCES subscriptions (restaurant_id, id) ON UPDATE CASCADE
);
CREATE INDEX invoices_of ON invoices (restaurant_id, made_at);

-- Events as they came, each once. They say what to ask the vendor about, nothing more.
CREATE TABLE billing_events (
    id          uuid PRIMARY KEY,
    vendor_id   text        NOT NULL UNIQUE, -- evt_…
    type        text        NOT NULL,
    object      text        NOT NULL,        -- checkout.session, subscription, invoice, customer
    object_id   text        NOT NULL,
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    attempts    int         NOT NULL DEFAULT 0,
    outcome     text        NOT NULL DEFAULT '', -- settled, not ours
    done_at     timestamptz,
    next_at     timestamptz,
    lease_token uuid,
    lease_until timestamptz,
    swept_at    timestamptz
);
CREATE INDEX billing_events_due ON billing_events (next_at) WHERE next_at IS NOT NULL;

-- +goose StatementBegin
DO $$
DECLARE t text; mine text := 'nullif(current_setting(''app.restaurant_id'', true), '''')::uuid';
BEGIN
    FOREACH t IN ARRAY ARRAY['customers', 'orders', 'subscriptions', 'invoices'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO marketa_app USING (restaurant_id = %s) WITH CHECK (restaurant_id = %2$s)', t, mine);
        EXECUTE format('CREATE POLICY desk ON %I TO marketa_desk USING (true) WITH CHECK (true)', t);
    END LOOP;
    EXECUTE 'CREATE POLICY gate ON orders TO marketa_gate USING (true) WITH CHECK (true)';
    EXECUTE 'CREATE POLICY gate_orders ON confirms TO marketa_gate USING (true)';
    EXECUTE 'ALTER TABLE billing_events ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE billing_events FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY roles ON billing_events TO marketa_ingest, marketa_desk USING (true) WITH CHECK (true)';
END $$;
-- +goose StatementEnd

GRANT SELECT ON customers, orders, subscriptions, invoices TO marketa_app, marketa_desk;
GRANT INSERT, UPDATE ON customers, subscriptions, invoices TO marketa_app;
GRANT UPDATE (state, language, tries, spoilt, session_id, session_url, session_until, thanks, looks, paid_at, next_at, lease_token, lease_until) ON orders TO marketa_app;
GRANT UPDATE (swept_at) ON orders TO marketa_desk;
GRANT INSERT, SELECT (id, vendor_id) ON billing_events TO marketa_ingest;
GRANT SELECT, UPDATE (attempts, outcome, done_at, next_at, lease_token, lease_until, swept_at) ON billing_events TO marketa_desk;
GRANT SELECT ON confirms TO marketa_gate;
GRANT SELECT, INSERT, UPDATE (state, next_at) ON orders TO marketa_gate;

-- make_order writes down what a confirm card has shown, to the cent, in the transaction of the tap: if the card is not confirmed
-- when the transaction ends, there is no order. It takes the place of an order that nobody has paid. outcome: ok, or
--   gone  there is no such card for this restaurant, or it is no offer
--   late  the card was decided before
--   busy  the client has just paid an older one and the bank takes its time
-- +goose StatementBegin
CREATE FUNCTION make_order(p_id uuid, p_confirm uuid, p_language text, p_now timestamptz, OUT outcome text, OUT replaced uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE c record; mine uuid := nullif(current_setting('app.restaurant_id', true), '')::uuid;
BEGIN
    SELECT id, state, payload INTO c FROM confirms WHERE id = p_confirm AND restaurant_id = mine AND kind = 'payment_order';
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    IF c.state <> 'pending' THEN outcome := 'late'; RETURN; END IF;
    IF EXISTS (SELECT FROM orders WHERE restaurant_id = mine AND state = 'awaited') THEN outcome := 'busy'; RETURN; END IF;
    UPDATE orders SET state = 'replaced', next_at = CASE WHEN tries > 0 THEN p_now END WHERE restaurant_id = mine AND state = 'open' RETURNING id INTO replaced;
    INSERT INTO orders (id, restaurant_id, confirm_id, chat_id, lookup_key, price_id, amount, currency, every, every_count, language, created_at)
        VALUES (p_id, mine, c.id, (c.payload ->> 'chat')::uuid, c.payload ->> 'lookup_key', c.payload ->> 'price', (c.payload ->> 'amount')::bigint,
            c.payload ->> 'currency', c.payload ->> 'every', (c.payload ->> 'every_count')::int, p_language, p_now);
    outcome := 'ok';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
    EXECUTE 'ALTER FUNCTION make_order OWNER TO marketa_gate';
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    EXECUTE 'SET LOCAL ROLE marketa_gate';
    EXECUTE 'REVOKE ALL ON FUNCTION make_order FROM PUBLIC';
    EXECUTE 'GRANT EXECUTE ON FUNCTION make_order TO marketa_app';
    EXECUTE 'RESET ROLE';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
