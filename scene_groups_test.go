package main

import "time"

// weAreKnown waits until the platform has learned who our numbers are: it does so beside its start, which waits for nobody.
func (s *scene) weAreKnown() {
	s.t.Helper()
	for giveUp := time.Now().Add(patient); s.ask(`SELECT count(DISTINCT channel)::text FROM identities WHERE kind = 'lid'`) != "2"; {
		if time.Now().After(giveUp) {
			s.t.Fatal("nobody learns who we are")
		}
		time.Sleep(tick)
	}
}
