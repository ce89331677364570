package embedded

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"marketa/internal/fault"
)

func TestOnlyAPgvectorWithHalfvecWillDo(t *testing.T) {
	for version, enough := range map[string]bool{
		"0.6.2": false, "0.7.0": true, "0.8.0": true, "0.10.1": true, "1.0": true, "": false,
	} {
		control := "comment = 'vector data type'\ndefault_version = '" + version + "'\nrelocatable = true\n"
		if newEnoughVector([]byte(control)) != enough {
			t.Errorf("%q: not %v", version, enough)
		}
	}
}

func TestAVersionThatIsGoneIsNamed(t *testing.T) {
	_, err := findPrograms(99)
	if !strings.HasPrefix(fault.Say(err), "The database was made by PostgreSQL 99,") {
		t.Errorf("said %q", fault.Say(err))
	}
}

func TestAPidfileIsReadAsFarAsItIsWritten(t *testing.T) {
	whole := "4711\n/srv/data\n1700000000\n5432\n/srv/socket\n\n  5432001        42\n"
	for name, c := range map[string]struct {
		content string
		want    postmaster
		ok      bool
	}{
		"Ready":      {whole + "ready   \n", postmaster{4711, time.Unix(1700000000, 0), 5432, "/srv/socket", true}, true},
		"Stopping":   {whole + "stopping\n", postmaster{4711, time.Unix(1700000000, 0), 5432, "/srv/socket", false}, true},
		"JustBegun":  {"4711\n/srv/data\n", postmaster{4711, time.Unix(0, 0), 0, "", false}, true},
		"Empty":      {"", postmaster{}, false},
		"SingleUser": {"-4711\n/srv/data\n", postmaster{}, false},
	} {
		got, ok := parsePidfile([]byte(c.content))
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
}

func TestTheUsualFolderIsTheSystemsOwn(t *testing.T) {
	t.Setenv("HOME", "/home/ann")
	usual := "/home/ann/.local/share/marketa"
	if runtime.GOOS == "darwin" {
		usual = "/home/ann/Library/Application Support/marketa"
	}
	for base, want := range map[string]string{"": usual, "relative": usual, "/srv/share": "/srv/share/marketa"} {
		t.Setenv("XDG_DATA_HOME", base)
		if got, err := DefaultDir(); got != want || err != nil {
			t.Errorf("%q: %s, %v", base, got, err)
		}
	}
}

func TestWithoutAHomeTheSentenceNamesTheWayOut(t *testing.T) {
	t.Setenv("HOME", "")
	t.Setenv("XDG_DATA_HOME", "")
	if _, err := DefaultDir(); !strings.Contains(fault.Say(err), "MARKETA_DATA_DIR") {
		t.Errorf("said %q", fault.Say(err))
	}
}

func TestAPublicSocketFolderOfAnotherKindIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "socket")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := (home{}).checkPrivate(dir); fault.KindOf(err) != fault.Denied {
		t.Errorf("%v", err)
	}
}
