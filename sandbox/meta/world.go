package meta

import (
	"slices"
	"strconv"
)

// Person is somebody with a Facebook account.
type Person struct {
	ID   string // as our app sees them
	Name string
}

// Page is a Facebook page.
type Page struct {
	ID, Name, Username, Category string

	Instagram string // id of the linked account, empty: none

	PortfolioOnly bool // held through a business: /me/accounts does not show it
	Unpublished   bool
	NeedsPPA      bool // publishing is refused until its people confirm who they are
}

// Instagram is an account there.
type Instagram struct {
	ID, Username, Name string

	Personal   bool // neither business nor creator: it cannot be published to
	Restricted bool
	Quota      int // posts in 24 hours, 0: 100
}

type person struct {
	Person
	roles map[string][]string // tasks by page id
}

type page struct{ Page }

type account struct{ Instagram }

// AllTasks is what the owner of a page may do with it.
func AllTasks() []string {
	return []string{"ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"}
}

// AddPerson lets somebody have a Facebook account. Once more with the same id changes their name.
func (s *Sim) AddPerson(p Person) {
	s.set(func() {
		if known := s.person(p.ID); known != nil {
			known.Person = p
			return
		}
		s.people = append(s.people, &person{p, map[string][]string{}})
	})
}

// AddPage founds a page or changes the one of that id.
func (s *Sim) AddPage(p Page) {
	s.set(func() {
		if known := s.page(p.ID); known != nil {
			known.Page = p
			return
		}
		s.pages = append(s.pages, &page{p})
	})
}

// AddInstagram opens an account or changes the one of that id.
func (s *Sim) AddInstagram(a Instagram) {
	s.set(func() {
		if known := s.account(a.ID); known != nil {
			known.Instagram = a
			return
		}
		s.accounts = append(s.accounts, &account{a})
	})
}

// Appoint gives a person tasks at a page, none takes the role away; tokens made by then do what the role still allows.
func (s *Sim) Appoint(personID, pageID string, tasks ...string) {
	s.set(func() {
		p := s.person(personID)
		switch {
		case p == nil:
		case len(tasks) == 0:
			delete(p.roles, pageID)
		default:
			p.roles[pageID] = slices.Clone(tasks)
		}
	})
}

func (s *Sim) person(id string) *person {
	for _, p := range s.people {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (s *Sim) page(id string) *page {
	for _, p := range s.pages {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (s *Sim) account(id string) *account {
	for _, a := range s.accounts {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// pageOf is the page that an account is linked to.
func (s *Sim) pageOf(accountID string) *page {
	for _, p := range s.pages {
		if p.Instagram == accountID {
			return p
		}
	}
	return nil
}

// held lists the pages at which a person has a role, in the order they were founded.
func (s *Sim) held(p *person) []*page {
	var pages []*page
	for _, page := range s.pages {
		if len(p.roles[page.ID]) > 0 {
			pages = append(pages, page)
		}
	}
	return pages
}

// newID is a number like the vendor's, beginning with what tells people one kind from another.
func (s *Sim) newID(prefix string) string {
	s.serial++
	return prefix + strconv.Itoa(1000000+s.serial)
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// random text: codes, tokens, short codes.
func (s *Sim) word(length int) string {
	b := make([]byte, length)
	for i := range b {
		b[i] = letters[s.random.IntN(len(letters))]
	}
	return string(b)
}
