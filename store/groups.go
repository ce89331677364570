package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
)

// Group is a group whose members and seats are to be asked for.
type Group struct {
	ChatID       ChatID
	RestaurantID RestaurantID
	VendorChatID VendorChatID
	Title        string
	Failures     int
}

// LeaseGroup takes a group that is due. ErrLeaseLost when somebody asks already, or nothing is due.
func (tx *Tx) LeaseGroup(ctx context.Context, chat ChatID) (Group, error) {
	g, err := row[Group](ctx, tx, `UPDATE group_chats g SET lease_until = $2 FROM chats c WHERE c.id = g.chat_id AND g.chat_id = $1 AND g.next_at <= $3
		AND (g.lease_until IS NULL OR g.lease_until < $3) RETURNING g.chat_id, g.restaurant_id, c.vendor_chat_id, c.title, g.failures`, chat, tx.Now.Add(3*LeaseTime), tx.Now)
	if errors.Is(err, fault.NotFound) {
		return g, ErrLeaseLost
	}
	if err != nil {
		return g, fmt.Errorf("store: lease group: %w", err)
	}
	return g, nil
}

// GroupSight is what the vendor says about a group now.
type GroupSight struct {
	Title         string // empty: not told
	Announcements *bool
	Members       []Member           // of others than us; empty: not told
	Seats         map[Channel]string // open, mute, out; a number that is missing here stays as it was
	LIDs          map[string]string  // a member's phone → hidden identity
}

// lookAgain is how long a sight holds when no event tells of a change.
const lookAgain = 24 * time.Hour

// SawGroup writes a sight down. A card of the group that waits is drawn again: it says who may answer, and how.
func (tx *Tx) SawGroup(ctx context.Context, g Group, s GroupSight) error {
	changed, err := tx.seeSeats(ctx, g, s.Seats)
	if err == nil && len(s.Members) > 0 {
		err = tx.seeMembers(ctx, g, s.Members)
	}
	if err == nil {
		err = tx.seeLIDs(ctx, s.LIDs)
	}
	if err == nil && s.Title != "" && s.Title != g.Title {
		_, err = tx.exec(ctx, `UPDATE chats SET title = $2 WHERE id = $1`, g.ChatID, s.Title)
	}
	if err == nil {
		_, err = tx.exec(ctx, `UPDATE group_chats SET announcements = coalesce($2, announcements), looked_at = $3, failures = 0, next_at = $4, lease_until = NULL
			WHERE chat_id = $1`, g.ChatID, s.Announcements, tx.Now, tx.Now.Add(lookAgain))
	}
	if err != nil {
		return fmt.Errorf("store: saw group: %w", err)
	}
	if !changed {
		return nil
	}
	return tx.touchPending(ctx, g.ChatID)
}

func (tx *Tx) seeSeats(ctx context.Context, g Group, seats map[Channel]string) (changed bool, err error) {
	for channel, state := range seats {
		n, err := tx.exec(ctx, `INSERT INTO seats (chat_id, restaurant_id, channel, state, seen_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (chat_id, channel) DO UPDATE SET state = $4, seen_at = $5 WHERE seats.state <> $4`, g.ChatID, g.RestaurantID, channel, state, tx.Now)
		if err != nil {
			return changed, err
		}
		changed = changed || n > 0
	}
	return changed, nil
}

// SeatLost records that the vendor has refused a number in a group.
func (tx *Tx) SeatLost(ctx context.Context, d Delivery) error {
	_, err := tx.seeSeats(ctx, Group{ChatID: d.ChatID, RestaurantID: tx.Restaurant}, map[Channel]string{d.Channel: "out"})
	if err == nil {
		_, err = tx.exec(ctx, `UPDATE group_chats SET next_at = $2 WHERE chat_id = $1`, d.ChatID, tx.Now)
	}
	if err != nil {
		return fmt.Errorf("store: seat lost: %w", err)
	}
	return nil
}

func (tx *Tx) seeMembers(ctx context.Context, g Group, members []Member) error {
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.ID
		if _, err := tx.exec(ctx, `INSERT INTO members (chat_id, restaurant_id, value, rank) VALUES ($1, $2, $3, $4)
			ON CONFLICT (chat_id, value) DO UPDATE SET rank = $4, left_at = NULL WHERE members.rank <> $4 OR members.left_at IS NOT NULL`, g.ChatID, g.RestaurantID, m.ID, m.Rank); err != nil {
			return err
		}
	}
	_, err := tx.exec(ctx, `UPDATE members SET left_at = $2 WHERE chat_id = $1 AND left_at IS NULL AND value <> ALL ($3)`, g.ChatID, tx.Now, ids)
	return err
}

// seeLIDs gives people whom we know by phone their hidden identity, too: whichever of the two a message carries, it is they.
func (tx *Tx) seeLIDs(ctx context.Context, lids map[string]string) error {
	for phone, lid := range lids {
		if _, err := tx.exec(ctx, `INSERT INTO person_ids (restaurant_id, person_id, value) SELECT restaurant_id, person_id, $2 FROM person_ids
			WHERE restaurant_id = $3 AND value = $1 ON CONFLICT DO NOTHING`, phone, lid, tx.Restaurant); err != nil {
			return err
		}
	}
	return nil
}

