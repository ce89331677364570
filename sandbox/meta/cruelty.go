package meta

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"

	"marketa/sandbox/wire"
)

// ReadyAfter sets how long a container stays IN_PROGRESS; from the start 5 s.
func (s *Sim) ReadyAfter(d time.Duration) { s.set(func() { s.readyAfter = d }) }

// Late sets how long after publishing a container still says FINISHED, and how long its post is missing in lists; both 2 s
// from the start.
func (s *Sim) Late(status, lists time.Duration) {
	s.set(func() { s.publishedAfter, s.listedAfter = status, lists })
}

// RepeatPublishes lets a second publish of one container make a second post: nobody knows what the vendor really does.
func (s *Sim) RepeatPublishes(on bool) { s.set(func() { s.repeatPublishes = on }) }

// RequireProof refuses calls without appsecret_proof, as the app's dashboard can.
func (s *Sim) RequireProof(on bool) { s.set(func() { s.requireProof = on }) }

// AnswerAs lets every answer come from another version, which is what happens, silently, once a version has ended.
func (s *Sim) AnswerAs(version string) { s.set(func() { s.downgrade = version }) }

// Lie lets the coming calls of op be done and answered with a refusal all the same.
func (s *Sim) Lie(op string, refusals ...Refusal) {
	s.set(func() { s.lies[op] = append(s.lies[op], refusals...) })
}

func (s *Sim) lie(op string) (Refusal, bool) {
	waiting := s.lies[op]
	if len(waiting) == 0 {
		return Refusal{}, false
	}
	s.lies[op] = waiting[1:]
	return waiting[0], true
}

type throttle struct {
	until time.Time
	code  int
}

// Throttle refuses every call about an id (an account, a page, "me") for so long. Calling in the meantime makes it longer.
func (s *Sim) Throttle(id string, code int, d time.Duration) {
	s.set(func() { s.throttles[id] = &throttle{s.clock.Now().Add(d), code} })
}

func (s *Sim) throttled(c call) error {
	id := c.id
	if id == "" {
		id = "me"
	}
	held := s.throttles[id]
	if held == nil || !s.clock.Now().Before(held.until) {
		return nil
	}
	held.until = held.until.Add(time.Second)
	no := Refused(held.code, 0)
	no.Account, no.Minutes = id, int((held.until.Sub(s.clock.Now())+time.Minute-1)/time.Minute)
	return no
}

// FailContainer gives an account's newest container that is not published a failure, shown once it would be ready.
func (s *Sim) FailContainer(accountID string, subcode int) {
	s.set(func() {
		var newest *container
		for _, k := range s.containers {
			if k.account.ID == accountID && k.medium == nil && (newest == nil || k.id > newest.id) {
				newest = k
			}
		}
		if newest != nil {
			newest.failed = subcode
		}
	})
}

// Invalidate ends all tokens of a person with a subcode of 190: 460 a new password, 463 expired, 467 logged out…
func (s *Sim) Invalidate(personID string, subcode int) {
	s.set(func() {
		for _, t := range s.tokens {
			if t.grant.person.ID == personID {
				t.subcode = subcode
			}
		}
	})
}

// RemoveApp is a person taking the app off their Facebook account: tokens end, and the deauthorize address is called.
func (s *Sim) RemoveApp(personID string) {
	s.set(func() {
		if p := s.person(personID); p != nil {
			s.remove(p)
			s.call(s.cfg.DeauthorizeURL, personID)
		}
	})
}

// AskDeletion is a person asking that their data be deleted.
func (s *Sim) AskDeletion(personID string) { s.set(func() { s.call(s.cfg.DeletionURL, personID) }) }

func (s *Sim) call(address, personID string) {
	if address == "" {
		return
	}
	s.courier.Send(wire.Parcel{Key: personID, URL: address, Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		Body: []byte(url.Values{"signed_request": {s.signed(personID)}}.Encode())})
}

// SignedRequest is what the vendor sends about a person.
func (s *Sim) SignedRequest(personID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed(personID)
}

func (s *Sim) signed(personID string) string {
	payload, _ := json.Marshal(map[string]any{"user_id": personID, "algorithm": "HMAC-SHA256", "issued_at": s.clock.Now().Unix()})
	encoded := base64.RawURLEncoding.EncodeToString(payload)
	return base64.RawURLEncoding.EncodeToString(s.sign(encoded)) + "." + encoded
}
