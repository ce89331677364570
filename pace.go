package main

import (
	"strconv"
	"strings"
	"time"

	"marketa/internal/fault"
	"marketa/store"
)

// readRates reads "20/1m 200/1h": twenty a minute and two hundred an hour.
func readRates(at func(*Config) *[]store.Rate) func(*Config, string) error {
	return func(c *Config, v string) error { return setRates(at(c), v) }
}

func setRates(to *[]store.Rate, v string) error {
	var rates []store.Rate
	for _, word := range strings.Fields(v) {
		most, in, ok := strings.Cut(word, "/")
		n, err := strconv.Atoi(most)
		d, err2 := time.ParseDuration(in)
		if !ok || err != nil || err2 != nil || n < 1 || d <= 0 {
			return fault.New(fault.Invalid, "%q is no rate; write 20/1m 200/1h: how many, and in how long.", word)
		}
		rates = append(rates, store.Rate{Most: n, In: d})
	}
	*to = rates
	return nil
}
