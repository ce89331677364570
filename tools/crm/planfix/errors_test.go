package planfix_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"marketa/internal/fault"
	"marketa/sandbox/planfix"
	client "marketa/tools/crm/planfix"
)

// The catalogue: https://planfix.com/ru/help/REST_API:_Коды_ошибок
func TestEveryCodeSaysWhatWasDoneAndWhatToDo(t *testing.T) {
	t.Parallel()
	const wait, blocked, refused, carried, unknown = client.Wait, client.Blocked, client.Refused, client.Carried, client.Unknown
	for _, tt := range []struct {
		codes []int
		want  client.Outcome
		kind  fault.Kind
		says  string
	}{
		{[]int{0}, unknown, fault.Unavailable, "Look into Planfix"},
		{[]int{1, 2}, blocked, fault.Denied, "Make a new one"},
		{[]int{5}, blocked, fault.Denied, "lacks a right"},
		{[]int{6}, blocked, fault.Denied, "Give them access"},
		{[]int{10, 11}, blocked, fault.Denied, "support"},
		{[]int{16}, blocked, fault.Denied, "switched off"},
		{[]int{20, 21}, blocked, fault.Denied, "pay"},
		{[]int{22}, wait, fault.RateLimited, "try again every hour"},
		{[]int{23}, blocked, fault.Denied, "no room"},
		{[]int{30, 40, 41, 1001, 1002, 2001, 2002, 3001, 3002, 4001, 5001, 5002, 6000, 6010, 6013, 7001, 7003, 8000, 8013, 9000}, refused, fault.Invalid, "Nothing was changed"},
		{[]int{1000}, refused, fault.NotFound, "this task"},
		{[]int{2000}, refused, fault.NotFound, "this contact"},
		{[]int{2003, 2004}, refused, fault.Invalid, "e-mail"},
		{[]int{2005}, carried, fault.Conflict, "already has"},
		{[]int{2006}, refused, fault.Invalid, "name"},
		{[]int{5000}, refused, fault.NotFound, "comment"},
		{[]int{7000}, refused, fault.NotFound, "file"},
		{[]int{7002}, refused, fault.Invalid, "too large"},
	} {
		for _, code := range tt.codes {
			for _, body := range []string{
				fmt.Sprintf(`{"result":"fail","code":%d,"error":"hidden words"}`, code),
				fmt.Sprintf(`{"result":"failure","code":"%d","message":"hidden words"}`, code),
			} {
				for _, status := range []int{200, 400} {
					_, err := answering(t, status, body).Comment(t.Context(), 5, client.CommentWrite{Description: "x"})
					e := failure(t, err)
					if e.Outcome() != tt.want || e.Code != code || e.Message != "hidden words" {
						t.Errorf("%d %s: outcome %v, code %d, %q", status, body, e.Outcome(), e.Code, e.Message)
					}
					explained := client.Explain(err)
					if fault.KindOf(explained) != tt.kind || !strings.Contains(fault.Say(explained), tt.says) {
						t.Errorf("%d: %s: %q", code, fault.KindOf(explained), fault.Say(explained))
					}
					if strings.Contains(err.Error(), "hidden") {
						t.Errorf("the log would quote: %v", err)
					}
				}
			}
		}
	}
}

func TestStatusesWithoutTheVendorsEnvelope(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status      int
		body        string
		write, read client.Outcome
	}{
		{200, `<html>`, client.Unknown, client.Wait},
		{200, `{}`, client.Unknown, client.Wait},
		{200, `[]`, client.Unknown, client.Wait},
		{201, `{"result":"success"}`, client.Unknown, client.Wait},
		{201, `{"result":"success","id":"x","task":5,"tasks":5}`, client.Unknown, client.Wait},
		{302, ``, client.Blocked, client.Blocked},
		{400, `<html>`, client.Refused, client.Refused},
		{401, ``, client.Blocked, client.Blocked},
		{403, `nginx`, client.Blocked, client.Blocked},
		{404, ``, client.Refused, client.Refused},
		{408, ``, client.Unknown, client.Wait},
		{413, ``, client.Refused, client.Refused},
		{429, ``, client.Wait, client.Wait},
		{500, `{"result":"fail","code":41}`, client.Refused, client.Refused},
		{500, `{"result":"fail","code":0}`, client.Unknown, client.Wait},
		{502, ``, client.Unknown, client.Wait},
		{503, ``, client.Wait, client.Wait},
		{504, `null`, client.Unknown, client.Wait},
	} {
		c := answering(t, tt.status, tt.body)
		_, write := c.Comment(t.Context(), 5, client.CommentWrite{Description: "x"})
		_, read := c.Task(t.Context(), 5)
		_, found := c.Tasks(t.Context(), client.Query{})
		if got := failure(t, write).Outcome(); got != tt.write {
			t.Errorf("%d %s: a write is %v, want %v", tt.status, tt.body, got, tt.write)
		}
		for _, err := range []error{read, found} {
			if got := failure(t, err).Outcome(); got != tt.read {
				t.Errorf("%d %s: a read is %v, want %v", tt.status, tt.body, got, tt.read)
			}
		}
	}
}

func TestTheSimulatorsRefusalsAreReadInBothSpellings(t *testing.T) {
	t.Parallel()
	for _, only := range []bool{false, true} {
		a := open(t)
		a.sim.MessageOnly(only)
		_, err := a.Tasks(t.Context(), client.Query{Fields: []string{"id", "nonsense"}})
		if e := failure(t, err); e.Code != 41 || !e.Permanent() || !strings.Contains(e.Message, "nonsense") {
			t.Errorf("message only %v: %+v", only, e)
		}
	}
}

func TestLogsHoldNoTokenNoIdAndNoWords(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.sim.Faults().Next("*", planfix.Refuse(400, 41, "bad value Casa Pepe"))
	_, err := a.Comment(context.Background(), 123456, client.CommentWrite{Description: "Casa Pepe"})
	for _, secret := range []string{"Casa", token, "123456"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q holds %q", err, secret)
		}
	}
}
