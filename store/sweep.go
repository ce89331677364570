package store

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// Sweep wakes everything that is due and that nobody works on: chats whose turn was lost with its worker, deliveries, what
// approvals have released, cards, notices and updates whose time has come. It is what resumes work after a crash; River's own rescue is the last net.
//
// Each row is pushed on by grace, so that a slow worker is not woken over and over. window and cap are the burst window's.
func (db *DB) Sweep(ctx context.Context, window, cap time.Duration) (woken int, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		var jobs []river.JobArgs
		for _, sweep := range []func(context.Context, *Tx) ([]river.JobArgs, error){
			sweepChats(window, cap),
			sweepWakes,
			sweepDue[LookAtGroup]("group_chats", "chat_id", "restaurant_id AS restaurant, chat_id AS chat", 0),
			sweepDue[Deliver]("deliveries", "id", "restaurant_id AS restaurant, id AS delivery", 0),
			sweepDue[TranslateWording]("wordings", "id", "restaurant_id AS restaurant, id AS wording", sweepGrace),
			sweepReleases,
			sweepDue[AdvanceStage]("stage_checks", "id", "restaurant_id AS restaurant", sweepGrace),
			sweepDue[ShowApproval]("views", "approval_id", "approval_id AS approval", sweepGrace),
			sweepDue[SendNotice]("notices", "id", "id AS notice", sweepGrace),
			sweepDue[ShowAlert]("alerts", "id", "id AS alert", sweepGrace),
			sweepDue[DoChore]("chores", "id", "id AS chore", 0),
			sweepUpdates,
			sweepLooks,
			sweepTakeOvers,
			sweepMedia[FetchMedia]("state = 'waiting'"),
			sweepMedia[Listen]("state = 'kept' AND heard = 'waiting'"),
			sweepDue[FetchGift]("photo_gifts", "id", "id AS gift", sweepGrace),
			sweepDue[LookAtPhoto]("photos", "id", "restaurant_id AS restaurant, id AS photo", sweepGrace),
			sweepDue[ShowFiles]("file_views", "approval_id", "approval_id AS approval", sweepGrace),
			sweepDue[RunDesk]("desk_turns", "id", "id AS turn", sweepGrace),
			sweepDue[ShowDesk]("desk_posts", "turn_id", "turn_id AS turn", 0),
			sweepDue[TellReminder]("reminders", "id", "id AS reminder", 0),
			sweepConfirms,
			sweepDue[WorkCRM]("crm_outbox", "id", "restaurant_id AS restaurant, id AS item", sweepGrace),
			sweepDue[ReadCRM]("crm_events", "id", "id AS event", sweepGrace),
			sweepDue[WritePost]("post_tasks", "id", "restaurant_id AS restaurant, post_id AS post", sweepGrace),
			sweepDue[ShowPost]("post_views", "approval_id", "approval_id AS approval", sweepGrace),
			sweepDue[Publish]("publications", "id", "restaurant_id AS restaurant, id AS publication", 0),
			sweepDue[SettleBilling]("billing_events", "id", "id AS event", sweepGrace),
			sweepDue[SeeToOrder]("orders", "id", "restaurant_id AS restaurant, id AS order", sweepGrace),
			sweepDue[TellClient]("post_news", "post_id", "restaurant_id AS restaurant, post_id AS post", 0),
		} {
			found, err := sweep(ctx, tx)
			if err != nil {
				return fmt.Errorf("store: sweep: %w", err)
			}
			jobs = append(jobs, found...)
		}
		woken = len(jobs)
		return tx.Enqueue(ctx, jobs...)
	})
	return woken, err
}

const (
	sweepGrace = 2 * time.Second // a fresh row's own job comes first
	sweepLimit = 200
)

func sweepChats(window, cap time.Duration) func(context.Context, *Tx) ([]river.JobArgs, error) {
	return func(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
		return collect[RunTurn](ctx, tx, `UPDATE chats SET swept_at = $1 WHERE id IN (SELECT id FROM chats WHERE busy_since IS NOT NULL
			AND least(coalesce(last_inbound_at, busy_since) + $2::interval, busy_since + $3::interval) < $4 AND busy_since < $4
			AND (lease_until IS NULL OR lease_until < $1) AND (swept_at IS NULL OR swept_at < $4)
			AND NOT EXISTS (SELECT FROM media f WHERE f.chat_id = chats.id AND f.awaited_until > $4)
			ORDER BY busy_since LIMIT $5 FOR UPDATE SKIP LOCKED) RETURNING restaurant_id AS restaurant, id AS chat`,
			tx.Now, window, cap, tx.Now.Add(-sweepGrace), sweepLimit)
	}
}

// sweepWakes brings back chats whose time has come without new words: the pause after the phone is over.
func sweepWakes(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
	return collect[RunTurn](ctx, tx, `UPDATE chats SET busy_since = coalesce(busy_since, $1), wake_at = NULL WHERE id IN (SELECT id FROM chats WHERE wake_at <= $1
		ORDER BY wake_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING restaurant_id AS restaurant, id AS chat`, tx.Now, sweepLimit)
}

