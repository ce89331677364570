package meta

import (
	"html/template"
	"net/http"
	"strconv"
	"time"
)

// Post is what people see in a feed.
type Post struct {
	ID, Kind  string // FEED, REELS, STORY; of a page: POST
	Caption   string
	AltText   string
	Pictures  []Picture
	Permalink string
	At        time.Time
}

// Picture is one of a post's photos or videos.
type Picture struct {
	URL, MIME     string // where this simulator shows it
	Source        string // where it was fetched
	Width, Height int    // 0: not a picture that can be looked into
	Size          int    // bytes
}

// Attempt is one call that arrived, with what was answered.
type Attempt struct {
	Op            string
	Agent         string
	Code, Subcode int // 0: done
	At            time.Time
}

func (s *Sim) note(op string, r *http.Request, err error) {
	a := Attempt{Op: op, Agent: r.UserAgent(), At: s.clock.Now()}
	if no, ok := err.(Refusal); ok {
		a.Code, a.Subcode = no.Code, no.Subcode
	}
	s.attempts = append(s.attempts, a)
	if len(s.attempts) > 2*maxAttempts {
		s.attempts = append([]Attempt{}, s.attempts[maxAttempts:]...)
	}
}

const maxAttempts = 1000

// Attempts lists the last calls, oldest first.
func (s *Sim) Attempts() []Attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Attempt{}, s.attempts...)
}

// Feed is what the followers of an Instagram account see, newest first, stories included; nothing is late here.
func (s *Sim) Feed(accountID string) []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var posts []Post
	for i := len(s.media) - 1; i >= 0; i-- {
		if m := s.media[i]; m.account.ID == accountID {
			posts = append(posts, m.view())
		}
	}
	return posts
}

// PageFeed is what the visitors of a page see, newest first.
func (s *Sim) PageFeed(pageID string) []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var posts []Post
	for i := len(s.posts) - 1; i >= 0; i-- {
		if p := s.posts[i]; p.page == pageID && !p.hidden {
			posts = append(posts, p.view())
		}
	}
	return posts
}

func (m *media) view() Post {
	v := Post{ID: m.id, Kind: m.kind, Caption: m.caption, AltText: m.alt, Permalink: m.permalink(), At: m.at}
	for i, p := range m.pictures {
		v.Pictures = append(v.Pictures, p.view(m.address(i)))
	}
	return v
}

func (p *post) view() Post {
	v := Post{ID: p.id, Kind: "POST", Caption: p.message, Permalink: p.permalink(), At: p.at}
	for _, f := range p.photos {
		v.Pictures = append(v.Pictures, f.picture.view("http://"+p.host+"/scontent/"+f.id+"/0"))
	}
	return v
}

func (p picture) view(address string) Picture {
	return Picture{URL: address, MIME: p.mime, Source: p.source, Width: p.width, Height: p.height, Size: len(p.bytes)}
}

func (s *Sim) showPost(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.media {
		if m.shortcode == r.PathValue("shortcode") {
			writePost(w, m.account.Username, m.view())
			return
		}
	}
	http.NotFound(w, r)
}

func (s *Sim) showPagePost(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.post(r.PathValue("id"))
	if p == nil || p.hidden {
		http.NotFound(w, r)
		return
	}
	writePost(w, s.page(p.page).Name, p.view())
}

func (s *Sim) showPicture(w http.ResponseWriter, r *http.Request) {
	nth, _ := strconv.Atoi(r.PathValue("nth"))
	s.mu.Lock()
	p, found := s.pictureOf(r.PathValue("id"), nth)
	s.mu.Unlock()
	if !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", p.mime)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(p.bytes)
}

func (s *Sim) pictureOf(id string, nth int) (picture, bool) {
	if f := s.photos[id]; f != nil && nth == 0 {
		return f.picture, true
	}
	if m := s.medium(id); m != nil && nth >= 0 && nth < len(m.pictures) {
		return m.pictures[nth], true
	}
	return picture{}, false
}

func writePost(w http.ResponseWriter, author string, p Post) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = postPage().Execute(w, struct {
		Author string
		Post
	}{author, p})
}

func postPage() *template.Template {
	return template.Must(template.New("post").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Author}} (simulated)</title>
<style>body{font:16px/1.5 system-ui;max-width:34em;margin:2em auto;padding:0 1em}img,video{max-width:100%}p{white-space:pre-wrap}</style>
<p><small>Simulated; nobody else can see this.</small>
<h1>{{.Author}}</h1>
{{range .Pictures}}{{if .Width}}<img src="{{.URL}}" alt="">{{else}}<video src="{{.URL}}" controls></video>{{end}}
{{end}}<p>{{.Caption}}</p><small>{{.At.UTC.Format "2 January 2006, 15:04"}} UTC</small></html>
`))
}
