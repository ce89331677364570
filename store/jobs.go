package store

import "github.com/riverqueue/river"

// Every asynchronous hop, like a timetable. Arguments are ids only: the row is the payload, the job is the address. Who
// works them stands in brackets. A job may be there twice or be lost: leases and the sweeper (sweep.go) see to that.

// The queues, apart so that a slow vendor holds up its own lane only.
const (
	QueueTurns      = "turns"      // a turn sits out its burst window in here: many places, little work
	QueueDeliveries = "deliveries" // WhatsApp
	QueueTelegram   = "telegram"   // paced
	QueueUpdates    = "updates"    // presses and words of managers
	QueueMedia      = "media"      // files from WhatsApp, to the models and to Telegram: slow and large
	QueuePhotos     = "photos"     // pictures that models look at: many at once, and nobody waits
	QueueChores     = "chores"     // what is done regularly: slow vendors must hold up nothing else
	QueueCRM        = "crm"        // one request a second for everybody
	QueueBilling    = "billing"    // Stripe
)

// RunTurn answers what is unhandled in a chat [agent].
type RunTurn struct {
	Restaurant RestaurantID `json:"restaurant"`
	Chat       ChatID       `json:"chat"`
}

func (RunTurn) Kind() string                 { return "run_turn" }
func (RunTurn) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTurns} }

// Deliver brings an approved message to the vendor, or finds out what became of it [bots/whatsapp].
type Deliver struct {
	Restaurant RestaurantID `json:"restaurant"`
	Delivery   DeliveryID   `json:"delivery"`
}

func (Deliver) Kind() string                 { return "deliver" }
func (Deliver) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueDeliveries} }

// ApplyProposals carries out what an approval has released [agent].
type ApplyProposals struct {
	Restaurant RestaurantID `json:"restaurant"`
	Approval   ApprovalID   `json:"approval"`
}

func (ApplyProposals) Kind() string                 { return "apply_proposals" }
func (ApplyProposals) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueDeliveries} }

// AdvanceStage lets a restaurant's life go on where its stage misses nothing any more [tools/life].
type AdvanceStage struct {
	Restaurant RestaurantID `json:"restaurant"`
}

func (AdvanceStage) Kind() string                 { return "advance_stage" }
func (AdvanceStage) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueUpdates} }

// LookAtGroup asks WhatsApp who is in a group and whether our numbers may write there [bots/whatsapp].
type LookAtGroup struct {
	Restaurant RestaurantID `json:"restaurant"`
	Chat       ChatID       `json:"chat"`
}

func (LookAtGroup) Kind() string                 { return "look_at_group" }
func (LookAtGroup) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueDeliveries} }

// ShowApproval draws an approval's cards in Telegram, or draws them again [bots/telegram].
type ShowApproval struct {
	Approval ApprovalID `json:"approval"`
}

func (ShowApproval) Kind() string                 { return "show_approval" }
func (ShowApproval) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTelegram} }

// SendNotice sends a one-off message or toast to managers [bots/telegram].
type SendNotice struct {
	Notice NoticeID `json:"notice"`
}

func (SendNotice) Kind() string                 { return "send_notice" }
func (SendNotice) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTelegram} }

// ShowAlert posts an alert in Telegram, or brings its messages up to date [bots/telegram].
type ShowAlert struct {
	Alert AlertID `json:"alert"`
}

func (ShowAlert) Kind() string                 { return "show_alert" }
func (ShowAlert) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTelegram} }

// DoChore does something that is done again and again: health, history, hooks [main hands it to whoever does it].
type DoChore struct {
	Chore ChoreID `json:"chore"`
}

func (DoChore) Kind() string                 { return "do_chore" }
func (DoChore) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueChores} }

// SettleBilling asks the vendor about what a billing event speaks of, and keeps the answer [tools/payments].
type SettleBilling struct {
	Event BillingEventID `json:"event"`
}

func (SettleBilling) Kind() string                 { return "settle_billing" }
func (SettleBilling) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueBilling} }

// SeeToOrder asks the vendor what became of an order's page, closes one that counts no more, and thanks a client who has paid
// [tools/payments].
type SeeToOrder struct {
	Restaurant RestaurantID `json:"restaurant"`
	Order      OrderID      `json:"order"`
}

