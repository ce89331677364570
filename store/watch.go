package store

import (
	"context"
	"fmt"
	"time"
)

// Causes of the alerts that Watch opens and clears.
const (
	causeStuck    = "delivery-stuck"
	causeTelegram = "telegram-away"
	causeDeadJobs = "jobs-dead"
)

const (
	stuckAfter  = 15 * time.Minute // of a reply that neither left nor waits for anything that is known
	lateAfter   = 5 * time.Minute  // of a card or notice that Telegram does not take
	silentAfter = 5 * time.Minute  // of a hook while the other one speaks
	spokenSince = 2                // webhooks of the other hook since, so that one stray word is no alarm
)

// subject is one of those whom an alert touches.
type subject struct{ Key, Who string }

// Watch looks for what stands still and that nobody else would notice. It opens alerts and clears them by itself.
func (db *DB) Watch(ctx context.Context, channels []Channel) error {
	return db.System(ctx, Desk, func(tx *Tx) error {
		for _, look := range []func(context.Context) error{tx.watchStuck, tx.watchTelegram, tx.watchJobs} {
			if err := look(ctx); err != nil {
				return fmt.Errorf("store: watch: %w", err)
			}
		}
		for _, channel := range channels {
			if err := tx.watchHooks(ctx, channel); err != nil {
				return fmt.Errorf("store: watch: %w", err)
			}
		}
		return nil
	})
}

// stand opens an alert that touches exactly these, or clears it when there are none.
func (tx *Tx) stand(ctx context.Context, a Alert, touched []subject, how string) error {
	if len(touched) == 0 {
		return tx.Clear(ctx, a.Cause, how)
	}
	a.Stays = true
	keys := make([]string, len(touched))
	for i, s := range touched {
		keys[i], a.Key, a.Who = s.Key, s.Key, s.Who
		if err := tx.Standing(ctx, a); err != nil {
			return err
		}
	}
	_, err := tx.exec(ctx, `DELETE FROM alert_subjects s USING alerts a WHERE a.id = s.alert_id AND a.cause = $1 AND a.cleared_at IS NULL AND s.key <> ALL($2)`, a.Cause, keys)
	return err
}

// watchStuck: replies that were approved a while ago, whose number can send, and that are still nowhere.
func (tx *Tx) watchStuck(ctx context.Context) error {
	stuck, err := rows[subject](ctx, tx, `SELECT x.id::text AS key, concat_ws(' · ', coalesce(nullif(c.title, ''), 'New contact'), nullif(nullif(r.name, c.title), '')) AS who
		FROM deliveries x JOIN outbound o ON o.id = x.outbound_id JOIN chats c ON c.id = x.chat_id JOIN restaurants r ON r.id = x.restaurant_id
		LEFT JOIN channels n ON n.channel = coalesce(x.channel, c.channel)
		WHERE x.state IN ('pending', 'intended', 'unknown') AND o.created_at < $1 AND coalesce(n.trouble, '') = '' AND n.paused_at IS NULL
		AND x.reason NOT LIKE 'Waits%'
		AND NOT EXISTS (SELECT FROM alerts k WHERE k.cause = 'whatsapp-' || coalesce(x.channel, c.channel) AND k.cleared_at IS NULL) AND (n.since IS NULL OR n.since < $1) ORDER BY x.id LIMIT 50`, tx.Now.Add(-stuckAfter))
	if err != nil {
		return err
	}
	return tx.stand(ctx, Alert{Cause: causeStuck, Text: "Approved replies have not left for a quarter of an hour. Please look at their cards and write to the clients from the phone if it is urgent."},
		stuck, "All approved replies have left.")
}

// watchTelegram: while it is away nobody can be told; the alert is told afterwards, with the time.
func (tx *Tx) watchTelegram(ctx context.Context) error {
	late, err := value[int](ctx, tx, `SELECT (SELECT count(*) FROM views WHERE next_at IS NOT NULL AND failures >= 5)::int
		+ (SELECT count(*) FROM notices WHERE sent_at IS NULL AND next_at IS NOT NULL AND created_at < $1 AND callback_id IS NULL AND attempts > 2)::int`, tx.Now.Add(-lateAfter))
	if err != nil {
		return err
	}
	var touched []subject
	if late > 0 {
		touched = []subject{{Key: "telegram"}}
	}
	return tx.stand(ctx, Alert{Cause: causeTelegram, Text: "Telegram did not take our messages, so cards came late. Clients' messages are all kept; /queue shows what waits."}, touched, "Telegram takes our messages again; cards that were late are here.")
}

// watchJobs: work that was given up by the queue itself.
func (tx *Tx) watchJobs(ctx context.Context) error {
	dead, err := rows[subject](ctx, tx, `SELECT kind AS key, kind AS who FROM river_job WHERE state = 'discarded' AND finalized_at > now() - interval '1 day' GROUP BY kind ORDER BY kind`)
	if err != nil {
		return err
	}
	return tx.stand(ctx, Alert{Cause: causeDeadJobs, Text: "Some work failed so often that it was given up. Everything it was about is kept; please have somebody look into the log."},
		dead, "No work was given up during the last day.")
}

// watchHooks: each number tells us everything through two hooks; either alone is enough, but one that has fallen silent should
// be mended before the other one does.
func (tx *Tx) watchHooks(ctx context.Context, channel Channel) error {
	for _, pair := range [][2]string{{"log", "bot"}, {"bot", "log"}} {
		source := func(hook string) string { return fmt.Sprintf("whapi/%s/%s", channel, hook) }
		type heard struct {
			Last  *time.Time
			Since int
			First *time.Time
		}
		h, err := row[heard](ctx, tx, `WITH mine AS (SELECT max(received_at) AS last FROM raw_webhooks WHERE source = $1)
			SELECT (SELECT last FROM mine) AS last, (SELECT count(*)::int FROM (SELECT FROM raw_webhooks WHERE source = $2 AND received_at > (SELECT last FROM mine) LIMIT 10) t) AS since,
			(SELECT max(received_at) FROM raw_webhooks WHERE source = $2) AS first`, source(pair[0]), source(pair[1]))
		if err != nil {
			return err
		}
		cause := fmt.Sprintf("hook-silent-%s-%s", channel, pair[0])
		silent := h.Last != nil && h.First != nil && h.Since >= spokenSince && h.First.Sub(*h.Last) >= silentAfter
		if !silent {
			if err := tx.Clear(ctx, cause, fmt.Sprintf("The webhook “%s” of the %s number speaks again.", pair[0], channel)); err != nil {
				return err
			}
			continue
		}
		open, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM alerts WHERE cause = $1 AND cleared_at IS NULL)`, cause)
		if err == nil && !open {
			err = tx.Hasten(ctx, channel, ChoreHistory) // whatever has happened there
		}
		if err != nil {
			return err
		}
		if err := tx.Standing(ctx, Alert{Cause: cause, Stays: true, Text: fmt.Sprintf("The webhook “%s” of the %s number has fallen silent while “%s” goes on. Nothing is lost, for each of the two tells everything. "+
			"Please look in the Whapi panel (Settings, Webhooks) whether an address ending in /webhooks/whapi/%s/%s is still there and switched on.", pair[0], channel, pair[1], channel, pair[0])}); err != nil {
			return err
		}
	}
	return nil
}
