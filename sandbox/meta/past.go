package meta

import (
	"errors"
	"slices"
	"time"
)

var errNoAccount = errors.New("meta: no such account")

// AddPast is a picture that an Instagram account has published a while ago; host is where this simulator is served.
func (s *Sim) AddPast(accountID, host string, ago time.Duration, file []byte, caption, alt string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.accounts, func(a *account) bool { return a.ID == accountID })
	if i < 0 {
		return errNoAccount
	}
	m := &media{id: s.newID("1799"), account: s.accounts[i], kind: "FEED", caption: caption, alt: alt, at: s.clock.Now().Add(-ago), shortcode: s.word(11), host: host}
	m.pictures = []picture{fetched{bytes: file}.picture("")}
	s.media = append(s.media, m)
	return nil
}
