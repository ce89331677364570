package stages

// DeliveryState is what we know about one text on its way to the vendor. The values are those of deliveries.state.
type DeliveryState string

const (
	DeliveryPending   DeliveryState = "pending"   // released, the vendor was not called
	DeliveryIntended  DeliveryState = "intended"  // the intent is committed; the call may be under way
	DeliveryKnown     DeliveryState = "known"     // the vendor has it, under an id that we know
	DeliveryUnknown   DeliveryState = "unknown"   // the answer was lost: never call again before the history was read
	DeliveryAsked     DeliveryState = "asked"     // the history does not tell: a manager was asked
	DeliveryFailed    DeliveryState = "failed"    // the vendor has refused it for good; a manager was told
	DeliveryWithdrawn DeliveryState = "withdrawn" // it will not be sent
)

// DeliveryEvent is what we learn about a delivery.
type DeliveryEvent string

const (
	DeliveryIntend    DeliveryEvent = "intend"    // about to call; committed before the call
	DeliveryOvertaken DeliveryEvent = "overtaken" // the client wrote between the press and the intent
	DeliveryAccepted  DeliveryEvent = "accepted"  // the vendor answered with an id
	DeliveryRefused   DeliveryEvent = "refused"   // the vendor answered that it will never take this
	DeliveryNotSent   DeliveryEvent = "not_sent"  // it is certain that nothing was sent: it may be tried again
	DeliveryLost      DeliveryEvent = "lost"      // no answer, or we died during the call
	DeliveryFound     DeliveryEvent = "found"     // it stands in the vendor's history, or its echo came by webhook: whatever we believed
	DeliveryAsk       DeliveryEvent = "ask"       // nothing more can be found out
	DeliveryResend    DeliveryEvent = "resend"    // a manager says that it has not arrived
	DeliveryGiveUp    DeliveryEvent = "give_up"   // a manager lets it be
)

// Delivery is the life of one text on its way out. Sent, delivered and read are receipts, kept apart from it.
var Delivery = Flow[DeliveryState, DeliveryEvent]{Name: "delivery", Initial: DeliveryPending, Table: []Transition[DeliveryState, DeliveryEvent]{
	{DeliveryIntend, From(DeliveryPending), DeliveryIntended},
	{DeliveryOvertaken, From(DeliveryPending), DeliveryWithdrawn},
	{DeliveryAccepted, From(DeliveryIntended), DeliveryKnown},
	{DeliveryRefused, From(DeliveryIntended), DeliveryFailed},
	{DeliveryNotSent, From(DeliveryIntended, DeliveryUnknown), DeliveryPending},
	{DeliveryLost, From(DeliveryIntended), DeliveryUnknown},
	{DeliveryFound, From(DeliveryUnknown, DeliveryAsked, DeliveryPending, DeliveryIntended, DeliveryFailed, DeliveryWithdrawn), DeliveryKnown},
	{DeliveryAsk, From(DeliveryUnknown), DeliveryAsked},
	{DeliveryResend, From(DeliveryAsked, DeliveryFailed), DeliveryPending},
	{DeliveryGiveUp, From(DeliveryPending, DeliveryAsked, DeliveryFailed), DeliveryWithdrawn},
}}
