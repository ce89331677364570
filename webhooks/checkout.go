package webhooks

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"

	"marketa/webhooks/pages"
)

// Checkout is the page behind a payment link.
type Checkout interface {
	Show(ctx context.Context, token string) (p pages.Page, found bool, err error)
	Press(ctx context.Context, token string) (p pages.Page, found bool, err error)
	Done(ctx context.Context, token string) (pages.Page, error)
}

// checkout shows the page of a payment link, or leads on to the vendor's. A token that nobody ever got sees what an unknown path
// sees.
func (c Config) checkout(w http.ResponseWriter, r *http.Request) {
	if c.Checkout == nil {
		notFound(w, r)
		return
	}
	do := c.Checkout.Show
	if r.Method == http.MethodPost {
		do = c.Checkout.Press
	}
	p, found, err := do(r.Context(), mux.Vars(r)["token"])
	switch {
	case err != nil:
		c.Log.Error("a payment page failed", "error", err)
		http.Error(w, "try again", http.StatusServiceUnavailable)
	case !found:
		notFound(w, r)
	default:
		p.Serve(w)
	}
}

func (c Config) checkoutDone(w http.ResponseWriter, r *http.Request) {
	if c.Checkout == nil {
		notFound(w, r)
		return
	}
	p, err := c.Checkout.Done(r.Context(), r.URL.Query().Get("t"))
	if err != nil {
		c.Log.Error("a payment page failed", "error", err)
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	p.Serve(w)
}
