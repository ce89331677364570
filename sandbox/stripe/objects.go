package stripe

import (
	"net/http"
	"slices"
	"strconv"
)

type recurring struct {
	Interval      string `json:"interval"`
	IntervalCount int64  `json:"interval_count"`
	UsageType     string `json:"usage_type"`
}

// price: https://docs.stripe.com/api/prices/object
type price struct {
	ID            string            `json:"id"`
	Object        string            `json:"object"`
	Active        bool              `json:"active"`
	BillingScheme string            `json:"billing_scheme"`
	Created       int64             `json:"created"`
	Currency      string            `json:"currency"`
	Livemode      bool              `json:"livemode"`
	LookupKey     *string           `json:"lookup_key"`
	Metadata      map[string]string `json:"metadata"`
	Product       string            `json:"product"`
	Recurring     *recurring        `json:"recurring"`
	Type          string            `json:"type"`
	UnitAmount    int64             `json:"unit_amount"`
}

// customer: https://docs.stripe.com/api/customers/object
type customer struct {
	ID               string            `json:"id"`
	Object           string            `json:"object"`
	Created          int64             `json:"created"`
	Description      *string           `json:"description"`
	Email            *string           `json:"email"`
	Livemode         bool              `json:"livemode"`
	Metadata         map[string]string `json:"metadata"`
	Name             *string           `json:"name"`
	Phone            *string           `json:"phone"`
	PreferredLocales []string          `json:"preferred_locales"`

	deleted bool
	card    Card // what the portal or a checkout left
}

func (s *Sim) listPrices(c *call) (any, *refusal) {
	keys := c.listed("lookup_keys")
	if len(keys) > 10 {
		return nil, refuse(http.StatusBadRequest, "", "lookup_keys", "You may only specify up to 10 lookup_keys.")
	}
	var found []*price
	for _, p := range s.prices {
		if (len(keys) == 0 || p.LookupKey != nil && slices.Contains(keys, *p.LookupKey)) &&
			(c.get("active") == "" || c.get("active") == strconv.FormatBool(p.Active)) &&
			(c.get("type") == "" || c.get("type") == p.Type) && (c.get("currency") == "" || c.get("currency") == p.Currency) {
			found = append(found, p)
		}
	}
	return paged(c, "/v1/prices", found, func(p *price) string { return p.ID })
}

func (s *Sim) listCustomers(c *call) (any, *refusal) {
	var found []*customer
	for _, cu := range s.customers {
		if !cu.deleted && (c.get("email") == "" || cu.Email != nil && *cu.Email == c.get("email")) {
			found = append(found, cu)
		}
	}
	return paged(c, "/v1/customers", found, func(cu *customer) string { return cu.ID })
}

func (s *Sim) createCustomer(c *call) (any, *refusal) {
	cu := &customer{ID: s.id("cus_"), Object: "customer", Created: s.now().Unix(), Metadata: map[string]string{}, PreferredLocales: []string{}, card: CardNone}
	if no := cu.change(c); no != nil {
		return nil, no
	}
	s.customers = append([]*customer{cu}, s.customers...)
	s.emit("customer.created", *cu, nil)
	return *cu, nil
}

func (cu *customer) change(c *call) *refusal {
	if email := c.get("email"); email != "" && !slices.Contains([]byte(email), '@') {
		return refuse(http.StatusBadRequest, "email_invalid", "email", "Invalid email address: "+email)
	}
	for name, to := range map[string]**string{"name": &cu.Name, "email": &cu.Email, "phone": &cu.Phone, "description": &cu.Description} {
		if v, given := c.form[name]; given {
			*to = &v
			if v == "" {
				*to = nil
			}
		}
	}
	if c.has("preferred_locales") {
		cu.PreferredLocales = c.listed("preferred_locales")
	}
	merge(cu.Metadata, c.within("metadata"))
	return nil
}

// merge takes keys over; an empty value deletes one.
func merge(into, from map[string]string) {
	for k, v := range from {
		if into[k] = v; v == "" {
			delete(into, k)
		}
	}
}

func (s *Sim) customer(id string) *customer {
	for _, cu := range s.customers {
		if cu.ID == id && !cu.deleted {
			return cu
		}
	}
	return nil
}

// tombstone is what is left of what was deleted.
type tombstone struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

func (s *Sim) getCustomer(c *call) (any, *refusal) {
	for _, cu := range s.customers {
		if cu.ID == c.id && cu.deleted {
			return tombstone{cu.ID, "customer", true}, nil
		}
	}
	cu := s.customer(c.id)
	if cu == nil {
		return nil, noSuch("customer", "id", c.id)
	}
	return *cu, nil
}

func (s *Sim) updateCustomer(c *call) (any, *refusal) {
	cu := s.customer(c.id)
	if cu == nil {
		return nil, noSuch("customer", "id", c.id)
	}
	if no := cu.change(c); no != nil {
		return nil, no
	}
	s.emit("customer.updated", *cu, nil)
	return *cu, nil
}

// DeleteCustomer deletes one as an operator does in the dashboard: its subscriptions end at once.
func (s *Sim) DeleteCustomer(id string) {
	s.with(func() {
		cu := s.customer(id)
		if cu == nil {
			return
		}
		for _, sub := range s.subs {
			if sub.Customer == id && !sub.over() {
				s.end(sub, "canceled")
			}
		}
		cu.deleted = true
		s.emit("customer.deleted", *cu, nil)
	})
}
