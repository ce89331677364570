package planfix

import (
	"context"
	"html"
	"regexp"
	"strings"
)

// Comment writes under a task. There is nothing to know a comment by, so after an Unknown error look at [Client.Comments]
// before writing it again.
//
// POST /task/{id}/comments/: https://help.planfix.com/restapidocs/
func (c *Client) Comment(ctx context.Context, task int64, w CommentWrite) (int64, error) {
	const op = "comment"
	if err := known(op, task); err != nil {
		return 0, err
	}
	if strings.TrimSpace(w.Description) == "" && len(w.Files) == 0 {
		return 0, invalid(op, "the comment is empty")
	}
	return c.created(ctx, op, "/task/"+number(task)+"/comments/", w)
}

// Comments reads a page of a task's comments, the newest first.
//
// POST /task/{id}/comments/list: https://help.planfix.com/restapidocs/
func (c *Client) Comments(ctx context.Context, task int64, offset int) (Page[Comment], error) {
	const op = "read comments"
	if err := known(op, task); err != nil {
		return Page[Comment]{}, err
	}
	asked := struct {
		listBody
		TypeList    string `json:"typeList"`
		ResultOrder string `json:"resultOrder"`
	}{Query{Offset: offset}.body([]string{"id", "type", "description", "owner", "dateTime", "isDeleted", "files", "changeStatus"}), "Comments", "Desc"}
	path := "/task/" + number(task) + "/comments/list"
	var answer commentsAnswer
	status, err := c.post(ctx, op, path, nil, asked, &answer)
	if err == nil && answer.Comments == nil {
		err = unclear(op, request{path: path}, status, "the answer has no list")
	}
	if err != nil {
		return Page[Comment]{}, err
	}
	return page(asked.listBody, *answer.Comments), nil
}

type commentsAnswer struct {
	Comments *[]Comment `json:"comments"`
}

// Lines makes the vendor's HTML of plain text: nothing in it is a tag, and lines stay lines.
func Lines(text string) string {
	return strings.ReplaceAll(html.EscapeString(strings.ReplaceAll(text, "\r\n", "\n")), "\n", "<br>")
}

var (
	lineEnds = regexp.MustCompile(`(?i)<br\s*/?>|</(?:p|div|li|tr|h\d)>`)
	anyTag   = regexp.MustCompile(`<[^<>]*>`)
)

// Plain is the vendor's HTML as people read it: no tags, one space between words, lines stay lines.
func Plain(text string) string {
	text = html.UnescapeString(anyTag.ReplaceAllString(lineEnds.ReplaceAllString(text, "\n"), ""))
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}
