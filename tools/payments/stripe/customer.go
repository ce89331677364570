package stripe

import (
	"cmp"
	"context"
	"errors"

	sdk "github.com/stripe/stripe-go/v76"
)

// restaurantKey is where our id stands in the metadata of customers, sessions and subscriptions.
const restaurantKey = "restaurant_id"

// orderKey is where the id of our order's row stands in the metadata of sessions and subscriptions.
const orderKey = "order_id"

// Customer is who pays for one restaurant.
type Customer struct {
	ID         string // cus_…
	Restaurant string // our id; empty: not made by us
	Deleted    bool
	Name       string
	Email      string
}

// NewCustomer is what a customer is made of.
type NewCustomer struct {
	Restaurant string
	Name       string
	Email      string // may be empty: the checkout page asks for it
	Locale     string // de, es, …; of the vendor's mails
	Key        string // empty: one per restaurant. Another one only after a deletion or a kept 5xx, see [Error.SafeToRetry]
}

// EnsureCustomer gives the restaurant's customer, and makes it when there is none. However often it is called, by however
// many workers, at whatever moment it was cut off before: there is one. The vendor's search is up to a minute behind, so this
// reads the list, which is not; keep the id that it gives and call it only where there is none.
//
// https://docs.stripe.com/api/customers/list https://docs.stripe.com/api/customers/create
func (c *Client) EnsureCustomer(ctx context.Context, n NewCustomer) (Customer, error) {
	const op = "create a customer"
	if n.Restaurant == "" {
		return Customer{}, invalid(op, "no_restaurant")
	}
	found, err := c.FindCustomer(ctx, n.Restaurant)
	if err != nil || found.ID != "" {
		return found, err
	}
	made, err := c.createCustomer(ctx, op, n)
	var e *Error
	if errors.As(err, &e) && e.KeyUsed() { // somebody made it with another name just now, or it was deleted since
		if found, again := c.FindCustomer(ctx, n.Restaurant); again != nil || found.ID != "" {
			return found, again
		}
	}
	return made, err
}

func (c *Client) createCustomer(ctx context.Context, op string, n NewCustomer) (Customer, error) {
	var made *sdk.Customer
	err := call(ctx, op, false, func(ctx context.Context) (err error) {
		p := &sdk.CustomerParams{
			Params: params(ctx, cmp.Or(n.Key, "customer-"+n.Restaurant)),
			Name:   words(n.Name), Email: words(n.Email), Metadata: map[string]string{restaurantKey: n.Restaurant},
		}
		if n.Locale != "" {
			p.PreferredLocales = sdk.StringSlice([]string{n.Locale})
		}
		made, err = c.api.Customers.New(p)
		return err
	})
	if err == nil && made.ID == "" {
		err = unclear(op, false)
	}
	if err != nil {
		return Customer{}, err
	}
	return customerOf(made), nil
}

// FindCustomer looks for the restaurant's customer; one without an ID when there is none.
//
// https://docs.stripe.com/api/customers/list
func (c *Client) FindCustomer(ctx context.Context, restaurant string) (Customer, error) {
	var found Customer // the oldest: when somebody made a second by hand, both we and they have paid with the first
	err := pages(func(after string) (string, bool, error) {
		list, err := c.customerPage(ctx, after)
		if err != nil {
			return "", false, err
		}
		for _, item := range list.Data {
			if item != nil && !item.Deleted && item.Metadata[restaurantKey] == restaurant {
				found = customerOf(item)
			}
		}
		return lastID(list.Data, func(item *sdk.Customer) string { return item.ID }), list.HasMore, nil
	})
	return found, err
}

func (c *Client) customerPage(ctx context.Context, after string) (*sdk.CustomerList, error) {
	list := &sdk.CustomerList{}
	err := call(ctx, "list customers", true, func(ctx context.Context) error {
		it := c.api.Customers.List(&sdk.CustomerListParams{ListParams: pageOf(ctx, after)})
		list = it.CustomerList()
		return it.Err()
	})
	return list, err
}

// Customer reads one back.
//
// https://docs.stripe.com/api/customers/retrieve
func (c *Client) Customer(ctx context.Context, id string) (Customer, error) {
	const op = "read a customer"
	var got *sdk.Customer
	if !isID(id) {
		return Customer{}, invalid(op, "bad_id")
	}
	err := call(ctx, op, true, func(ctx context.Context) (err error) {
		got, err = c.api.Customers.Get(id, &sdk.CustomerParams{Params: params(ctx, "")})
		return err
	})
	if err == nil && got.ID == "" {
		err = unclear(op, true)
	}
	if err != nil {
		return Customer{}, err
	}
	return customerOf(got), nil
}

func customerOf(c *sdk.Customer) Customer {
	return Customer{ID: c.ID, Restaurant: c.Metadata[restaurantKey], Deleted: c.Deleted, Name: c.Name, Email: c.Email}
}

// pages reads a list to its end. It stops where the vendor repeats itself.
func pages(read func(after string) (last string, more bool, err error)) error {
	after := ""
	for range maxPages {
		last, more, err := read(after)
		if err != nil || !more || last == "" || last == after {
			return err
		}
		after = last
	}
	return nil
}

func lastID[T any](items []*T, id func(*T) string) string {
	if len(items) == 0 || items[len(items)-1] == nil {
		return ""
	}
	return id(items[len(items)-1])
}

// isID keeps an id from naming another path. Ids are letters, digits and underscores.
func isID(id string) bool {
	for _, r := range id {
		if r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return id != "" && len(id) <= 255
}
