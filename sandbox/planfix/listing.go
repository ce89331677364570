package planfix

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listJSON is the body of task/list and contact/list.
type listJSON struct {
	Offset   int          `json:"offset"`
	PageSize *int         `json:"pageSize"`
	Fields   string       `json:"fields"`
	Filters  []filterJSON `json:"filters"`
	FilterID string       `json:"filterId"`
	SourceID string       `json:"sourceId"`
}

// window is the rows of one page, at most 100.
func window[T any](all []T, offset int, size *int) ([]T, error) {
	n := 100
	if size != nil {
		n = *size
	}
	if n < 1 || n > 100 || offset < 0 {
		return nil, refuse(400, 41, "pageSize must be between 1 and 100")
	}
	from := min(offset, len(all))
	return all[from:min(from+n, len(all))], nil
}

// Names that fields may hold.
const (
	taskNames = "id,name,description,priority,status,processId,resultChecking,type,assigner,parent,template,project,counterparty,dateTime," +
		"startDateTime,endDateTime,hasStartDate,hasEndDate,hasStartTime,hasEndTime,delayedTillDate,dateOfLastUpdate,duration,durationUnit," +
		"durationType,overdue,closeToDeadLine,notAcceptedInTime,inFavorites,isSummary,isSequential,assignees,participants,auditors,recurrence," +
		"isDeleted,files,dataTags,sourceObjectId,sourceDataVersion"
	contactNames = "id,name,midname,lastname,gender,email,phones,telegram,telegramId,instagram,facebook,site,address,position,group,isCompany," +
		"template,companies,contacts,birthDate,supervisors,files,description"
	commentNames = "id,type,fromType,description,task,owner,isDeleted,isPinned,isHidden,isNotRead,files,recipients,dateTime,dataTags,changeStatus"
	fileNames    = "id,name,size"
)

// selection is what a caller wants to see of each row.
type selection struct {
	names  []string
	custom []int
}

// selected reads the fields parameter; a name that nobody knows is refused.
func (s *Sim) selected(fields, known string) (selection, error) {
	if strings.TrimSpace(fields) == "" {
		fields = "id,name"
	}
	var sel selection
	for _, name := range strings.Split(fields, ",") {
		name = strings.TrimSpace(name)
		number, err := strconv.Atoi(name)
		_, isField := s.fields[number]
		switch {
		case err == nil && isField:
			sel.custom = append(sel.custom, number)
		case slices.Contains(strings.Split(known, ","), name):
			sel.names = append(sel.names, name)
		default:
			return sel, refuse(400, 41, fmt.Sprintf("Unknown field %q", name))
		}
	}
	return sel, nil
}

// row keeps of all what was asked for.
func (sel selection) row(s *Sim, all map[string]any, custom map[int]any) map[string]any {
	row := map[string]any{}
	for _, name := range sel.names {
		if v, has := all[name]; has {
			row[name] = v
		}
	}
	var values []map[string]any
	for _, id := range sel.custom {
		f := s.fields[id]
		values = append(values, map[string]any{"field": map[string]any{"id": id, "name": f.Name, "type": f.Type}, "value": custom[id]})
	}
	if values != nil {
		row["customFieldData"] = values
	}
	return row
}

func timePoint(t time.Time) map[string]string {
	t = t.UTC()
	return map[string]string{"date": t.Format("02-01-2006"), "time": t.Format("15:04"), "datetime": t.Format("2006-01-02T15:04Z")}
}
