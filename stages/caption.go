package stages

import (
	"errors"
	"time"
)

// CaptionData is what the model is told about the restaurant whose post it writes. Values may come from outside.
type CaptionData struct {
	Name     string
	Language string // its English name: Italian
	Code     string // it
	Tone     string
	Now      time.Time // in the restaurant's zone
	Facts    []Fact
	Photo    []Fact // what is known of the photo
}

// Caption is the system text for a post. The model returns {"caption": "…", "hashtags": ["…"], "alt": "…", "photo": "keep"|"other"}.
func (p *Prompts) Caption(data CaptionData) (string, error) { return p.execute("caption.md", data) }

func (p *Prompts) tryCaption() error {
	_, empty := p.Caption(CaptionData{})
	_, full := p.Caption(CaptionData{Name: "Trattoria Bella", Language: "Italian", Code: "it", Tone: "warm", Now: time.Unix(0, 0), Facts: []Fact{{"hours", "12-15"}}, Photo: []Fact{{"dish", "cake"}}})
	return errors.Join(empty, full)
}
