package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"marketa/internal/fault"
)

// GroupNews is something that happened to a group, not in it: who came and went, what it is called, who may write.
type GroupNews struct {
	Channel       Channel
	Chat          VendorChatID
	Action        string   // welcome: that number is in it now; add, remove, promote, demote; update
	People        []string // of add to demote: digits, or digits@lid
	Title         string   // of welcome and update
	Announcements *bool    // only admins write; nil: not told
	Members       []Member // of welcome, where they were told
}

// Member of a group.
type Member struct {
	ID   string // digits of a phone, or a hidden identity with its @lid
	Rank string // member, admin, creator
}

// heardGroup is a group that there is news of.
type heardGroup struct {
	ID           ChatID
	RestaurantID RestaurantID
	Title        string
}

// hearGroups keeps what happened to groups as notes in their conversations, and has the vendor asked what is true now. Each
// change is told up to four times (two numbers, two hooks) and without an id: only what changes something is noted. A group in
// which nobody has written yet has no chat; its first message makes one, and then the vendor is asked.
func (tx *Tx) hearGroups(ctx context.Context, news []GroupNews) error {
	for _, n := range news {
		g, err := row[heardGroup](ctx, tx, `SELECT id, restaurant_id, title FROM chats WHERE vendor_chat_id = $1 AND kind = 'group'`, n.Chat)
		if errors.Is(err, fault.NotFound) {
			continue
		}
		if err == nil {
			err = tx.hearGroup(ctx, g, n)
		}
		if err != nil {
			return fmt.Errorf("store: group news: %w", err)
		}
	}
	return nil
}

