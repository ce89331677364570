package whapi

// POST /messages/location
func (s *Sim) postLocation(c call) (any, error) {
	in, err := form[struct {
		sender
		Latitude  *float64 `json:"latitude"`
		Longitude *float64 `json:"longitude"`
		Name      string   `json:"name"`
		Address   string   `json:"address"`
		URL       string   `json:"url"`
		Accuracy  int      `json:"accuracy"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Latitude == nil || in.Longitude == nil {
		return nil, refuse(400, "Wrong request parameters: latitude and longitude are required")
	}
	return s.send(c, in.sender, Location{*in.Latitude, *in.Longitude, in.Name, in.Address, in.URL, in.Accuracy})
}

type vcardRequest struct {
	Name  string `json:"name"`
	VCard string `json:"vcard"`
}

// POST /messages/contact
func (s *Sim) postContact(c call) (any, error) {
	in, err := form[struct {
		sender
		vcardRequest
	}](c)
	if err != nil {
		return nil, err
	}
	return s.sendCards(c, in.sender, in.vcardRequest)
}

// POST /messages/contact_list
func (s *Sim) postContactList(c call) (any, error) {
	in, err := decode[struct {
		sender
		List []vcardRequest `json:"list"`
	}](c)
	if err != nil {
		return nil, err
	}
	return s.sendCards(c, in.sender, in.List...)
}

func (s *Sim) sendCards(c call, to sender, list ...vcardRequest) (any, error) {
	var cards Contacts
	for _, one := range list {
		if one.Name == "" || one.VCard == "" {
			return nil, refuse(400, "Wrong request parameters: name and vcard are required")
		}
		cards = append(cards, Contact{Name: one.Name, VCard: one.VCard})
	}
	return s.send(c, to, cards)
}

// POST /messages/poll
func (s *Sim) postPoll(c call) (any, error) {
	in, err := form[struct {
		sender
		Title   string   `json:"title"`
		Options []string `json:"options"`
		Count   int      `json:"count"`
	}](c)
	if err != nil {
		return nil, err
	}
	return s.send(c, in.sender, Poll{in.Title, in.Options, in.Count})
}

// send is a message that is neither words nor a file; it can not be edited.
func (s *Sim) send(c call, to sender, what Content) (any, error) {
	d, err := s.draft(c.ch, to, nil)
	if err != nil {
		return nil, err
	}
	if d.edit != nil {
		return nil, errOtherKind
	}
	if err := what.check(); err != nil {
		return nil, refuse(400, "Wrong request parameters: "+err.Error())
	}
	d.what = what
	return s.deliver(c.ch, d)
}
