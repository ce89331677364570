package planfix

import (
	"slices"
	"strings"
	"time"
)

type comment struct {
	id          int
	description string
	owner       string
	files       []int
	pinned      bool
	recipients  []string
	at          time.Time
	from, to    int // status, when they differ
}

// commentJSON is a new comment.
type commentJSON struct {
	Description *string         `json:"description"`
	Owner       *personJSON     `json:"owner"`
	IsPinned    bool            `json:"isPinned"`
	IsHidden    bool            `json:"isHidden"`
	Files       []refJSON       `json:"files"`
	Recipients  *recipientsJSON `json:"recipients"`
	DateTime    *timeJSON       `json:"dateTime"`
	SourceID    string          `json:"sourceId"`
	SourceObj   string          `json:"sourceObjectId"`
}

type recipientsJSON struct {
	Users  []personJSON `json:"users"`
	Groups []refJSON    `json:"groups"`
	Roles  []string     `json:"roles"`
}

func (s *Sim) addComment(c call) (reply, error) {
	t, err := s.task(c.id())
	if err != nil {
		return reply{}, err
	}
	in, err := decode[commentJSON](c)
	if err != nil {
		return reply{}, err
	}
	if err := s.checkComment(in); err != nil {
		return reply{}, err
	}
	made := &comment{id: s.newID(), owner: "user:5", pinned: in.IsPinned, at: s.clock.Now()}
	setIf(&made.description, in.Description)
	for _, f := range in.Files {
		made.files = append(made.files, f.ID)
	}
	if in.Recipients != nil {
		made.recipients = in.Recipients.Roles
	}
	t.comments = append(t.comments, made)
	s.happened("comment_added", t)
	return madeID(made.id)
}

func (s *Sim) checkComment(in commentJSON) error {
	if (in.Description == nil || strings.TrimSpace(*in.Description) == "") && len(in.Files) == 0 {
		return refuse(400, 40, "Required parameter is missing: description")
	}
	for _, f := range in.Files {
		if s.files[f.ID] == nil {
			return refuse(400, 7000, "File not found")
		}
	}
	if in.Recipients != nil {
		for _, role := range in.Recipients.Roles {
			if !slices.Contains([]string{"assignee", "participant", "auditor", "assigner"}, role) {
				return refuse(400, 41, "Unknown role")
			}
		}
	}
	return nil
}

func (s *Sim) listComments(c call) (reply, error) {
	t, err := s.task(c.id())
	if err != nil {
		return reply{}, err
	}
	in, err := decode[struct {
		Offset   int    `json:"offset"`
		PageSize *int   `json:"pageSize"`
		Fields   string `json:"fields"`
		TypeList string `json:"typeList"`
		Order    string `json:"resultOrder"`
		SourceID string `json:"sourceId"`
	}](c)
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains([]string{"", "Comments", "All", "New", "Deleted"}, in.TypeList) || !slices.Contains([]string{"", "Asc", "Desc"}, in.Order) {
		return reply{}, refuse(400, 41, "Unknown typeList or resultOrder")
	}
	sel, err := s.selected(in.Fields, commentNames)
	if err != nil {
		return reply{}, err
	}
	found := slices.Clone(t.comments)
	if in.TypeList == "Deleted" {
		found = nil
	}
	if in.Order == "Desc" {
		slices.Reverse(found)
	}
	if found, err = window(found, in.Offset, in.PageSize); err != nil {
		return reply{}, err
	}
	list := []map[string]any{}
	for _, one := range found {
		list = append(list, sel.row(s, s.commentRow(t, one), nil))
	}
	return rows("comments", list)
}

func (s *Sim) commentRow(t *task, c *comment) map[string]any {
	all := map[string]any{
		"id": c.id, "type": "Comment", "fromType": "Planfix", "description": c.description, "task": refJSON{ID: t.id},
		"owner": employee(c.owner), "isDeleted": false, "isPinned": c.pinned, "isNotRead": false, "files": s.fileRows(c.files),
		"dateTime": timePoint(c.at),
	}
	if c.from != c.to {
		all["changeStatus"] = map[string]int{"oldStatusId": c.from, "newStatusId": c.to}
	}
	return all
}
