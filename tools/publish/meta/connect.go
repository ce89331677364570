package meta

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// PublishingScopes is what we ask for in one consent: seeing pages, publishing to both networks, answering, insights.
func PublishingScopes() []string {
	return []string{
		"pages_show_list", "business_management", "pages_read_engagement", "pages_manage_posts", "pages_manage_engagement",
		"pages_manage_metadata", "read_insights",
		"instagram_basic", "instagram_content_publish", "instagram_manage_comments", "instagram_manage_insights",
	}
}

// RequiredScopes is without what nothing can be published.
func RequiredScopes() []string {
	return []string{"pages_show_list", "pages_read_engagement", "pages_manage_posts", "instagram_basic", "instagram_content_publish"}
}

// Dialog is one visit to the consent page.
type Dialog struct {
	RedirectURI string // whitelisted; the same bytes again in Exchange
	State       string // signed and single-use, made by the caller
	Scopes      []string
	Again       bool   // ask once more for what was declined
	ConfigID    string // Facebook Login for Business: replaces Scopes
}

// DialogURL is the address of the consent page.
// https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
func (c *Client) DialogURL(d Dialog) string {
	q := url.Values{"client_id": {c.cfg.AppID}, "redirect_uri": {d.RedirectURI}, "state": {d.State}, "response_type": {"code"}}
	if d.ConfigID != "" {
		q.Set("config_id", d.ConfigID)
	} else {
		q.Set("scope", strings.Join(d.Scopes, ","))
	}
	if d.Again {
		q.Set("auth_type", "rerequest")
	}
	return c.cfg.DialogURL + "/" + c.cfg.Version + "/dialog/oauth?" + q.Encode()
}

// Returned reads what the consent page sent back. The state must be checked before the code is used; when the person
// cancelled, the error has Cure Reconnect and the state is there all the same.
func Returned(q url.Values) (code, state string, err error) {
	code, state = q.Get("code"), q.Get("state")
	switch {
	case q.Get("error") == "access_denied":
		return "", state, plain("consent", Reconnect, "Nothing was connected: Cancel was pressed at Facebook. Ask for a new link when you want to try again.")
	case q.Get("error") != "" || code == "":
		return "", state, plain("consent", Reconnect, "Facebook did not finish the connection. Please ask for a new link and try again.")
	}
	return code, state, nil
}

// Grant is a token and when it ends.
type Grant struct {
	Token   Secret
	Expires time.Time // zero: Facebook did not say
}

