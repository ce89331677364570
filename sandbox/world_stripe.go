package sandbox

// The price list of the simulated agency.
const (
	PlanStart    = "start_monthly"    // 49.00 EUR
	PlanStandard = "standard_monthly" // 99.00 EUR
	PlanPremium  = "premium_monthly"  // 199.00 EUR
)

// priceList puts the plans on it.
func (w *World) priceList() {
	w.Stripe.AddPrice(PlanStart, "start", 4900, "eur", "month")
	w.Stripe.AddPrice(PlanStandard, "standard", 9900, "eur", "month")
	w.Stripe.AddPrice(PlanPremium, "premium", 19900, "eur", "month")
}
