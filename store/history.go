package store

import (
	"context"
	"fmt"
	"time"
)

// Pass is one walk through a number's history. It goes on where it was cut off.
type Pass struct {
	Channel Channel
	Started time.Time
	From    time.Time // what is older than this was looked at by an earlier pass
	Phase   string    // PassList, then PassChats
	Place   int       // how many items of the phase were read
	Soon    bool      // something was too fresh to be called missing: look again soon
	First   bool      // nothing of this number was ever read
}

// The phases of a pass: all messages of the number as one list, then every chat that moved.
const (
	PassList  = "list"
	PassChats = "chats"
)

const (
	firstDepth  = 30 * 24 * time.Hour // how much of the past is read at the first start
	passOverlap = time.Hour           // a phone that was offline brings older messages late
)

// BeginPass continues the pass under way, or begins one from where the last one ended.
func (db *DB) BeginPass(ctx context.Context, channel Channel) (p Pass, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		c, err := row[ChannelState](ctx, tx, `SELECT `+channelColumns+` FROM channels WHERE channel = $1`, channel)
		if err != nil {
			return err
		}
		type cursor struct {
			Upto, StartedAt, FromAt *time.Time
			Phase                   string
			Place                   int
			Soon                    bool
		}
		h, err := rows[cursor](ctx, tx, `SELECT upto, started_at, from_at, phase, place, soon FROM history WHERE channel = $1 AND chat = ''`, channel)
		if err != nil {
			return err
		}
		p = Pass{Channel: channel, Started: tx.Now, From: c.FirstAt.Add(-firstDepth), Phase: PassList, First: c.ImportedAt == nil}
		switch {
		case len(h) > 0 && h[0].StartedAt != nil:
			p.Started, p.From, p.Phase, p.Place, p.Soon = *h[0].StartedAt, *h[0].FromAt, h[0].Phase, h[0].Place, h[0].Soon
			return nil
		case len(h) > 0 && h[0].Upto != nil:
			p.From = h[0].Upto.Add(-passOverlap)
		}
		return tx.savePass(ctx, p)
	})
	if err != nil {
		return p, fmt.Errorf("store: begin pass: %w", err)
	}
	return p, nil
}

func (tx *Tx) savePass(ctx context.Context, p Pass) error {
	_, err := tx.exec(ctx, `INSERT INTO history (channel, started_at, from_at, phase, place, soon) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (channel, chat) DO UPDATE SET started_at = $2, from_at = $3, phase = $4, place = $5, soon = $6`, p.Channel, p.Started, p.From, p.Phase, p.Place, p.Soon)
	return err
}

// SavePass writes down how far a pass has come.
func (db *DB) SavePass(ctx context.Context, p Pass) error {
	if err := db.System(ctx, Desk, func(tx *Tx) error { return tx.savePass(ctx, p) }); err != nil {
		return fmt.Errorf("store: save pass: %w", err)
	}
	return nil
}

// EndPass closes a pass: everything until its start is here.
func (db *DB) EndPass(ctx context.Context, p Pass) error {
	err := db.System(ctx, Desk, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `UPDATE history SET upto = started_at, started_at = NULL, from_at = NULL, phase = '', place = 0, soon = false WHERE channel = $1 AND chat = ''`, p.Channel); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `UPDATE channels SET imported_at = coalesce(imported_at, $2) WHERE channel = $1`, p.Channel, tx.Now)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: end pass: %w", err)
	}
	return nil
}

// ChatPlace is how much of one chat a pass has read; ok says that it is done with it.
func (db *DB) ChatPlace(ctx context.Context, p Pass, chat VendorChatID) (place int, done bool, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		type cursor struct {
			Place     int
			StartedAt *time.Time
			Upto      *time.Time
		}
		h, err := rows[cursor](ctx, tx, `SELECT place, started_at, upto FROM history WHERE channel = $1 AND chat = $2`, p.Channel, chat)
		if err != nil || len(h) == 0 {
			return err
		}
		if h[0].StartedAt != nil && h[0].StartedAt.Equal(p.Started) {
			place = h[0].Place
		}
		done = h[0].Upto != nil && !h[0].Upto.Before(p.Started)
		return nil
	})
	return place, done, err
}

// SaveChatPlace writes that down.
func (db *DB) SaveChatPlace(ctx context.Context, p Pass, chat VendorChatID, place int, done bool) error {
	err := db.System(ctx, Desk, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO history (channel, chat, started_at, place, upto) VALUES ($1, $2, $3, $4, CASE WHEN $5 THEN $3::timestamptz END)
			ON CONFLICT (channel, chat) DO UPDATE SET started_at = $3, place = $4, upto = CASE WHEN $5 THEN $3::timestamptz ELSE history.upto END`, p.Channel, chat, p.Started, place, done)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: save chat's place: %w", err)
	}
	return nil
}

// Held is a message that we have, as far as history needs to know it.
type Held struct {
	VendorID VendorMessageID
	Author   Author
	Kind     string
	BodyHash []byte
	Deleted  bool
}

// HeldOf are those of these messages that we have.
func (db *DB) HeldOf(ctx context.Context, channel Channel, ids []VendorMessageID) (map[VendorMessageID]Held, error) {
	held := map[VendorMessageID]Held{}
	err := db.System(ctx, Desk, func(tx *Tx) error {
		h, err := rows[Held](ctx, tx, `SELECT m.vendor_id, m.author, m.kind, m.body_hash, m.deleted_at IS NOT NULL AS deleted FROM messages m WHERE m.channel = $1 AND m.vendor_id = ANY($2)
			UNION ALL SELECT k.vendor_id, m.author, m.kind, m.body_hash, m.deleted_at IS NOT NULL FROM copies k JOIN messages m ON m.id = k.message_id WHERE k.channel = $1 AND k.vendor_id = ANY($2)
			UNION ALL SELECT x.vendor_id, 'marketa', 'text', x.text_hash, false FROM deliveries x JOIN chats c ON c.id = x.chat_id AND coalesce(x.channel, c.channel) = $1 WHERE x.vendor_id = ANY($2)
			UNION ALL SELECT x.echo_id, 'marketa', 'text', x.text_hash, false FROM deliveries x JOIN chats c ON c.id = x.chat_id AND coalesce(x.channel, c.channel) = $1 WHERE x.echo_id = ANY($2)`, channel, ids)
		for _, x := range h {
			held[x.VendorID] = x
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: messages that we have: %w", err)
	}
	return held, nil
}
