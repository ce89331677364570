package meta

import "slices"

// me is the token's person, or its page.
func (s *Sim) me(c call) (any, error) {
	if c.token.kind == "PAGE" {
		return s.showPage(c, s.page(c.token.page)), nil
	}
	if c.token.grant == nil {
		return nil, Refused(2500, 0)
	}
	p := c.token.grant.person
	return map[string]any{"id": p.ID, "name": p.Name}, nil
}

// myPages hides what is held through a business.
func (s *Sim) myPages(c call) (any, error) {
	return s.pageList(c, "pages_show_list", func(p *page) bool { return !p.PortfolioOnly })
}

// businesses is the one portfolio that holds everything which /me/accounts hides.
func (s *Sim) businesses(c call) (any, error) {
	if !c.token.has("business_management") {
		return nil, Refused(100, 0).saying("(#100) Missing Permission")
	}
	var items []any
	if slices.ContainsFunc(s.held(c.token.grant.person), func(p *page) bool { return p.PortfolioOnly }) {
		items = append(items, map[string]string{"id": portfolio, "name": "Portfolio"})
	}
	return list(c, items), nil
}

const portfolio = "50010001"

func (s *Sim) ownedPages(c call) (any, error) {
	if c.id != portfolio {
		return nil, Refused(100, 33)
	}
	return s.pageList(c, "business_management", func(p *page) bool { return p.PortfolioOnly })
}

func (s *Sim) clientPages(c call) (any, error) {
	if c.id != portfolio {
		return nil, Refused(100, 33)
	}
	return list(c, nil), nil
}

func (s *Sim) pageList(c call, scope string, shown func(*page) bool) (any, error) {
	if c.token.kind != "USER" {
		return nil, Refused(100, 0)
	}
	var items []any
	for _, p := range s.held(c.token.grant.person) {
		if c.token.has(scope) && c.token.sees(p.ID) && shown(p) {
			items = append(items, s.showPage(c, p))
		}
	}
	return list(c, items), nil
}

// showPage leaves out what has no value, as the vendor does.
func (s *Sim) showPage(c call, p *page) map[string]any {
	shown := map[string]any{"id": p.ID, "name": p.Name}
	put := func(field string, value any, there bool) {
		if there && c.wants(field) {
			shown[field] = value
		}
	}
	put("username", p.Username, p.Username != "")
	put("category", p.Category, p.Category != "")
	put("is_published", !p.Unpublished, true)
	put("can_post", !p.Unpublished, true)
	if c.token.grant != nil {
		put("tasks", c.token.grant.person.roles[p.ID], c.token.kind == "USER")
		if c.wants("access_token") && (c.token.kind == "USER" || c.token.page == p.ID) {
			shown["access_token"] = s.pageToken(c.token, p.ID).secret
		}
	}
	if a := s.account(p.Instagram); a != nil {
		put("connected_instagram_account", map[string]any{"id": a.ID}, true)
		put("instagram_business_account", map[string]any{"id": a.ID, "username": a.Username, "name": a.Name},
			!a.Personal && c.token.has("instagram_basic"))
	}
	return shown
}

// node is a read by id, of whatever kind.
func (s *Sim) node(c call) (any, error) {
	switch p, a := s.page(c.id), s.account(c.id); {
	case p != nil && c.token.sees(p.ID):
		return s.showPage(c, p), nil
	case a != nil && s.reaches(c.token, a):
		return s.showAccount(c, a)
	case c.token.grant != nil && c.id == c.token.grant.person.ID:
		return s.me(c)
	}
	if k := s.containers[c.id]; k != nil && s.reaches(c.token, k.account) {
		return s.showContainer(c, k), nil
	}
	if m := s.medium(c.id); m != nil && s.reaches(c.token, m.account) {
		return showMedia(c, m), nil
	}
	if p := s.post(c.id); p != nil && c.token.sees(p.page) {
		return showPagePost(c, p), nil
	}
	return nil, Refused(100, 33)
}

func (s *Sim) showAccount(c call, a *account) (any, error) {
	if c.wants("account_type") {
		return nil, Refused(100, 0).saying("(#100) Tried accessing nonexisting field (account_type) on node type (IGUser)")
	}
	return map[string]any{"id": a.ID, "username": a.Username, "name": a.Name, "media_count": len(s.mediaOf(a, false))}, nil
}

// reaches says whether a token sees an account, through the page it is linked to.
func (s *Sim) reaches(t *token, a *account) bool {
	p := s.pageOf(a.ID)
	return p != nil && t.sees(p.ID) && t.has("instagram_basic")
}

// publisher is the account of a call that may be published to.
func (s *Sim) publisher(c call) (*account, error) {
	a := s.account(c.id)
	switch {
	case a == nil || !s.reaches(c.token, a):
		return nil, Refused(100, 33)
	case !c.token.has("instagram_content_publish", "pages_read_engagement"):
		return nil, Refused(10, 0)
	case a.Personal:
		return nil, Refused(10, 0).saying("(#10) the user is not an instagram business")
	case !c.token.may(s.pageOf(a.ID).ID, "MANAGE", "CREATE_CONTENT"):
		return nil, Refused(200, 0)
	case a.Restricted:
		return nil, Refused(25, 2207050)
	}
	return a, nil
}
