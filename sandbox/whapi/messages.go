package whapi

// message finds the message that the path names.
func (c call) message() (*record, error) {
	id := c.vars["MessageID"]
	if !messagePattern.MatchString(id) {
		return nil, refuse(400, "Wrong request parameters: MessageID")
	}
	if r := c.ch.known(id); r != nil {
		return r, nil
	}
	return nil, refuse(404, "Specified message not found")
}

// GET /messages/{MessageID}: with resync the phone is asked for its file again.
func (s *Sim) getMessage(c call) (any, error) {
	r, err := c.message()
	if err != nil {
		return nil, err
	}
	again, err := word(c.r.URL.Query(), "resync")
	if err != nil {
		return nil, err
	}
	if again != nil && *again {
		s.resync(r)
	}
	return s.message(r), nil
}

// PUT /messages/{MessageID}: mark as read.
func (s *Sim) putMessage(c call) (any, error) {
	r, err := c.message()
	if err != nil {
		return nil, err
	}
	s.markRead(c.ch, r)
	return success, nil
}

// DELETE /messages/{MessageID}: ours for everybody, another's only for us.
func (s *Sim) deleteMessage(c call) (any, error) {
	r, err := c.message()
	if err != nil {
		return nil, err
	}
	if r.fromMe {
		s.remove(r, c.ch.Phone, "api")
		return success, nil
	}
	r.deleted = true
	s.emitRemoved(r)
	s.nudge()
	return success, nil
}

// PUT /messages/{MessageID}/reaction
func (s *Sim) putReaction(c call) (any, error) {
	r, err := c.message()
	if err != nil {
		return nil, err
	}
	in, err := decode[struct {
		Emoji *string `json:"emoji"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Emoji == nil {
		return nil, refuse(400, "Wrong request parameters: emoji is required")
	}
	s.react(r, c.ch.Phone, "api", *in.Emoji)
	return success, nil
}

// DELETE /messages/{MessageID}/reaction
func (s *Sim) deleteReaction(c call) (any, error) {
	r, err := c.message()
	if err != nil {
		return nil, err
	}
	s.react(r, c.ch.Phone, "api", "")
	return success, nil
}
