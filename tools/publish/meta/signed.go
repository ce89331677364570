package meta

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Signed is who a deauthorize or deletion call is about.
type Signed struct {
	UserID    string // empty when a page is meant
	ProfileID string // of a page that removed the app
	Issued    time.Time
}

// maxSignedAge is how old a call may be, and clockSlack how far ahead.
const maxSignedAge = 24 * time.Hour

var (
	errSignature = errors.New("meta: signed_request: not signed by our app")
	errStale     = errors.New("meta: signed_request: too old, or from the future")
)

// SignedRequest checks the field signed_request that Facebook posts when somebody removes our app, or asks that their data be
// deleted. https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
func (c *Client) SignedRequest(given string, now time.Time) (Signed, error) {
	signature, payload, found := strings.Cut(given, ".")
	sum, err := base64.RawURLEncoding.DecodeString(signature)
	if !found || err != nil || !hmac.Equal(sum, mac(c.cfg.AppSecret, payload)) {
		return Signed{}, errSignature
	}
	var in struct {
		Algorithm string   `json:"algorithm"`
		IssuedAt  looseInt `json:"issued_at"`
		UserID    *looseID `json:"user_id"`
		ProfileID *looseID `json:"profile_id"`
	}
	body, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(body, &in) != nil || in.Algorithm != "HMAC-SHA256" {
		return Signed{}, errSignature
	}
	signed := Signed{UserID: text(in.UserID), ProfileID: text(in.ProfileID), Issued: unixTime(int64(in.IssuedAt))}
	switch {
	case signed.UserID == "" && signed.ProfileID == "":
		return Signed{}, errSignature
	case now.Sub(signed.Issued) > maxSignedAge, signed.Issued.Sub(now) > clockSlack:
		return Signed{}, errStale
	}
	return signed, nil
}

func text(id *looseID) string {
	if id == nil {
		return ""
	}
	return string(*id)
}

// looseInt is a number that arrives as a number or as a text.
type looseInt int64

func (n *looseInt) UnmarshalJSON(b []byte) error {
	var id looseID
	if err := id.UnmarshalJSON(b); err != nil {
		return err
	}
	v, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil {
		return errShape
	}
	*n = looseInt(v)
	return nil
}
