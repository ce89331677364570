package meta

import (
	"slices"
	"time"
)

const (
	shortLife = 2 * time.Hour
	longLife  = 60 * 24 * time.Hour
	dataLife  = 90 * 24 * time.Hour
	codeLife  = 10 * time.Minute
)

// token is somebody's permission, held by the app.
type token struct {
	secret  string
	kind    string // USER, PAGE, APP
	grant   *grant
	page    string // of a PAGE token
	issued  time.Time
	expires time.Time // zero: never
	subcode int       // dead by order, with this subcode of 190
}

// grant is what a person agreed to; all tokens that come of it share it.
type grant struct {
	person   *person
	scopes   []string
	declined []string
	pages    []string  // chosen on the consent page
	until    time.Time // data access
	removed  bool      // the app was removed
}

// code is what the consent page hands over: once, for ten minutes, for one return address.
type code struct {
	grant    *grant
	redirect string
	expires  time.Time
}

func (s *Sim) issue(kind string, g *grant, page string, life time.Duration) *token {
	t := &token{secret: "EAA" + s.word(40), kind: kind, grant: g, page: page, issued: s.clock.Now()}
	if life > 0 {
		t.expires = t.issued.Add(life)
	}
	s.tokens[t.secret] = t
	return t
}

// pageToken is the same one for the same grant and page, as with the vendor.
func (s *Sim) pageToken(from *token, pageID string) *token {
	for _, t := range s.tokens {
		if t.kind == "PAGE" && t.grant == from.grant && t.page == pageID && t.subcode == 0 {
			return t
		}
	}
	return s.issue("PAGE", from.grant, pageID, 0)
}

// dead is why a token no longer works, nil when it does.
func (s *Sim) dead(t *token) error {
	switch {
	case t.kind == "APP":
		return nil
	case t.subcode != 0:
		return Refused(190, t.subcode)
	case t.grant.removed:
		return Refused(190, 458)
	case !t.expires.IsZero() && !s.clock.Now().Before(t.expires):
		return Refused(190, 463)
	case t.kind == "PAGE" && len(t.grant.person.roles[t.page]) == 0:
		return Refused(190, 492)
	}
	return nil
}

func (t *token) has(scopes ...string) bool {
	for _, scope := range scopes {
		if t.grant == nil || !slices.Contains(t.grant.scopes, scope) {
			return false
		}
	}
	return true
}

// sees says whether a token reaches a page: chosen at consent, and of a page's token that page only.
func (t *token) sees(pageID string) bool {
	if t.grant == nil {
		return false
	}
	return slices.Contains(t.grant.pages, pageID) && (t.kind == "USER" || t.page == pageID)
}

// may says whether the token's person has one of these tasks at a page.
func (t *token) may(pageID string, tasks ...string) bool {
	for _, task := range tasks {
		if slices.Contains(t.grant.person.roles[pageID], task) {
			return true
		}
	}
	return false
}
