package payments

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"marketa/store"
	"marketa/tools/payments/stripe"
)

// Money is an amount as people read it: 99.00 EUR.
//
// https://docs.stripe.com/currencies#zero-decimal
func Money(amount int64, currency string) string {
	code := strings.ToUpper(currency)
	switch {
	case slices.Contains([]string{"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}, code):
		return fmt.Sprintf("%d %s", amount, code)
	case slices.Contains([]string{"BHD", "JOD", "KWD", "OMR", "TND"}, code):
		return fmt.Sprintf("%d.%03d %s", amount/1000, amount%1000, code)
	}
	return fmt.Sprintf("%d.%02d %s", amount/100, amount%100, code)
}

// Every is how often, in English: a month, every 3 months.
func Every(interval string, count int64) string {
	if count > 1 {
		return fmt.Sprintf("every %d %ss", count, interval)
	}
	return "a " + interval
}

func priceText(p stripe.Price) string {
	return Money(p.UnitAmount, p.Currency) + " " + Every(p.Interval, p.IntervalCount)
}

func orderPrice(o store.Order) string {
	return Money(o.Amount, o.Currency) + " " + Every(o.Every, o.EveryCount)
}

// PlanName is what a lookup key reads like: standard_monthly is Standard.
func PlanName(key string) string {
	var words []string
	for _, w := range strings.FieldsFunc(key, notLetter) {
		if !slices.Contains([]string{"monthly", "yearly", "annual", "weekly", "eur", "usd"}, strings.ToLower(w)) {
			words = append(words, w)
		}
	}
	name := []rune(strings.Join(words, " "))
	if len(name) == 0 {
		return key
	}
	name[0] = unicode.ToUpper(name[0])
	return string(name)
}

// day is a date where the restaurant is.
func day(t time.Time, zone string) string {
	if loc, err := time.LoadLocation(zone); err == nil {
		t = t.In(loc)
	}
	return t.Format("2 January 2006")
}
