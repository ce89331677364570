package meta

import (
	"net/url"
	"slices"
	"time"
)

// accessToken serves both exchanges.
func (s *Sim) accessToken(c call) (any, error) {
	switch {
	case c.r.Method != "GET" && c.r.Method != "POST":
		return nil, Refused(2500, 0)
	case c.get("client_id") != s.cfg.AppID:
		return nil, Refused(101, 0).saying("Error validating application. Cannot get application info due to a system error.")
	case c.get("client_secret") != s.cfg.AppSecret:
		return nil, Refused(1, 0).saying("Error validating client secret.").status(400)
	case c.get("grant_type") == "fb_exchange_token":
		return s.extend(c)
	default:
		return s.redeem(c)
	}
}

func (e Refusal) status(status int) Refusal {
	e.Status = status
	return e
}

func (s *Sim) redeem(c call) (any, error) {
	given := s.codes[c.get("code")]
	switch {
	case given == nil:
		return nil, Refused(100, 36009).saying("This authorization code has been used.")
	case !s.clock.Now().Before(given.expires):
		return nil, Refused(100, 36007).saying("This authorization code has expired.")
	case given.redirect != c.get("redirect_uri"):
		return nil, Refused(100, 36008).saying("Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request")
	}
	delete(s.codes, c.get("code"))
	return s.handOver(s.issue("USER", given.grant, "", shortLife)), nil
}

func (s *Sim) extend(c call) (any, error) {
	t := s.tokens[c.get("fb_exchange_token")]
	if t == nil {
		return nil, Refused(190, 0)
	}
	if err := s.dead(t); err != nil {
		return nil, err
	}
	return s.handOver(s.issue("USER", t.grant, "", longLife)), nil
}

func (s *Sim) handOver(t *token) any {
	return map[string]any{"access_token": t.secret, "token_type": "bearer", "expires_in": int(t.expires.Sub(s.clock.Now()).Seconds())}
}

func (s *Sim) debugToken(c call) (any, error) {
	t := s.tokens[c.get("input_token")]
	if t == nil {
		return map[string]any{"data": map[string]any{"is_valid": false, "scopes": []string{},
			"error": map[string]any{"code": 190, "message": "Invalid OAuth access token."}}}, nil
	}
	data := map[string]any{
		"app_id": s.cfg.AppID, "type": t.kind, "application": s.cfg.AppName, "is_valid": true, "issued_at": t.issued.Unix(),
		"expires_at": unix(t.expires), "data_access_expires_at": unix(t.grant.until), "user_id": t.grant.person.ID,
		"scopes": t.grant.scopes, "granular_scopes": s.granular(t),
	}
	if t.kind == "PAGE" {
		data["profile_id"] = t.page
	}
	if no, ok := s.dead(t).(Refusal); ok {
		data["is_valid"] = false
		data["error"] = map[string]any{"code": no.Code, "message": no.Message, "subcode": no.Subcode}
	}
	return map[string]any{"data": data}, nil
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func (s *Sim) granular(t *token) []any {
	var rows []any
	for _, scope := range t.grant.scopes {
		row := map[string]any{"scope": scope}
		var ids []string
		for _, id := range t.grant.pages {
			p := s.page(id)
			switch {
			case p == nil:
			case scope == "instagram_basic" || scope == "instagram_content_publish":
				if p.Instagram != "" {
					ids = append(ids, p.Instagram)
				}
			case scope != "business_management":
				ids = append(ids, id)
			}
		}
		if len(ids) > 0 {
			row["target_ids"] = ids
		}
		rows = append(rows, row)
	}
	return rows
}

func (s *Sim) permissions(c call) (any, error) {
	if c.token.kind != "USER" {
		return nil, Refused(100, 0)
	}
	var items []any
	for _, scope := range c.token.grant.scopes {
		items = append(items, map[string]string{"permission": scope, "status": "granted"})
	}
	for _, scope := range c.token.grant.declined {
		items = append(items, map[string]string{"permission": scope, "status": "declined"})
	}
	return map[string]any{"data": items}, nil
}

// removePermissions takes one permission back, or removes the whole app.
func (s *Sim) removePermissions(c call) (any, error) {
	if c.token.kind != "USER" || c.id != c.token.grant.person.ID && c.id != "me" {
		return nil, Refused(100, 33)
	}
	g := c.token.grant
	if scope := c.get("permission"); scope != "" {
		g.scopes = slices.DeleteFunc(g.scopes, func(have string) bool { return have == scope })
		g.declined = append(g.declined, scope)
	} else {
		s.remove(g.person)
	}
	return map[string]bool{"success": true}, nil
}

// remove ends every grant of a person.
func (s *Sim) remove(p *person) {
	for _, t := range s.tokens {
		if t.grant.person == p {
			t.grant.removed = true
		}
	}
}

// back is the return address with these parameters added.
func back(redirect string, q url.Values) string {
	u, err := url.Parse(redirect)
	if err != nil {
		return redirect
	}
	all := u.Query()
	for k, v := range q {
		all[k] = v
	}
	u.RawQuery = all.Encode()
	u.Fragment = "_=_"
	return u.String()
}
