package stages

import "errors"

// PhotoRules is the system text for turning somebody's words about pictures into rules. The model returns {"rules": […], "cannot": […]}.
func (p *Prompts) PhotoRules() (string, error) { return p.execute("photo_rules.md", nil) }

// PhotoChoiceData is what is to be looked for in each picture beside choosing.
type PhotoChoiceData struct{ Checks []string }

// PhotoChoice is the system text for choosing one of several pictures. The model returns {"order": […], "seen": […]}.
func (p *Prompts) PhotoChoice(data PhotoChoiceData) (string, error) {
	return p.execute("photo_choice.md", data)
}

// PhotoQuery is the system text for saying in English what a picture should show. The model returns {"english": "…"}.
func (p *Prompts) PhotoQuery() (string, error) { return p.execute("photo_query.md", nil) }

func (p *Prompts) tryPhotoRules() error {
	_, rules := p.PhotoRules()
	_, query := p.PhotoQuery()
	_, plain := p.PhotoChoice(PhotoChoiceData{})
	_, checked := p.PhotoChoice(PhotoChoiceData{Checks: []string{"the old logo"}})
	return errors.Join(rules, query, plain, checked)
}
