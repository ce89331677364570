// Package payments is what a restaurant pays the agency: the price list, the offer that a manager confirms, the page on which
// the client pays, and what the vendor reports about it.
//
// It knows store, stages, tools and the vendor's client (tools/payments/stripe). Amounts come from the vendor's price list, are
// shown to the manager who confirms them, and stand in the order's row from then on: no model, client or page has a hand in
// them. That somebody has paid is believed when the vendor says so as an answer to our question, never because a webhook, a
// redirect or a person says so; and what the vendor says leads to a restaurant by our own rows only.
//
// Start reading at offer.go (the card), then checkout.go (the page), settle.go (what the vendor says), orders.go (what nobody
// told us).
package payments

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
	"marketa/tools/payments/stripe"
)

// Config of the capability.
type Config struct {
	DB        *store.DB
	Stripe    *stripe.Client // nil: nothing can be paid
	Secrets   []string       // of the webhook endpoint
	PublicURL string         // our own address, without a slash at its end
	Log       *slog.Logger
}

// Payments is the capability.
type Payments struct {
	db       *store.DB
	stripe   *stripe.Client
	verifier stripe.Verifier
	public   string
	log      *slog.Logger

	mu     sync.Mutex
	list   []stripe.Price
	readAt time.Time
}

// New makes it; it calls nobody yet.
func New(c Config) *Payments {
	return &Payments{db: c.DB, stripe: c.Stripe, public: c.PublicURL, log: c.Log, verifier: stripe.Verifier{Secrets: c.Secrets, Now: c.DB.Clock.Now}}
}

// Tools are all.
func (p *Payments) Tools() []tools.Tool { return []tools.Tool{p.pricesTool(), p.linkTool()} }

var errNoStripe = fault.New(fault.Unavailable, "Payments are not set up: STRIPE_API_KEY is missing in the settings.")

// listLife is how long a reading of the price list is good.
const listLife = time.Minute

// prices is the price list as the vendor has it now, or had it a moment ago.
func (p *Payments) prices(ctx context.Context) ([]stripe.Price, error) {
	if p.stripe == nil {
		return nil, errNoStripe
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.db.Clock.Now()
	if age := now.Sub(p.readAt); p.list != nil && age >= 0 && age < listLife {
		return p.list, nil
	}
	list, err := p.stripe.Prices(ctx)
	if err != nil {
		return nil, fmt.Errorf("payments: price list: %w", err)
	}
	var sold []stripe.Price
	for _, x := range list {
		if x.UnitAmount > 0 && x.Interval != "" && x.Currency != "" {
			sold = append(sold, x)
		}
	}
	p.list, p.readAt = sold, now
	return sold, nil
}

type noArgs struct{}

type priceLine struct {
	Plan  string `json:"plan"` // the key by which it is ordered
	Name  string `json:"name"`
	Price string `json:"price"`
}

type pricesResult struct {
	Plans []priceLine `json:"plans"`
}

func (p *Payments) pricesTool() tools.Tool {
	return tools.DefineRead("pay_prices", "The agency's price list: every plan with what it costs. Name only these prices, as they stand there.",
		func(ctx context.Context, _ noArgs) (out pricesResult, err error) {
			list, err := p.prices(ctx)
			if err != nil {
				return out, err
			}
			out.Plans = []priceLine{}
			for _, x := range list {
				out.Plans = append(out.Plans, priceLine{x.LookupKey, PlanName(x.LookupKey), priceText(x)})
			}
			return out, nil
		})
}

// plan finds what a manager calls a plan.
func (p *Payments) plan(ctx context.Context, named string) (stripe.Price, error) {
	list, err := p.prices(ctx)
	if err != nil {
		return stripe.Price{}, err
	}
	var found []stripe.Price
	for _, x := range list {
		if strings.EqualFold(x.LookupKey, strings.TrimSpace(named)) {
			return x, nil
		}
		if fits(x.LookupKey, named) {
			found = append(found, x)
		}
	}
	switch {
	case len(list) == 0:
		return stripe.Price{}, fault.New(fault.NotFound, "The price list is empty. Give the prices in the Stripe dashboard (Product catalogue) lookup keys.")
	case len(found) == 0:
		return stripe.Price{}, fault.New(fault.NotFound, "There is no such plan. There are: %s. Ask the manager which one is meant.", listed(list))
	case len(found) > 1:
		return stripe.Price{}, fault.New(fault.Invalid, "Several plans fit: %s. Ask the manager which one is meant.", listed(found))
	}
	return found[0], nil
}

func listed(list []stripe.Price) string {
	var lines []string
	for _, x := range list {
		lines = append(lines, fmt.Sprintf("%s (%s)", x.LookupKey, priceText(x)))
	}
	return strings.Join(lines, ", ")
}

// fits: every telling word of what was said is in the key.
func fits(key, named string) bool {
	parts := keyWords(key)
	said := 0
	for _, w := range strings.FieldsFunc(strings.ToLower(named), notLetter) {
		if w == "plan" || w == "the" || w == "tariff" || w == "package" {
			continue
		}
		if !parts[w] {
			return false
		}
		said++
	}
	return said > 0
}

func keyWords(key string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(key), notLetter) {
		out[w] = true
	}
	return out
}

func notLetter(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 127)
}
