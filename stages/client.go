package stages

import "strings"

// Stage is where a restaurant stands in its life with the agency. The values are those of restaurants.stage.
type Stage string

const (
	Lead           Stage = "lead"            // somebody has written; nobody of us has answered yet
	Qualification  Stage = "qualification"   // we talk: who are they, what do they need, do we fit
	Onboarding     Stage = "onboarding"      // they want us: the facts are collected, the terms agreed
	Connection     Stage = "connection"      // their Facebook page and Instagram account are being connected
	ContentSetup   Stage = "content_setup"   // photos, voice, rules, the first plan
	FirstApprovals Stage = "first_approvals" // the client sees the first posts and says yes
	Activation     Stage = "activation"      // all is ready; the first payment is awaited
	Active         Stage = "active"          // it runs
	AtRisk         Stage = "at_risk"         // it ran, and something that it needs is missing
	Paused         Stage = "paused"          // stopped for a while, by agreement
	Closed         Stage = "closed"          // over; they may come back
)

// Event is a fact that may move a client. Facts come late, twice and out of order: one that does not apply is refused
// by Next, and whoever brings it decides whether that matters.
type Event string

const (
	// From the chat.
	AnsweredFirst Event = "answered_first" // our first approved reply has left
	Agreed        Event = "agreed"         // the client has said yes to the offer
	ContentReady  Event = "content_ready"  // enough photos, a voice and rules for the first posts
	ApprovalsDone Event = "approvals_done" // the client has approved the first posts
	Complained    Event = "complained"     // the client is unhappy or wants to leave

	// From Meta.
	Connected      Event = "connected"       // page and account are chosen and the tokens work
	ConnectionLost Event = "connection_lost" // a token was withdrawn or has run out

	// From Stripe.
	Paid              Event = "paid"               // the first payment
	PaymentFailed     Event = "payment_failed"     // a renewal failed
	SubscriptionEnded Event = "subscription_ended" // cancelled for good, or given up by Stripe

	// From the CRM.
	Signed Event = "signed" // sold there: the talks are over
	Lost   Event = "lost"   // the deal was given up there

	// From managers.
	Qualified         Event = "qualified"           // they fit
	RiskCleared       Event = "risk_cleared"        // by a manager, or by whoever sees that payment and connection both stand again
	PausedByManager   Event = "paused_by_manager"   //
	Resumed           Event = "resumed"             // of one that was live
	SetupResumed      Event = "setup_resumed"       // of one that never was: the facts that already hold move it on from there
	ClosedByManager   Event = "closed_by_manager"   //
	ReopenedByManager Event = "reopened_by_manager" // what was agreed has to be agreed again
)

// Client is a restaurant's life with the agency.
var Client = Flow[Stage, Event]{Name: "client", Initial: Lead, Table: []Transition[Stage, Event]{
	{AnsweredFirst, From(Lead), Qualification},
	{Qualified, From(Lead, Qualification), Onboarding},
	{Signed, From(Lead, Qualification), Onboarding},
	{Agreed, From(Onboarding), Connection},
	{Connected, From(Connection), ContentSetup},
	{ContentReady, From(ContentSetup), FirstApprovals},
	{ApprovalsDone, From(FirstApprovals), Activation},
	{Paid, From(Activation), Active},

	{ConnectionLost, From(ContentSetup, FirstApprovals, Activation), Connection},
	{ConnectionLost, From(Active), AtRisk},
	{PaymentFailed, From(Active), AtRisk},
	{Complained, From(Active), AtRisk},
	{RiskCleared, From(AtRisk), Active},

	{PausedByManager, From(Onboarding, Connection, ContentSetup, FirstApprovals, Activation, Active, AtRisk), Paused},
	{Resumed, From(Paused), Active},
	{SetupResumed, From(Paused), Onboarding},

	{Lost, From(Lead, Qualification, Onboarding), Closed},
	{SubscriptionEnded, From(Active, AtRisk, Paused), Closed},
	{ClosedByManager, From(Lead, Qualification, Onboarding, Connection, ContentSetup, FirstApprovals, Activation, Active, AtRisk, Paused), Closed},
	{ReopenedByManager, From(Closed), Qualification},
}}

// Plain is a stage as people read it.
func (s Stage) Plain() string { return strings.ReplaceAll(string(s), "_", " ") }

// Stands says it in a sentence: "is in connection", "is paused".
func (s Stage) Stands() string {
	switch s {
	case Lead:
		return "is a lead"
	case Active, AtRisk, Paused, Closed:
		return "is " + s.Plain()
	}
	return "is in " + s.Plain()
}
