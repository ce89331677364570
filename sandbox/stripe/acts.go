package stripe

import "fmt"

// PayOpen pays the open invoices of the customer who stands for a restaurant, as on the vendor's page, with a good card.
func (s *Sim) PayOpen(restaurant string) error {
	paid := 0
	s.with(func() {
		for _, cu := range s.customers {
			if cu.deleted || cu.Metadata["restaurant_id"] != restaurant {
				continue
			}
			for _, inv := range s.invoices {
				if inv.Customer == cu.ID && inv.Status == "open" {
					s.paid(inv)
					paid++
				}
			}
		}
	})
	if paid == 0 {
		return fmt.Errorf("stripe: nothing is open for %s", restaurant)
	}
	return nil
}

// SpoilCard lets whatever is charged to the customer of a restaurant fail from now on.
func (s *Sim) SpoilCard(restaurant string) error {
	found := false
	s.with(func() {
		for _, cu := range s.customers {
			if !cu.deleted && cu.Metadata["restaurant_id"] == restaurant {
				cu.card, found = CardFails, true
			}
		}
	})
	if !found {
		return fmt.Errorf("stripe: nobody stands for %s", restaurant)
	}
	return nil
}

// Checkouts counts the pages that were opened.
func (s *Sim) Checkouts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}
