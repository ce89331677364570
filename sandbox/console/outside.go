package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"marketa/sandbox/meta"
	"marketa/sandbox/planfix"
)

// Place is what a restaurant is outside the two chats, as the platform's records say: where it publishes, what it pays,
// which task of the CRM it is. The console looks the rest up in the simulators.
type Place struct {
	Name, Stage                string
	Instagram, Facebook        string // ids at Meta, empty where nothing is connected
	InstagramName, PageName    string
	Connection                 string // "connected", "broken: …"; empty: never
	Paying, PayLink, PayAmount string // the state in words; where the client pays, while that is awaited
	Task                       int    // 0: none
}

// Outside is the world around the chats.
type Outside struct {
	Meta    *meta.Sim
	Planfix *planfix.Sim
	Places  func(ctx context.Context) ([]Place, error)
}

type outsideView struct {
	Places   []placeView  `json:"places"`
	Statuses []statusView `json:"statuses"` // what a task can be moved to
}

type statusView struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

type placeView struct {
	Name       string    `json:"name"`
	Stage      string    `json:"stage"`
	Connection string    `json:"connection,omitempty"`
	Instagram  *feedView `json:"instagram,omitempty"`
	Facebook   *feedView `json:"facebook,omitempty"`
	Paying     string    `json:"paying,omitempty"`
	PayLink    string    `json:"payLink,omitempty"`
	PayAmount  string    `json:"payAmount,omitempty"`
	Task       *crmTask  `json:"task,omitempty"`
}

type feedView struct {
	Name  string     `json:"name"`
	Posts []postView `json:"posts"`
}

type postView struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Caption string `json:"caption"`
	Alt     string `json:"alt"`
	Picture string `json:"picture,omitempty"` // behind our own address: the page loads nothing from elsewhere
	Video   bool   `json:"video,omitempty"`
	Link    string `json:"link"`
	At      int64  `json:"at"`
}

type crmTask struct {
	ID       int           `json:"id"`
	Name     string        `json:"name"`
	Status   string        `json:"status"`
	StatusID int           `json:"statusId"`
	Gone     bool          `json:"gone,omitempty"`
	Comments []commentView `json:"comments"` // the newest first
}

type commentView struct {
	ID   int    `json:"id"`
	By   string `json:"by"`
	Text string `json:"text"`
	At   int64  `json:"at"`
}

const mostPosts, mostComments = 9, 12

// outside is left out while the records cannot be read: the page keeps what it shows.
func (c *generation) outside() (outsideView, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	places, err := c.Outside.Places(ctx)
	if err != nil {
		return outsideView{}, false
	}
	v := outsideView{Places: []placeView{}, Statuses: []statusView{}}
	for _, s := range c.Outside.Planfix.Statuses() {
		v.Statuses = append(v.Statuses, statusView(s))
	}
	for _, p := range places {
		v.Places = append(v.Places, c.place(p))
	}
	return v, true
}

func (c *generation) place(p Place) placeView {
	v := placeView{Name: p.Name, Stage: strings.ReplaceAll(p.Stage, "_", " "), Connection: p.Connection, Paying: p.Paying, PayLink: p.PayLink, PayAmount: p.PayAmount}
	if p.Instagram != "" {
		v.Instagram = feed(p.InstagramName, c.Outside.Meta.Feed(p.Instagram))
	}
	if p.Facebook != "" {
		v.Facebook = feed(p.PageName, c.Outside.Meta.PageFeed(p.Facebook))
	}
	if t, ok := c.Outside.Planfix.Task(p.Task); ok {
		v.Task = taskView(t)
	}
	return v
}

func feed(name string, posts []meta.Post) *feedView {
	v := &feedView{Name: name, Posts: []postView{}}
	for _, p := range posts[:min(len(posts), mostPosts)] {
		one := postView{ID: p.ID, Kind: p.Kind, Caption: p.Caption, Alt: p.AltText, Link: p.Permalink, At: p.At.UnixMilli()}
		if len(p.Pictures) > 0 {
			if _, rest, ok := strings.Cut(p.Pictures[0].URL, "/scontent/"); ok {
				one.Picture, one.Video = "file/meta/"+rest, p.Pictures[0].Width == 0
			}
		}
		v.Posts = append(v.Posts, one)
	}
	return v
}

var anyTag = regexp.MustCompile(`<[^<>]*>`)

func taskView(t planfix.Task) *crmTask {
	v := &crmTask{ID: t.ID, Name: t.Name, Status: t.Status, StatusID: t.StatusID, Gone: t.Deleted, Comments: []commentView{}}
	for i := len(t.Comments) - 1; i >= 0 && len(v.Comments) < mostComments; i-- {
		x := t.Comments[i]
		one := commentView{ID: x.ID, By: planfix.Employee, At: x.At.UnixMilli(), Text: plainText(x.Text)}
		if x.Ours {
			one.By = "Marketa"
		}
		if x.From != x.To {
			one.Text = strings.TrimSpace(fmt.Sprintf("%s → %s %s", x.From, x.To, one.Text))
		}
		v.Comments = append(v.Comments, one)
	}
	return v
}

// plainText is the CRM's HTML as lines; the page puts it in as text.
func plainText(html string) string {
	html = strings.NewReplacer("<br>", "\n", "<br/>", "\n", "</p>", "\n").Replace(html)
	return strings.TrimSpace(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(anyTag.ReplaceAllString(html, "")))
}

// filePicture shows a published picture under our own address.
func (c *generation) filePicture(w http.ResponseWriter, r *http.Request) {
	if c.Outside.Meta == nil {
		http.NotFound(w, r)
		return
	}
	inside := r.Clone(r.Context())
	inside.URL.Path = "/scontent/" + r.PathValue("id") + "/" + r.PathValue("nth")
	inside.RequestURI = inside.URL.Path
	c.Outside.Meta.Handler().ServeHTTP(w, inside)
}

var errNoCRM = errors.New("there is no CRM in this sandbox")

// moveTask and writeTask are what an employee does in the CRM.
func (c *generation) moveTask(a struct{ Task, Status int }) (any, error) {
	if c.Outside.Planfix == nil {
		return nil, errNoCRM
	}
	err := c.Outside.Planfix.Move(a.Task, a.Status)
	c.nudges.nudge()
	return made{}, err
}

func (c *generation) writeTask(a struct {
	Task int
	Text string
}) (any, error) {
	switch {
	case c.Outside.Planfix == nil:
		return nil, errNoCRM
	case blank(a.Text):
		return nil, errNothing
	}
	text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", "<br>").Replace(strings.TrimSpace(a.Text))
	err := c.Outside.Planfix.Write(a.Task, text)
	c.nudges.nudge()
	return made{}, err
}