// touchPending has the card of a chat that waits drawn again.
func (tx *Tx) touchPending(ctx context.Context, chat ChatID) error {
	a, err := value[ApprovalID](ctx, tx, `SELECT id FROM approvals WHERE chat_id = $1 AND state = 'pending'`, chat)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.TouchView(ctx, a)
}

// LookLater asks again, each time after a longer while.
func (tx *Tx) LookLater(ctx context.Context, g Group) error {
	wait := min(time.Minute<<min(g.Failures, 6), time.Hour)
	if _, err := tx.exec(ctx, `UPDATE group_chats SET failures = failures + 1, next_at = $2, lease_until = NULL WHERE chat_id = $1`, g.ChatID, tx.Now.Add(wait)); err != nil {
		return fmt.Errorf("store: look later: %w", err)
	}
	return nil
}

// Seats are our numbers in a group, as far as anybody has said: unknown, open, mute, out.
func (tx *Tx) Seats(ctx context.Context, chat ChatID) (map[Channel]string, error) {
	type seat struct {
		Channel Channel
		State   string
	}
	s, err := rows[seat](ctx, tx, `SELECT channel, state FROM seats WHERE chat_id = $1`, chat)
	if err != nil {
		return nil, fmt.Errorf("store: seats: %w", err)
	}
	out := map[Channel]string{}
	for _, x := range s {
		out[x.Channel] = x.State
	}
	return out, nil
}

// Roster are the people of a group who are not us, by name, by number where nobody knows one; the restaurant's leading ones first.
func (tx *Tx) Roster(ctx context.Context, chat ChatID) ([]string, error) {
	type named struct{ Name string }
	r, err := rows[named](ctx, tx, rosterNames, chat)
	if err != nil {
		return nil, fmt.Errorf("store: roster: %w", err)
	}
	names := make([]string, len(r))
	for i := range r {
		names[i] = r[i].Name
	}
	return names, nil
}

const rosterNames = `SELECT name FROM (
	SELECT DISTINCT ON (1) coalesce(nullif(p.name, ''), CASE WHEN g.value LIKE '%@lid' THEN 'somebody' ELSE g.value END) AS name, g.rank <> 'member' AS leads
	FROM members g LEFT JOIN person_ids v ON v.restaurant_id = g.restaurant_id AND v.value = g.value LEFT JOIN people p ON p.id = v.person_id AND p.restaurant_id = v.restaurant_id
	WHERE g.chat_id = $1 AND g.left_at IS NULL AND our_number(g.value) IS NULL ORDER BY 1, 2 DESC) t
	ORDER BY leads DESC, name ~ '^[0-9]+$' OR name = 'somebody', name LIMIT 30`

// Identity is one thing by which others know one of our numbers: phone, lid or name.
type Identity struct {
	Channel Channel
	Kind    string
	Value   string
}

// Identities are all that is known of who we are.
func (tx *Tx) Identities(ctx context.Context) ([]Identity, error) {
	all, err := rows[Identity](ctx, tx, `SELECT channel, kind, value FROM identities ORDER BY channel, kind, value`)
	if err != nil {
		return nil, fmt.Errorf("store: identities: %w", err)
	}
	return all, nil
}

// Learn writes down who a number is. What is not told this time stays as it was known.
func (tx *Tx) Learn(ctx context.Context, channel Channel, known []Identity) error {
	for _, kind := range []string{"phone", "lid", "name"} {
		var values []string
		for _, i := range known {
			if i.Kind == kind && i.Value != "" {
				values = append(values, i.Value)
			}
		}
		if len(values) == 0 {
			continue
		}
		if _, err := tx.exec(ctx, `DELETE FROM identities WHERE channel = $1 AND kind = $2 AND value <> ALL ($3)`, channel, kind, values); err != nil {
			return fmt.Errorf("store: learn: %w", err)
		}
		if _, err := tx.exec(ctx, `INSERT INTO identities (channel, kind, value, learned_at) SELECT $1, $2, v, $4 FROM unnest($3::text[]) v ON CONFLICT DO NOTHING`, channel, kind, values, tx.Now); err != nil {
			return fmt.Errorf("store: learn: %w", err)
		}
	}
	return nil
}

// Listen sets what makes a turn in a group: addressed_only, or all. It reports whether that changed anything.
func (tx *Tx) Listen(ctx context.Context, chat ChatID, to string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE chats SET listen = $2 WHERE id = $1 AND kind = 'group' AND listen <> $2`, chat, to)
	if err != nil {
		return false, fmt.Errorf("store: listen: %w", err)
	}
	return n > 0, nil
}

// LeaveAs changes under which number a delivery leaves, before the vendor is called.
func (tx *Tx) LeaveAs(ctx context.Context, d Delivery, channel Channel) error {
	return tx.setDelivery(ctx, d, `channel = $3`, channel)
}

// SendAs gives a delivery that has certainly not left to another number of ours, at once.
func (tx *Tx) SendAs(ctx context.Context, d Delivery, channel Channel) error {
	if err := tx.setDelivery(ctx, d, `state = 'pending', next_at = $3, channel = $4, lease_token = NULL, lease_until = NULL`, tx.Now, channel); err != nil {
		return err
	}
	return tx.Enqueue(ctx, Deliver{Restaurant: tx.Restaurant, Delivery: d.ID})
}