func (tx *Tx) hearGroup(ctx context.Context, g heardGroup, n GroupNews) error {
	// The row first: who tells the same at the same time waits here.
	if _, err := tx.exec(ctx, `INSERT INTO group_chats (chat_id, restaurant_id, next_at) VALUES ($1, $2, $3) ON CONFLICT (chat_id) DO UPDATE SET next_at = $3`,
		g.ID, g.RestaurantID, tx.Now); err != nil {
		return err
	}
	switch n.Action {
	case "welcome":
		return tx.welcomed(ctx, g, n)
	case "update":
		return tx.groupChanged(ctx, g, n)
	}
	for _, id := range n.People {
		if err := tx.memberChanged(ctx, g, n.Action, id); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) welcomed(ctx context.Context, g heardGroup, n GroupNews) error {
	back, err := tx.exec(ctx, `UPDATE seats SET state = 'unknown', seen_at = $3 WHERE chat_id = $1 AND channel = $2 AND state = 'out'`, g.ID, n.Channel, tx.Now)
	if err != nil {
		return err
	}
	if back > 0 {
		if err := tx.noteInGroup(ctx, g, n.Channel, fmt.Sprintf("Our %s number is in this group now", n.Channel)); err != nil {
			return err
		}
	}
	return tx.groupChanged(ctx, g, n)
}

// groupChanged updates title and who may write; what the group is called is a manager's way to find it.
func (tx *Tx) groupChanged(ctx context.Context, g heardGroup, n GroupNews) error {
	if n.Title != "" && n.Title != g.Title {
		changed, err := tx.exec(ctx, `UPDATE chats SET title = $2 WHERE id = $1 AND title <> $2`, g.ID, n.Title)
		if err != nil {
			return err
		}
		if changed > 0 && g.Title != "" {
			if err := tx.noteInGroup(ctx, g, n.Channel, fmt.Sprintf("The group is called “%s” now", n.Title)); err != nil {
				return err
			}
		}
	}
	if n.Announcements == nil {
		return nil
	}
	changed, err := tx.exec(ctx, `UPDATE group_chats SET announcements = $2 WHERE chat_id = $1 AND announcements <> $2`, g.ID, *n.Announcements)
	if err != nil || changed == 0 {
		return err
	}
	words := "Everybody may write in this group again"
	if *n.Announcements {
		words = "Only admins may write in this group now"
	}
	return tx.noteInGroup(ctx, g, n.Channel, words)
}

// memberChanged notes who came, went, rose or fell, if that is new.
func (tx *Tx) memberChanged(ctx context.Context, g heardGroup, action, id string) error {
	own, err := value[*Channel](ctx, tx, `SELECT our_number($1)`, id)
	if err != nil {
		return err
	}
	if own != nil {
		return tx.ownSeatChanged(ctx, g, action, *own)
	}
	changed, words := int64(0), ""
	switch action {
	case "add":
		words = "joined the group"
		changed, err = tx.exec(ctx, `INSERT INTO members (chat_id, restaurant_id, value) VALUES ($1, $2, $3)
			ON CONFLICT (chat_id, value) DO UPDATE SET left_at = NULL, rank = 'member' WHERE members.left_at IS NOT NULL`, g.ID, g.RestaurantID, id)
	case "remove":
		words = "is not in the group any more"
		changed, err = tx.exec(ctx, `INSERT INTO members (chat_id, restaurant_id, value, left_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (chat_id, value) DO UPDATE SET left_at = $4 WHERE members.left_at IS NULL`, g.ID, g.RestaurantID, id, tx.Now)
	case "promote":
		words = "is an admin of the group now"
		changed, err = tx.ranked(ctx, g, id, "admin")
	case "demote":
		words = "is no admin of the group any more"
		changed, err = tx.ranked(ctx, g, id, "member")
	}
	if err != nil || changed == 0 {
		return err
	}
	who, err := tx.nameInGroup(ctx, g, id)
	if err != nil {
		return err
	}
	return tx.noteInGroup(ctx, g, "", who+" "+words)
}

func (tx *Tx) ranked(ctx context.Context, g heardGroup, id, rank string) (int64, error) {
	return tx.exec(ctx, `INSERT INTO members (chat_id, restaurant_id, value, rank) VALUES ($1, $2, $3, $4)
		ON CONFLICT (chat_id, value) DO UPDATE SET rank = $4 WHERE members.rank <> $4`, g.ID, g.RestaurantID, id, rank)
}

func (tx *Tx) nameInGroup(ctx context.Context, g heardGroup, id string) (string, error) {
	name, err := value[string](ctx, tx, `SELECT coalesce((SELECT p.name FROM person_ids v JOIN people p ON p.id = v.person_id
		WHERE v.restaurant_id = $1 AND v.value = $2 AND p.name <> '' LIMIT 1), '')`, g.RestaurantID, id)
	switch {
	case err != nil || name != "":
		return name, err
	case strings.HasSuffix(id, "@lid"):
		return "Somebody", nil
	}
	return id, nil
}

// ownSeatChanged: one of our numbers came or went. Without a seat nothing can be said there, so managers hear of it.
func (tx *Tx) ownSeatChanged(ctx context.Context, g heardGroup, action string, own Channel) error {
	state := map[string]string{"add": "unknown", "remove": "out"}[action]
	if state == "" {
		return nil // what a new rank allows is the vendor's to say
	}
	changed, err := tx.exec(ctx, `INSERT INTO seats (chat_id, restaurant_id, channel, state, seen_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (chat_id, channel) DO UPDATE SET state = $4, seen_at = $5 WHERE (seats.state = 'out') <> ($4 = 'out')`, g.ID, g.RestaurantID, own, state, tx.Now)
	if err != nil || changed == 0 {
		return err
	}
	if action == "add" {
		return tx.noteInGroup(ctx, g, own, fmt.Sprintf("Our %s number is in this group now", own))
	}
	if err := tx.noteInGroup(ctx, g, own, fmt.Sprintf("Our %s number is not in this group any more", own)); err != nil {
		return err
	}
	return tx.lostSeat(ctx, g, own)
}

// lostSeat says what follows from it, and what to do.
func (tx *Tx) lostSeat(ctx context.Context, g heardGroup, own Channel) error {
	left, err := value[*Channel](ctx, tx, `SELECT min(channel) FROM (SELECT channel FROM seats WHERE chat_id = $1 AND state <> 'out'
		UNION SELECT channel FROM chats WHERE id = $1 AND NOT EXISTS (SELECT FROM seats s WHERE s.chat_id = $1 AND s.channel = chats.channel)) t WHERE channel <> $2`, g.ID, own)
	if err != nil {
		return err
	}
	name := g.Title
	if name == "" {
		name = "a group without a name"
	}
	text := fmt.Sprintf("The %s number is not in the WhatsApp group “%s” any more. ", own, name)
	if left != nil {
		text += fmt.Sprintf("Replies there leave under the %s number from now on. If %s shall come back, ask an admin of the group to add it.", *left, own)
	} else {
		text += "None of our numbers is in it now, so nothing can be sent there. Ask an admin of the group to add us again, or write to the people directly."
	}
	return tx.Raise(ctx, Alert{Cause: "group-out-" + g.ID.String() + "-" + string(own), Text: text})
}

// noteInGroup puts a line that nobody has said into the group's conversation: context for whoever reads it, never a reason to
// answer.
func (tx *Tx) noteInGroup(ctx context.Context, g heardGroup, channel Channel, words string) error {
	id := NewID[messageKind]()
	_, err := tx.exec(ctx, `INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, kind, body, body_hash, seq, sent_at, received_at, aside)
		SELECT $1, c.restaurant_id, c.id, coalesce(nullif($2, ''), c.channel), $7, 'client', 'system', $3, $4, c.watermark, $5, $5, true FROM chats c WHERE c.id = $6`,
		id, channel, "["+words+"]", HashText("["+words+"]"), tx.Now, g.ID, "note-"+id.String())
	return err
}