type grantJSON struct {
	AccessToken Secret `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
}

func (g grantJSON) at(now time.Time, fallback time.Duration) Grant {
	life := time.Duration(min(g.ExpiresIn, 10*365*24*3600)) * time.Second
	if life <= 0 {
		life = fallback
	}
	return Grant{Token: g.AccessToken, Expires: now.Add(life)}
}

// Exchange turns the code into a token that lives an hour or two. A code works once.
// https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow#exchangecode
func (c *Client) Exchange(ctx context.Context, code, redirectURI string) (Grant, error) {
	return c.grant(ctx, "exchange code", time.Hour, url.Values{"redirect_uri": {redirectURI}, "code": {code}})
}

// Extend turns a token that still works into one of about 60 days. Tokens of pages made from it do not expire.
// https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
func (c *Client) Extend(ctx context.Context, short Secret) (Grant, error) {
	return c.grant(ctx, "extend token", 59*24*time.Hour, url.Values{"grant_type": {"fb_exchange_token"}, "fb_exchange_token": {string(short)}})
}

func (c *Client) grant(ctx context.Context, op string, fallback time.Duration, params url.Values) (Grant, error) {
	params.Set("client_id", c.cfg.AppID)
	params.Set("client_secret", string(c.cfg.AppSecret))
	var answer grantJSON
	err := c.do(ctx, request{op: op, method: http.MethodPost, path: "/oauth/access_token", params: params}, &answer)
	if err == nil && answer.AccessToken == "" {
		err = plain(op, Reconnect, sayConnectAgain)
	}
	return answer.at(c.now(), fallback), err
}

// Inspection is what Facebook knows about a token.
type Inspection struct {
	Valid      bool
	Subcode    int    // why it is not valid, of 190; 0: not said
	Type       string // USER, PAGE
	UserID     string
	ProfileID  string    // the page of a PAGE token
	Expires    time.Time // zero: never
	DataAccess time.Time // after this the person must agree again; zero: never
	Scopes     []string
	Targets    map[string][]string // by scope: the pages and accounts it covers; a scope that is missing covers all
}

// Inspect asks about a token. Worth doing daily for each connection.
// https://developers.facebook.com/docs/graph-api/reference/debug_token
func (c *Client) Inspect(ctx context.Context, token Secret) (Inspection, error) {
	var answer struct {
		Data inspectionJSON `json:"data"`
	}
	err := c.read(ctx, "inspect token", c.appToken(), "/debug_token", url.Values{"input_token": {string(token)}}, &answer)
	return answer.Data.tell(), err
}

type inspectionJSON struct {
	IsValid             bool     `json:"is_valid"`
	Type                string   `json:"type"`
	UserID              looseID  `json:"user_id"`
	ProfileID           looseID  `json:"profile_id"`
	ExpiresAt           int64    `json:"expires_at"`
	DataAccessExpiresAt int64    `json:"data_access_expires_at"`
	Scopes              []string `json:"scopes"`
	GranularScopes      []struct {
		Scope     string    `json:"scope"`
		TargetIDs []looseID `json:"target_ids"`
	} `json:"granular_scopes"`
	Error struct {
		Subcode int `json:"subcode"`
	} `json:"error"`
}

func (j inspectionJSON) tell() Inspection {
	in := Inspection{Valid: j.IsValid, Subcode: j.Error.Subcode, Type: j.Type, UserID: string(j.UserID), ProfileID: string(j.ProfileID),
		Expires: unixTime(j.ExpiresAt), DataAccess: unixTime(j.DataAccessExpiresAt), Scopes: j.Scopes, Targets: map[string][]string{}}
	for _, g := range j.GranularScopes {
		for _, id := range g.TargetIDs {
			in.Targets[g.Scope] = append(in.Targets[g.Scope], string(id))
		}
	}
	return in
}

func unixTime(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// looseID is an id that arrives as a number or as a text.
type looseID string

func (id *looseID) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*id = looseID(text)
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(b, &number); err != nil {
		return errShape
	}
	*id = looseID(number)
	return nil
}

// Permission is one scope and whether the person agreed: granted, declined or expired.
type Permission struct {
	Name   string `json:"permission"`
	Status string `json:"status"`
}

// Permissions lists what a person agreed to.
// https://developers.facebook.com/docs/graph-api/reference/user/permissions
func (c *Client) Permissions(ctx context.Context, token Secret) ([]Permission, error) {
	return readAll[Permission](ctx, c, "read permissions", token, "/me/permissions", nil)
}

// Missing names what was asked for and is not granted, in the order asked.
func Missing(asked []string, have []Permission) []string {
	return slices.DeleteFunc(slices.Clone(asked), func(scope string) bool {
		return slices.ContainsFunc(have, func(p Permission) bool { return p.Name == scope && p.Status == "granted" })
	})
}

// Person is whose token it is; the id is theirs in our app only.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Me asks whose token it is.
func (c *Client) Me(ctx context.Context, token Secret) (p Person, err error) {
	err = c.read(ctx, "read person", token, "/me", url.Values{"fields": {"id,name"}}, &p)
	return p, err
}

// Revoke removes our app from a person's account: every token of theirs ends, those of pages too.
// https://developers.facebook.com/docs/facebook-login/guides/permissions/request-revoke
func (c *Client) Revoke(ctx context.Context, token Secret, personID string) error {
	var done struct{}
	return c.do(ctx, request{op: "revoke", method: http.MethodDelete, path: node(personID, "permissions"), token: token}, &done)
}
