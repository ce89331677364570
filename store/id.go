package store

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// ID is a version 7 uuid that belongs to one kind of row; ids of two kinds do not mix at compile time.
type ID[K any] uuid.UUID

type (
	RestaurantID = ID[restaurantKind]
	PersonID     = ID[personKind]
	ManagerID    = ID[managerKind]
	ChatID       = ID[chatKind]
	MessageID    = ID[messageKind]
	TurnID       = ID[turnKind]
	DraftID      = ID[draftKind]
	ApprovalID   = ID[approvalKind]
	ProposalID   = ID[proposalKind]
	OutboundID   = ID[outboundKind]
	DeliveryID   = ID[deliveryKind]
	NoticeID     = ID[noticeKind]
	AskID        = ID[askKind]
	CodeID       = ID[codeKind]
	MoveID       = ID[moveKind]
	LeaseToken   = ID[leaseKind]

	FixedVersionID = ID[fixedKind]
	WordingID      = ID[wordingKind]
	AlertID        = ID[alertKind]
	ChoreID        = ID[choreKind]
	DeskTurnID     = ID[deskTurnKind]
	PickID         = ID[pickKind]
	ConfirmID      = ID[confirmKind]
	ReminderID     = ID[reminderKind]
	RuleID         = ID[ruleKind]
	CRMItemID      = ID[crmItemKind]
	CRMEventID     = ID[crmEventKind]
	OrderID        = ID[orderKind]
	BillingEventID = ID[billingKind]

	LinkID       = ID[linkKind]
	VisitID      = ID[visitKind]
	ConnectionID = ID[connectionKind]
)

type (
	restaurantKind struct{}
	personKind     struct{}
	managerKind    struct{}
	chatKind       struct{}
	messageKind    struct{}
	turnKind       struct{}
	draftKind      struct{}
	approvalKind   struct{}
	proposalKind   struct{}
	outboundKind   struct{}
	deliveryKind   struct{}
	noticeKind     struct{}
	askKind        struct{}
	codeKind       struct{}
	moveKind       struct{}
	leaseKind      struct{}
	fixedKind      struct{}
	wordingKind    struct{}
	alertKind      struct{}
	choreKind      struct{}
	deskTurnKind   struct{}
	pickKind       struct{}
	confirmKind    struct{}
	reminderKind   struct{}
	ruleKind       struct{}
	crmItemKind    struct{}
	crmEventKind   struct{}
	orderKind      struct{}
	billingKind    struct{}
	linkKind       struct{}
	visitKind      struct{}
	connectionKind struct{}
	rowKind        struct{} // rows that nobody refers to
)

// Ids of vendors. They are opaque; only the convert files of the bots make them.
type (
	VendorChatID    string // WhatsApp: 380501112233@s.whatsapp.net
	VendorMessageID string // unique inside one channel only
	Channel         string // company, marketa: which of our numbers
)

// NewID makes an id whose order is the order of its making.
func NewID[K any]() ID[K] { return ID[K](uuid.Must(uuid.NewV7())) }

func (id ID[K]) String() string { return uuid.UUID(id).String() }

// IsZero says that nobody has set it.
func (id ID[K]) IsZero() bool { return uuid.UUID(id) == uuid.Nil }

// MarshalText and UnmarshalText are for JSON and the like.
func (id ID[K]) MarshalText() ([]byte, error) { return uuid.UUID(id).MarshalText() }

func (id *ID[K]) UnmarshalText(b []byte) error { return (*uuid.UUID)(id).UnmarshalText(b) }

// UUIDValue and ScanUUID are pgx's own interface for uuid columns; the zero id is NULL.
func (id ID[K]) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: id, Valid: !id.IsZero()}, nil
}

func (id *ID[K]) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		*id = ID[K]{}
		return nil
	}
	*id = v.Bytes
	return nil
}

// ParseID reads an id that somebody outside has given back to us.
func ParseID[K any](s string) (ID[K], error) {
	u, err := uuid.Parse(s)
	if err != nil {
		return ID[K]{}, fmt.Errorf("store: parse id: %w", err)
	}
	return ID[K](u), nil
}

// ParseRestaurant reads the id of a restaurant that another system has kept for us.
func ParseRestaurant(s string) (RestaurantID, error) { return ParseID[restaurantKind](s) }
