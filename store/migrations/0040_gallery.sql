-- +goose Up
-- The gallery: what stands in a picture, which of them are copies of each other, and where each one lies in the space of meanings.

-- A manager's own picture hangs on no message of a client.
ALTER TABLE photos ALTER COLUMN message_id DROP NOT NULL;
ALTER TABLE photos ALTER COLUMN media_id DROP NOT NULL;
ALTER TABLE photos ADD COLUMN given_by uuid REFERENCES managers; -- the manager who gave it
ALTER TABLE photos ADD CONSTRAINT of_somebody CHECK (media_id IS NOT NULL AND message_id IS NOT NULL OR given_by IS NOT NULL);

ALTER TABLE photos
    -- From the file itself.
    ADD COLUMN full_key      text,             -- what may be published: upright, a JPEG, nothing but the picture in it
    ADD COLUMN full_bytes    bigint,
    ADD COLUMN taken_at      timestamptz,      -- as the camera says
    ADD COLUMN exif          jsonb,            -- as the camera says, with the place: no role of the platform may read it
    ADD COLUMN phash         bigint,           -- 64 bits; near ones look alike
    ADD COLUMN twin_of       uuid,             -- looks like this older one. No foreign key: a chat that moves takes its own photos along
    -- As a model says who has seen the small copy. Of no weight for rights and restaurants.
    ADD COLUMN state         text             NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'analyzed', 'unknown', 'failed')),
    ADD COLUMN alt           text             NOT NULL DEFAULT '',
    ADD COLUMN dish          text             NOT NULL DEFAULT '',
    ADD COLUMN tags          text[]           NOT NULL DEFAULT '{}',
    ADD COLUMN season        text             NOT NULL DEFAULT '' CHECK (season IN ('', 'spring', 'summer', 'autumn', 'winter')),
    ADD COLUMN kind          text             NOT NULL DEFAULT 'other' CHECK (kind IN ('dish', 'place', 'people', 'drink', 'text', 'other')),
    ADD COLUMN people        int              NOT NULL DEFAULT 0,
    ADD COLUMN faces         boolean          NOT NULL DEFAULT false,
    ADD COLUMN children      boolean          NOT NULL DEFAULT false,
    ADD COLUMN logos         boolean          NOT NULL DEFAULT false,
    ADD COLUMN text_in_image text             NOT NULL DEFAULT '',
    ADD COLUMN quality       double precision NOT NULL DEFAULT 0 CHECK (quality BETWEEN 0 AND 1),
    ADD COLUMN risk          double precision NOT NULL DEFAULT 0 CHECK (risk BETWEEN 0 AND 1),
    ADD COLUMN risk_notes    text             NOT NULL DEFAULT '',
    ADD COLUMN analyzed_at   timestamptz,
    -- The work on it.
    ADD COLUMN failures      int NOT NULL DEFAULT 0,
    ADD COLUMN next_at       timestamptz,      -- when to look at it (again)
    ADD COLUMN lease_token   uuid,
    ADD COLUMN lease_until   timestamptz,
    ADD COLUMN swept_at      timestamptz,
    ADD CHECK (state IN ('new', 'failed') OR analyzed_at IS NOT NULL);
UPDATE photos SET next_at = created_at; -- those that are there already are looked at now
CREATE INDEX photos_due ON photos (next_at) WHERE next_at IS NOT NULL;

-- Where a photo lies in the space of meanings, as one model sees it; vectors of two models are not comparable.
CREATE TABLE photo_vectors (
    restaurant_id uuid           NOT NULL,
    photo_id      uuid           NOT NULL,
    vector        halfvec(1408)  NOT NULL,
    model         text           NOT NULL,
    made_at       timestamptz    NOT NULL,
    PRIMARY KEY (restaurant_id, photo_id),
    FOREIGN KEY (restaurant_id, photo_id) REFERENCES photos (restaurant_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
ALTER TABLE photo_vectors ALTER COLUMN vector SET STORAGE PLAIN;

-- A photo that moves with its chat is compared with its new neighbours.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION photo_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.twin := EXISTS (SELECT FROM photos p WHERE p.restaurant_id = NEW.restaurant_id AND p.sha256 = NEW.sha256 AND p.id <> NEW.id AND NOT p.twin);
    NEW.twin_of := NULL;
    NEW.phash := NULL;
    NEW.failures := 0;
    NEW.next_at := NEW.created_at;
    NEW.lease_token := NULL;
    NEW.lease_until := NULL;
    RETURN NEW;
END $$;
-- +goose StatementEnd

ALTER TABLE photo_vectors ENABLE ROW LEVEL SECURITY;
ALTER TABLE photo_vectors FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON photo_vectors TO marketa_app USING (restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid)
    WITH CHECK (restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE (vector, model, made_at) ON photo_vectors TO marketa_app;

-- Everything may be read but where and with what a picture was taken. A new column has to be granted by name.
REVOKE SELECT ON photos FROM marketa_app, marketa_desk;
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE (SELECT format('GRANT SELECT (%s) ON photos TO marketa_app, marketa_desk', string_agg(quote_ident(attname), ', '))
        FROM pg_attribute WHERE attrelid = 'photos'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'exif');
END $$;
-- +goose StatementEnd
-- Not the source, the rights or the restaurant: whoever puts a photo in says these once.
GRANT UPDATE (message_id, media_id, withdrawn_at, full_key, full_bytes, taken_at, exif, width, height, phash, twin_of, state, alt, dish, tags, season, kind, people,
    faces, children, logos, text_in_image, quality, risk, risk_notes, analyzed_at, failures, next_at, lease_token, lease_until) ON photos TO marketa_app;
GRANT UPDATE (swept_at) ON photos TO marketa_desk;
