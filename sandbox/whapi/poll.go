package whapi

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

// Poll is a question with options. Limit is how many of them one person may choose, 0 for any number.
type Poll struct {
	Title   string
	Options []string
	Limit   int
}

func (p Poll) check() error {
	if p.Title == "" || len(p.Options) < 2 || len(p.Options) > 12 {
		return errors.New("a poll has a title and 2 to 12 options")
	}
	return nil
}

func (p Poll) render(a arrival) (string, body) { return "poll", p.counted(a.s, nil) }

// counted is the poll with everybody's votes.
func (p Poll) counted(s *Sim, votes []vote) *pollJSON {
	b := &pollJSON{Title: p.Title, Options: p.Options, VoteLimit: p.Limit}
	for _, name := range p.Options {
		row := pollResultJSON{ID: optionID(name), Name: name, Voters: []string{}}
		for _, v := range votes {
			if slices.Contains(v.options, name) {
				row.Voters = append(row.Voters, s.contactID(v.phone))
			}
		}
		row.Count = len(row.Voters)
		b.Total += row.Count
		b.Results = append(b.Results, row)
	}
	return b
}

// optionID is how WhatsApp names an option: the hash of its words.
func optionID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.StdEncoding.EncodeToString(sum[:])
}

type pollJSON struct {
	Title     string           `json:"title"`
	Options   []string         `json:"options"`
	VoteLimit int              `json:"vote_limit"`
	Total     int              `json:"total"`
	Results   []pollResultJSON `json:"results"`
}

type pollResultJSON struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Count  int      `json:"count"`
	Voters []string `json:"voters"`
}

func (b *pollJSON) text() string { return b.Title }

// vote is what one person chose.
type vote struct {
	phone   string
	options []string
}

// VotesByID names the options of a vote by their ids instead of their words.
func (s *Sim) VotesByID(on bool) { s.set(func() { s.votesByID = on }) }

// Vote is a person choosing options of a poll, by their words. No option takes the vote back.
func (s *Sim) Vote(name, messageID, phone string, options ...string) error {
	return s.touch("vote", name, messageID, func(_ *channel, r *record) error {
		p, err := s.mustPerson(phone)
		if err != nil {
			return err
		}
		poll, isPoll := r.what.(Poll)
		if !isPoll {
			return errors.New("this is no poll")
		}
		if err := poll.allows(options); err != nil {
			return err
		}
		s.vote(r, poll, vote{p.Phone, options})
		return nil
	})
}

func (p Poll) allows(options []string) error {
	if p.Limit > 0 && len(options) > p.Limit {
		return fmt.Errorf("%d options at most", p.Limit)
	}
	for _, name := range options {
		if !slices.Contains(p.Options, name) {
			return errors.New("no such option")
		}
	}
	return nil
}

func (s *Sim) vote(target *record, poll Poll, v vote) {
	names := append([]string{}, v.options...)
	if s.votesByID {
		for i, name := range names {
			names[i] = optionID(name)
		}
	}
	s.toEach(target, v.phone, "mobile", func(r *record) (actionJSON, string) {
		kept := slices.DeleteFunc(slices.Clone(r.votes), func(old vote) bool { return old.phone == v.phone })
		if len(v.options) > 0 {
			kept = append(kept, v)
		}
		r.votes = kept
		r.body = poll.counted(s, kept)
		return actionJSON{Type: "vote", Votes: &names}, "poll"
	})
}