func (SeeToOrder) Kind() string                 { return "see_to_order" }
func (SeeToOrder) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueBilling} }

// HandleUpdate handles what Telegram sent [bots/telegram].
type HandleUpdate struct {
	Update int64 `json:"update"`
}

func (HandleUpdate) Kind() string                 { return "handle_update" }
func (HandleUpdate) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueUpdates} }

// FetchMedia brings a client's file into our bucket [bots/whatsapp].
type FetchMedia struct {
	Restaurant RestaurantID `json:"restaurant"`
	Media      MediaID      `json:"media"`
}

func (FetchMedia) Kind() string                 { return "fetch_media" }
func (FetchMedia) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueMedia} }

// Listen has the words of a sound written down [agent].
type Listen struct {
	Restaurant RestaurantID `json:"restaurant"`
	Media      MediaID      `json:"media"`
}

func (Listen) Kind() string                 { return "listen" }
func (Listen) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueMedia} }

// FetchGift fetches a picture that a manager has given [bots/telegram].
type FetchGift struct {
	Gift GiftID `json:"gift"`
}

func (FetchGift) Kind() string                 { return "fetch_gift" }
func (FetchGift) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueMedia} }

// LookAtPhoto finds out what stands in a picture of the gallery [tools/images/gallery].
type LookAtPhoto struct {
	Restaurant RestaurantID `json:"restaurant"`
	Photo      PhotoID      `json:"photo"`
}

func (LookAtPhoto) Kind() string                 { return "look_at_photo" }
func (LookAtPhoto) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueuePhotos} }

// ShowFiles brings the files that a card answers to Telegram, behind the card [bots/telegram].
type ShowFiles struct {
	Approval ApprovalID `json:"approval"`
}

func (ShowFiles) Kind() string                 { return "show_files" }
func (ShowFiles) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueMedia} }

// RunDesk answers what a manager has asked the bot in plain words [agent].
type RunDesk struct {
	Turn DeskTurnID `json:"turn"`
}

func (RunDesk) Kind() string                 { return "run_desk" }
func (RunDesk) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTurns} }

// ShowDesk draws the message in which a manager sees the answer, or draws it again [bots/telegram].
type ShowDesk struct {
	Turn DeskTurnID `json:"turn"`
}

func (ShowDesk) Kind() string                 { return "show_desk" }
func (ShowDesk) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTelegram} }

// TellReminder tells a manager what he wanted to be reminded of [bots/telegram].
type TellReminder struct {
	Reminder ReminderID `json:"reminder"`
}

func (TellReminder) Kind() string                 { return "tell_reminder" }
func (TellReminder) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueUpdates} }

// WorkCRM brings something to the CRM, or finds out what became of it [tools/crm].
type WorkCRM struct {
	Restaurant RestaurantID `json:"restaurant"`
	Item       CRMItemID    `json:"item"`
}

func (WorkCRM) Kind() string                 { return "work_crm" }
func (WorkCRM) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueCRM} }

// ReadCRM reads in the CRM what its webhook was about, or what a manager has asked for [tools/crm].
type ReadCRM struct {
	Event CRMEventID `json:"event"`
}

func (ReadCRM) Kind() string                 { return "read_crm" }
func (ReadCRM) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueCRM} }

// WritePost writes the next version of a post and holds it for a decision [tools/posts].
type WritePost struct {
	Restaurant RestaurantID `json:"restaurant"`
	Post       PostID       `json:"post"`
}

func (WritePost) Kind() string                 { return "write_post" }
func (WritePost) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTurns} }

// ShowPost draws a post's cards in Telegram, or draws them again [bots/telegram].
type ShowPost struct {
	Approval PostApprovalID `json:"approval"`
}

func (ShowPost) Kind() string                 { return "show_post" }
func (ShowPost) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueTelegram} }

// Publish brings what a manager has released to the restaurant's account, or finds out what became of it [tools/publish].
type Publish struct {
	Restaurant  RestaurantID  `json:"restaurant"`
	Publication PublicationID `json:"publication"`
}

func (Publish) Kind() string                 { return "publish" }
func (Publish) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueDeliveries} }
