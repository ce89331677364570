package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v76"
)

// Price is one line of the price list. Its ID changes when the price does; its lookup key does not.
type Price struct {
	ID            string // price_…
	LookupKey     string // ours
	Product       string // prod_…
	Currency      string // eur
	UnitAmount    int64  // in the currency's smallest unit: cents
	Interval      string // day, week, month, year; empty: paid once
	IntervalCount int64  // every so many
}

// maxLookupKeys is how many the vendor takes in one call.
const maxLookupKeys = 10

// Prices are the active ones with these lookup keys; a key without a price is left out. Without keys it is all active
// recurring prices that have one.
//
// https://docs.stripe.com/api/prices/list
func (c *Client) Prices(ctx context.Context, lookupKeys ...string) ([]Price, error) {
	if len(lookupKeys) > maxLookupKeys {
		return nil, invalid("list prices", "too_many_lookup_keys")
	}
	var prices []Price
	err := pages(func(after string) (string, bool, error) {
		list, err := c.pricePage(ctx, after, lookupKeys)
		if err != nil {
			return "", false, err
		}
		for _, p := range list.Data {
			if p != nil && p.ID != "" && p.Active && p.LookupKey != "" {
				prices = append(prices, priceOf(p))
			}
		}
		return lastID(list.Data, func(p *sdk.Price) string { return p.ID }), list.HasMore, nil
	})
	return prices, err
}

func (c *Client) pricePage(ctx context.Context, after string, lookupKeys []string) (*sdk.PriceList, error) {
	list := &sdk.PriceList{}
	err := call(ctx, "list prices", true, func(ctx context.Context) error {
		p := &sdk.PriceListParams{ListParams: pageOf(ctx, after), Active: sdk.Bool(true)}
		if len(lookupKeys) > 0 {
			p.LookupKeys = sdk.StringSlice(lookupKeys)
		} else {
			p.Type = sdk.String(string(sdk.PriceTypeRecurring))
		}
		it := c.api.Prices.List(p)
		list = it.PriceList()
		return it.Err()
	})
	return list, err
}

// Price is the active one with this lookup key.
func (c *Client) Price(ctx context.Context, lookupKey string) (Price, error) {
	prices, err := c.Prices(ctx, lookupKey)
	if err != nil {
		return Price{}, err
	}
	for _, p := range prices {
		if p.LookupKey == lookupKey {
			return p, nil
		}
	}
	return Price{}, &Error{Op: "find a price", Outcome: NotDone, Code: codeNoPrice, reads: true}
}

func priceOf(p *sdk.Price) Price {
	price := Price{ID: p.ID, LookupKey: p.LookupKey, Currency: string(p.Currency), UnitAmount: p.UnitAmount}
	if p.Product != nil {
		price.Product = p.Product.ID
	}
	if p.Recurring != nil {
		price.Interval, price.IntervalCount = string(p.Recurring.Interval), p.Recurring.IntervalCount
	}
	return price
}