// sweepDue takes the rows of a table that are due since graceful and that nobody holds. A row that stays due (its workers
// are slow, or there is nobody to work on it) is woken after twice the time, at most every LeaseTime.
func sweepDue[J river.JobArgs](table, id, args string, grace time.Duration) func(context.Context, *Tx) ([]river.JobArgs, error) {
	sql := fmt.Sprintf(`UPDATE %[1]s SET swept_at = $1 WHERE %[2]s IN (SELECT %[2]s FROM %[1]s WHERE next_at <= $2 AND (lease_until IS NULL OR lease_until < $1)
		AND (swept_at IS NULL OR swept_at < next_at OR swept_at <= $1::timestamptz - least(greatest(swept_at - next_at, $3::interval), $4::interval))
		ORDER BY next_at LIMIT $5 FOR UPDATE SKIP LOCKED) RETURNING %[3]s`, table, id, args)
	return func(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
		return collect[J](ctx, tx, sql, tx.Now, tx.Now.Add(-grace), sweepGrace, LeaseTime, sweepLimit)
	}
}

// sweepMedia takes the files that are due for what J does with them.
func sweepMedia[J river.JobArgs](which string) func(context.Context, *Tx) ([]river.JobArgs, error) {
	sql := `UPDATE media SET swept_at = $1 WHERE id IN (SELECT id FROM media WHERE next_at <= $2 AND ` + which + ` AND (lease_until IS NULL OR lease_until < $1)
		AND (swept_at IS NULL OR swept_at < next_at OR swept_at <= $1::timestamptz - $3::interval)
		ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED) RETURNING restaurant_id AS restaurant, id AS media`
	return func(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
		return collect[J](ctx, tx, sql, tx.Now, tx.Now.Add(-sweepGrace), LeaseTime, sweepLimit)
	}
}

func sweepReleases(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
	return collect[ApplyProposals](ctx, tx, `UPDATE deliveries x SET release_at = $1 FROM outbound o WHERE o.id = x.outbound_id
		AND x.id IN (SELECT id FROM deliveries WHERE release_at < $2 ORDER BY release_at LIMIT $3 FOR UPDATE SKIP LOCKED)
		RETURNING o.restaurant_id AS restaurant, o.approval_id AS approval`, tx.Now, tx.Now.Add(-sweepGrace), sweepLimit)
}

func sweepUpdates(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
	return collect[HandleUpdate](ctx, tx, `UPDATE updates SET next_at = $1 WHERE update_id IN (SELECT update_id FROM updates WHERE handled_at IS NULL AND next_at < $2
		ORDER BY update_id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING update_id AS update`, tx.Now, tx.Now.Add(-sweepGrace), sweepLimit)
}

func collect[J river.JobArgs](ctx context.Context, tx *Tx, sql string, args ...any) ([]river.JobArgs, error) {
	found, err := rows[J](ctx, tx, sql, args...)
	if err != nil {
		return nil, err
	}
	jobs := make([]river.JobArgs, len(found))
	for i, j := range found {
		jobs[i] = j
	}
	return jobs, nil
}

// Outstanding names what is due within the horizon; empty when all is quiet. Drains and tests wait for that.
func (tx *Tx) Outstanding(ctx context.Context, horizon time.Duration) (string, error) {
	what, err := value[string](ctx, tx, `SELECT concat_ws(' ',
		(SELECT 'turns:' || count(*) FROM chats WHERE busy_since IS NOT NULL HAVING count(*) > 0),
		(SELECT 'wakes:' || count(*) FROM chats WHERE wake_at < $1 HAVING count(*) > 0),
		(SELECT 'groups:' || count(*) FROM group_chats WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'deliveries:' || count(*) FROM deliveries WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'stages:' || count(*) FROM stage_checks WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'releases:' || count(*) FROM deliveries WHERE release_at < $1 HAVING count(*) > 0),
		(SELECT 'cards:' || count(*) FROM views WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'wordings:' || count(*) FROM wordings WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'notices:' || count(*) FROM notices WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'alerts:' || count(*) FROM alerts WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'chores:' || count(*) FROM chores WHERE next_at <= $3 OR busy AND next_at < $1 HAVING count(*) > 0),
		(SELECT 'updates:' || count(*) FROM updates WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'looks:' || count(*) FROM approvals a JOIN views v ON v.approval_id = a.id WHERE a.state = 'pending' AND v.next_at IS NULL AND v.looked_at < $2 HAVING count(*) > 0),
		(SELECT 'take-overs:' || count(*) FROM chats WHERE taken_by IS NOT NULL AND taken_until <= $3 AND take_over_told IS DISTINCT FROM taken_until HAVING count(*) > 0),
		(SELECT 'files:' || count(*) FROM media WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'gifts:' || count(*) FROM photo_gifts WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'photos:' || count(*) FROM photos WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'shown files:' || count(*) FROM file_views WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'desk:' || count(*) FROM desk_turns WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'answers:' || count(*) FROM desk_posts WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'confirms:' || count(*) FROM confirms WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'reminders:' || count(*) FROM reminders WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'crm:' || count(*) FROM crm_outbox WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'crm events:' || count(*) FROM crm_events WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'posts:' || count(*) FROM post_tasks WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'post cards:' || count(*) FROM post_views WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'publications:' || count(*) FROM publications WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'billing:' || count(*) FROM billing_events WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'orders:' || count(*) FROM orders WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'post news:' || count(*) FROM post_news WHERE next_at < $1 HAVING count(*) > 0),
		(SELECT 'jobs:' || count(*) FROM river_job WHERE state IN ('available', 'running') HAVING count(*) > 0))`, tx.Now.Add(horizon), tx.Now.Add(-lookAfter), tx.Now)
	if err != nil {
		return "", fmt.Errorf("store: outstanding: %w", err)
	}
	return what, nil
}
