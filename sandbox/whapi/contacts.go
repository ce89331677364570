package whapi

import "strings"

type checkedContact struct {
	Input  string `json:"input"`
	Status string `json:"status"` // valid or invalid
	WAID   string `json:"wa_id,omitempty"`
}

type lidJSON struct {
	LID string `json:"lid"`
}

// POST /contacts: which of these numbers have WhatsApp.
func (s *Sim) postContacts(c call) (any, error) {
	in, err := decode[struct {
		Contacts []string `json:"contacts"`
	}](c)
	if err != nil {
		return nil, err
	}
	if len(in.Contacts) == 0 {
		return nil, refuse(400, "Wrong request parameters: contacts is required")
	}
	list := []checkedContact{}
	for _, input := range in.Contacts {
		one := checkedContact{Input: input, Status: "invalid"}
		if phone := digits(input); s.onWhatsApp(phone) {
			one.Status, one.WAID = "valid", phone
		}
		list = append(list, one)
	}
	return map[string]any{"contacts": list}, nil
}

// HEAD /contacts/{ContactID}
func (s *Sim) headContact(c call) (any, error) {
	if !s.onWhatsApp(digits(c.vars["ContactID"])) {
		return nil, refuse(404, "Specified contact not found")
	}
	return success, nil
}

// GET /contacts/lids
func (s *Sim) getLIDs(c call) (any, error) {
	answer := map[string]lidJSON{}
	for _, id := range strings.Split(c.r.URL.Query().Get("ContactIDList"), ",") {
		if phone := digits(id); s.onWhatsApp(phone) {
			answer[phone] = lidJSON{s.hidden(phone)}
		}
	}
	return answer, nil
}

// GET /contacts/lids/{ContactID}
func (s *Sim) getLID(c call) (any, error) {
	phone := digits(c.vars["ContactID"])
	if !s.onWhatsApp(phone) {
		return nil, refuse(404, "User not found")
	}
	return lidJSON{s.hidden(phone)}, nil
}

// hidden is the other identity of a number that is on WhatsApp.
func (s *Sim) hidden(phone string) string {
	if p := s.people[phone]; p != nil {
		return p.lid + atLID
	}
	return s.channelByPhone(phone).LID + atLID
}
