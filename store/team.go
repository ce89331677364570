package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

// InviteLife is how long an invite is good for.
const InviteLife = 48 * time.Hour

// HashCode is what is kept of a claim or an invite: of its letters and digits, however they are written.
func HashCode(code string) []byte {
	h := sha256.Sum256([]byte(PlainCode(code)))
	return h[:]
}

// PlainCode is a code as it counts: upper case, without dashes and blanks.
func PlainCode(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, code)
}

// NewCodeID is the id of an invite that is about to be made: its code is made from it.
func NewCodeID() CodeID { return NewID[codeKind]() }

// Invite keeps the hash of a code that makes one person a member. outcome: ok, denied.
func (tx *Tx) Invite(ctx context.Context, telegramID int64, id CodeID, role string, hash []byte) (outcome string, err error) {
	return tx.told(ctx, "invite", `SELECT new_invite($1, $2, $3, $4, $5, $6)`, telegramID, id, role, hash, tx.Now.Add(InviteLife), tx.Now)
}

// RevokeInvite takes a code back. outcome: ok, already (used, revoked or too old), denied.
func (tx *Tx) RevokeInvite(ctx context.Context, telegramID int64, id CodeID) (outcome string, err error) {
	return tx.told(ctx, "revoke invite", `SELECT revoke_invite($1, $2, $3)`, telegramID, id, tx.Now)
}

// SetDeputy says who stands in for a person; zero: nobody. outcome: ok, denied, gone (he may not decide).
func (tx *Tx) SetDeputy(ctx context.Context, telegramID int64, deputy ManagerID) (outcome string, err error) {
	return tx.told(ctx, "set deputy", `SELECT set_deputy($1, $2, $3)`, telegramID, deputy, tx.Now)
}

func (tx *Tx) told(ctx context.Context, what, sql string, args ...any) (string, error) {
	outcome, err := value[string](ctx, tx, sql, args...)
	if err != nil {
		return "", fmt.Errorf("store: %s: %w", what, err)
	}
	return outcome, nil
}

// Joined is what became of a code.
type Joined struct {
	Outcome   string // ok, member, spent, wrong, limited: see use_code in 0007_mapping.sql
	Kind      string // claim, invite
	Role      string
	InvitedBy *int64 // the Telegram id of whoever is to be told
	Manager   ManagerID
}

// UseCode makes whoever brings a living code a member, once.
func (tx *Tx) UseCode(ctx context.Context, telegramID int64, name, code string) (Joined, error) {
	j, err := row[Joined](ctx, tx, `SELECT outcome, coalesce(kind, '') AS kind, coalesce(role, '') AS role, invited_by, manager FROM use_code($1, $2, $3, $4, $5)`,
		telegramID, name, HashCode(code), NewID[managerKind](), tx.Now)
	if err != nil {
		return j, fmt.Errorf("store: use code: %w", err)
	}
	return j, nil
}

// Handed is a chat that was taken over by somebody who cannot answer there any more.
type Handed struct {
	Chat  ChatID `json:"chat"`
	Title string `json:"title"`
}

// Change is what became of a change of the team.
type Change struct {
	Outcome string // ok, same, last_owner, denied, gone
	Handed  []Handed
}

// SetRole makes a member an owner, manager or viewer, by an owner's word.
func (tx *Tx) SetRole(ctx context.Context, telegramID int64, member ManagerID, role string) (Change, error) {
	c, err := row[Change](ctx, tx, `SELECT outcome, handed FROM set_role($1, $2, $3, $4)`, telegramID, member, role, tx.Now)
	if err != nil {
		return c, fmt.Errorf("store: set role: %w", err)
	}
	return c, nil
}

// RemoveManager ends somebody's membership with this commit, by an owner's word: what he decides at this moment counts only if
// it was decided before.
func (tx *Tx) RemoveManager(ctx context.Context, telegramID int64, member ManagerID) (Change, error) {
	c, err := row[Change](ctx, tx, `SELECT outcome, handed FROM remove_manager($1, $2, $3)`, telegramID, member, tx.Now)
	if err != nil {
		return c, fmt.Errorf("store: remove manager: %w", err)
	}
	return c, nil
}

// Absence is what became of going away or coming back.
type Absence struct {
	Outcome    string // ok, denied
	Deputy     *int64 // the Telegram id of whoever stands in
	DeputyName string
	Handed     []Handed // to the deputy, else back to the bot
}

// SetAway says that a person is away until then; nil: back.
func (tx *Tx) SetAway(ctx context.Context, telegramID int64, until *time.Time) (Absence, error) {
	a, err := row[Absence](ctx, tx, `SELECT outcome, deputy, coalesce(deputy_name, '') AS deputy_name, handed FROM set_away($1, $2, $3, $4)`,
		telegramID, until, tx.Now.Add(TakenFor), tx.Now)
	if err != nil {
		return a, fmt.Errorf("store: set away: %w", err)
	}
	return a, nil
}

// Manager reads a member, also one who was removed.
func (tx *Tx) Manager(ctx context.Context, id ManagerID) (Manager, error) {
	m, err := row[Manager](ctx, tx, `SELECT `+managerColumns+` FROM managers WHERE id = $1`, id)
	if err != nil {
		return m, fmt.Errorf("store: manager: %w", err)
	}
	return m, nil
}

// WasRemoved says whether a person was on the team and is not any more.
func (tx *Tx) WasRemoved(ctx context.Context, telegramID int64) (bool, error) {
	was, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM managers WHERE telegram_id = $1 AND NOT active)`, telegramID)
	if err != nil {
		return false, fmt.Errorf("store: was removed: %w", err)
	}
	return was, nil
}

// OpenInvite is a code that nobody has used yet.
type OpenInvite struct {
	ID        CodeID
	Role      string
	By        string
	ExpiresAt time.Time
}

// OpenInvites are those that can still be used.
func (tx *Tx) OpenInvites(ctx context.Context) ([]OpenInvite, error) {
	i, err := rows[OpenInvite](ctx, tx, `SELECT c.id, c.role, m.name AS by, c.expires_at FROM team_codes c JOIN managers m ON m.id = c.made_by
		WHERE c.kind = 'invite' AND c.used_at IS NULL AND c.revoked_at IS NULL AND c.expires_at > $1 ORDER BY c.made_at, c.id`, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("store: open invites: %w", err)
	}
	return i, nil
}

// Owned says whether there is an active owner; until there is one, somebody has to claim the bot.
func (tx *Tx) Owned(ctx context.Context) (bool, error) {
	owned, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM managers WHERE active AND role = 'owner')`)
	if err != nil {
		return false, fmt.Errorf("store: owned: %w", err)
	}
	return owned, nil
}
