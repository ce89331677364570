package whapi

// GET /health: asking wakes a sleeping channel up, unless wakeup=false.
func (s *Sim) getHealth(c call) (any, error) {
	wake, err := word(c.r.URL.Query(), "wakeup")
	if err != nil {
		return nil, err
	}
	asleep := c.ch.health == "NOT_INIT" || c.ch.health == "INIT"
	if asleep && (wake == nil || *wake) {
		s.setHealth(c.ch, auth)
	}
	return s.healthOf(c.ch), nil
}

// GET /limits: 204 without any.
func (s *Sim) getLimits(c call) (any, error) {
	if c.ch.trial == nil {
		return nil, nil
	}
	chats := []string{}
	for _, one := range c.ch.newestChats() {
		chats = append(chats, s.chatID(one.id))
	}
	return map[string]any{
		"messages": *c.ch.trial, "chats": chats, "checks": 10, "requests": 1000,
	}, nil
}

// GET /users/profile
func (s *Sim) getProfile(c call) (any, error) {
	return map[string]string{"name": c.ch.Title, "about": "", "icon": "", "icon_full": ""}, nil
}
