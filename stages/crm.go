package stages

// CRMWords is the line that stands under a restaurant's task in the CRM after an event in its life; empty for what the CRM
// need not hear, or has told us itself.
func CRMWords(e Event) string {
	return map[Event]string{
		Qualified:         "They fit: onboarding begins.",
		Agreed:            "The client has agreed to the offer. Next: connect Facebook and Instagram.",
		Connected:         "Facebook and Instagram are connected.",
		ContentReady:      "Photos and wishes are complete. Next: the client sees the first posts.",
		ApprovalsDone:     "The client has approved the first posts. Next: the first payment.",
		Paid:              "The first payment has arrived. The service is active.",
		PaymentFailed:     "A payment has failed. The restaurant is at risk.",
		ConnectionLost:    "The connection to Facebook and Instagram is lost. The client has to connect again.",
		Complained:        "The client is unhappy. The restaurant is at risk.",
		RiskCleared:       "What was at risk is settled.",
		SubscriptionEnded: "The subscription has ended.",
		PausedByManager:   "Paused.",
		Resumed:           "Resumed.",
		SetupResumed:      "Resumed: the set-up goes on.",
		ClosedByManager:   "Closed.",
		ReopenedByManager: "Opened again.",
	}[e]
}

// CRMPublished is the line after a post has gone live; where says on which networks, one to a line.
func CRMPublished(where string) string { return "A post is live.\n" + where }
