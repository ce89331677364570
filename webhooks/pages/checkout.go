package pages

import (
	"context"
	"fmt"
	"net/http"

	"marketa/tools/payments"
)

// Checkout is the page behind a payment link: what is bought, what it costs and for whom, and one button that leads to the
// vendor's own page. Opening it uses nothing up.
type Checkout struct {
	Payments *payments.Payments
	Leads    []string // origins of the vendor's page, for the browser's rules
}

// Show is the page as it is; found is false for a link that nobody ever got.
func (c Checkout) Show(ctx context.Context, token string) (p Page, found bool, err error) {
	v, found, err := c.Payments.Visit(ctx, token)
	if err != nil || !found {
		return Page{}, false, err
	}
	p, err = c.sheet(v, token).Page()
	return p, true, err
}

// Press leads to the vendor's page. What the browser sends along counts for nothing: the price stands in our own row.
func (c Checkout) Press(ctx context.Context, token string) (p Page, found bool, err error) {
	address, v, err := c.Payments.Begin(ctx, token)
	switch {
	case err != nil && v.State == "":
		return Page{}, false, err
	case err != nil:
		p, err = c.trouble(v, token).Page()
		return p, true, err
	case v.State == "":
		return Page{}, false, nil
	case address != "":
		return To(address), true, nil
	}
	p, err = c.sheet(v, token).Page()
	return p, true, err
}

// Done is where the vendor sends the browser after the payment. It proves nothing: the page says how the payment stands by our own
// rows, and WhatsApp tells the rest.
func (c Checkout) Done(ctx context.Context, token string) (Page, error) {
	v, found, err := c.Payments.Visit(ctx, token)
	if err != nil {
		return Page{}, err
	}
	if found && v.State == "open" {
		v.State = "checking"
	}
	if !found {
		v = payments.Visit{State: "checking", Language: "en"}
	}
	return c.sheet(v, token).Page()
}

func (c Checkout) sheet(v payments.Visit, token string) Sheet {
	t := checkoutWords(v.Language)
	s := Sheet{Language: v.Language}
	switch v.State {
	case "open":
		s.Mark, s.Title = "🧾", fmt.Sprintf(t.title, v.Plan)
		s.Lines = []string{v.Price, fmt.Sprintf(t.forWhom, v.Restaurant)}
		s.Form = &Form{Action: "/checkout/" + token, Buttons: []Button{{Label: t.pay}}, Leads: c.Leads}
		s.After = []string{t.how}
	case "paid":
		s.Mark, s.Title, s.Lines = "✅", t.paid, []string{fmt.Sprintf(t.bought, v.Plan, v.Price, v.Restaurant)}
	case "awaited":
		s.Mark, s.Title, s.Lines = "🏦", t.awaited, []string{t.awaitedHow}
	case "checking":
		s.Mark, s.Title, s.Lines = "⏳", t.checking, []string{t.checkingHow}
	default:
		s.Status, s.Mark, s.Title, s.Lines = http.StatusGone, "⌛", t.late, []string{t.lateHow}
	}
	if v.Sandbox && v.State == "open" {
		s.After = append(s.After, t.sandbox)
	}
	return s
}

// trouble: the vendor gives no page. Nothing was charged, and the link still works.
func (c Checkout) trouble(v payments.Visit, token string) Sheet {
	t := checkoutWords(v.Language)
	return Sheet{Status: http.StatusServiceUnavailable, Language: v.Language, Mark: "⚠️", Title: t.trouble, Lines: []string{t.troubleHow},
		Form: &Form{Action: "/checkout/" + token, Buttons: []Button{{Label: t.again}}, Leads: c.Leads}}
}
