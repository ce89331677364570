package planfix

import (
	"encoding/json"
	"strings"
)

// maxPage is the vendor's: https://planfix.com/ru/help/REST_API:_Введение
const maxPage = 100

// Query asks for one page of tasks or contacts. Answers have no total and no promised order.
type Query struct {
	Offset   int
	PageSize int      // 0: 100, the most there is
	Fields   []string // the vendor's names, and numbers of custom fields; nil: TaskFields or ContactFields
	Filters  []Filter // all must hold
	FilterID string   // a saved filter of the account
}

// Filter is one condition.
//
// https://planfix.com/ru/help/REST_API:_Сложные_фильтры_задач
type Filter struct {
	Type     int    `json:"type"`
	Operator string `json:"operator"` // equal, notequal, gt, lt; texts also have, nothave; dates also gtAndEqual, ltAndEqual
	Value    any    `json:"value"`
	Field    int64  `json:"field,omitempty"` // of a custom field's condition
}

// Types of conditions that we use; the vendor has many more.
const (
	TaskStatus     = 10 // a number or a list of numbers
	TaskTemplate   = 51
	TaskNumber     = 57
	TaskName       = 8 // contains
	TaskChanged    = 38
	CustomText     = 101
	ContactName    = 4001
	ContactPhone   = 4003
	ContactEmail   = 4026 // exact
	ContactGroup   = 4008
	ContactSeat    = 4016 // template
	ContactPartial = 4005 // e-mail contains
)

// Equal is the common condition.
func Equal(kind int, value any) Filter { return Filter{Type: kind, Operator: "equal", Value: value} }

// TextIs finds what has exactly this text in a custom field of the kind line.
func TextIs(field int64, text string) Filter {
	return Filter{Type: CustomText, Operator: "equal", Value: text, Field: field}
}

// TaskFields and ContactFields are what is asked for when a Query does not say: the vendor's own default is not written down.
func TaskFields() []string {
	return []string{"id", "name", "description", "status", "processId", "template", "assigner", "assignees", "counterparty", "dateTime",
		"endDateTime", "dateOfLastUpdate", "isDeleted", "sourceObjectId"}
}

// ContactFields are those that we read.
func ContactFields() []string {
	return []string{"id", "name", "midname", "lastname", "email", "phones", "telegram", "instagram", "site", "address", "position",
		"isCompany", "group"}
}

// With adds custom fields by number.
func With(fields []string, custom ...int64) []string {
	for _, f := range custom {
		fields = append(fields, number(f))
	}
	return fields
}

type listBody struct {
	Offset   int      `json:"offset"`
	PageSize int      `json:"pageSize"`
	Fields   string   `json:"fields"`
	Filters  []Filter `json:"filters,omitempty"`
	FilterID string   `json:"filterId,omitempty"`
}

func (q Query) body(fallback []string) listBody {
	if q.PageSize <= 0 || q.PageSize > maxPage {
		q.PageSize = maxPage
	}
	if len(q.Fields) == 0 {
		q.Fields = fallback
	}
	return listBody{max(q.Offset, 0), q.PageSize, strings.Join(q.Fields, ","), q.Filters, q.FilterID}
}

// Page is the rows of one answer. More says that there may be others: ask again with Next as the offset.
type Page[T any] struct {
	Rows []T
	More bool
	Next int
}

func page[T any](asked listBody, rows []T) Page[T] {
	return Page[T]{Rows: rows, More: len(rows) >= asked.PageSize, Next: asked.Offset + len(rows)}
}

// rowsOf reads the list under its name, so that an answer without the list is not taken for an empty one.
func rowsOf[T any](op string, r request, status int, answer map[string]json.RawMessage, key string) ([]T, error) {
	raw, there := answer[key]
	var rows []T
	if !there || json.Unmarshal(raw, &rows) != nil {
		return nil, unclear(op, r, status, "the answer has no readable list")
	}
	return rows, nil
}
