package fault

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestPeopleHearTheSentenceAndTheLogGetsTheChain(t *testing.T) {
	err := fmt.Errorf("crm: find contact: %w", Wrap(io.ErrUnexpectedEOF, Unavailable, "The CRM does not answer; try again in %d minutes.", 5))
	if Say(err) != "The CRM does not answer; try again in 5 minutes." {
		t.Errorf("said %q", Say(err))
	}
	if !errors.Is(err, Unavailable) || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, NotFound) {
		t.Errorf("kinds of %v", err)
	}
	if err.Error() != "crm: find contact: unexpected EOF" {
		t.Errorf("log: %q", err)
	}
}

func TestAnUntypedErrorIsNeverSpoken(t *testing.T) {
	err := errors.New("password=hunter2")
	if strings.Contains(Say(err), "hunter2") || KindOf(err) != Internal {
		t.Errorf("%q, %q", Say(err), KindOf(err))
	}
}
