package embedded

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"marketa/internal/fault"
)

const (
	oldestPostgres = 15
	setupCommand   = "make setup"
)

// programs are one installation of PostgreSQL.
type programs struct {
	bin    string // the folder with postgres and initdb
	major  int
	vector bool // has pgvector 0.7 or newer, the first one with halfvec
}

func (p programs) postgres() string { return filepath.Join(p.bin, "postgres") }
func (p programs) initdb() string   { return filepath.Join(p.bin, "initdb") }

// findPrograms returns the newest installation that will do; with a version, the one that can open a data folder of that
// version, for PostgreSQL opens no other.
func findPrograms(version int) (programs, error) {
	best, any := programs{}, programs{}
	for _, bin := range programFolders() {
		p, ok := inspect(bin)
		if !ok || p.major < oldestPostgres || version != 0 && p.major != version {
			continue
		}
		if p.major > any.major {
			any = p
		}
		if p.vector && p.major > best.major {
			best = p
		}
	}
	switch {
	case best.major != 0:
		return best, nil
	case any.major != 0:
		return programs{}, fault.New(fault.Unavailable, "PostgreSQL %d is here, but its extension pgvector (0.7 or newer) is not. Run: %s", any.major, setupCommand)
	case version != 0:
		return programs{}, fault.New(fault.Unavailable, "The database was made by PostgreSQL %d, which is no longer on this machine. Install that version again, or start with another MARKETA_DATA_DIR.", version)
	}
	return programs{}, fault.New(fault.Unavailable, "PostgreSQL %d or newer is not on this machine. Run: %s", oldestPostgres, setupCommand)
}

// programFolders lists where servers lie: what PATH says, then Debian, Red Hat, a build from source, Homebrew.
// deploy/setup/look.sh looks in the same places: change both.
func programFolders() []string {
	var folders []string
	if p, err := exec.LookPath("postgres"); err == nil {
		folders = append(folders, filepath.Dir(p))
	}
	if p, err := exec.LookPath("pg_config"); err == nil {
		if out, err := ask(p, "--bindir"); err == nil {
			folders = append(folders, out)
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
	} {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern
		sort.Sort(sort.Reverse(sort.StringSlice(found)))
		folders = append(folders, found...)
	}
	return folders
}

// inspect asks an installation's own pg_config, which knows where its extensions lie.
func inspect(bin string) (programs, bool) {
	p := programs{bin: bin}
	for _, program := range []string{p.postgres(), p.initdb()} {
		if _, err := exec.LookPath(program); err != nil {
			return p, false
		}
	}
	config := filepath.Join(bin, "pg_config")
	version, err := ask(config, "--version")
	if err != nil {
		return p, false
	}
	share, err := ask(config, "--sharedir")
	if err != nil {
		return p, false
	}
	p.major, _ = strconv.Atoi(firstNumber.FindString(version))
	control, err := os.ReadFile(filepath.Join(share, "extension", "vector.control"))
	p.vector = err == nil && newEnoughVector(control)
	return p, true
}

var (
	firstNumber    = regexp.MustCompile(`\d+`)
	defaultVersion = regexp.MustCompile(`(?m)^default_version\s*=\s*'(\d+)\.(\d+)`)
)

// newEnoughVector reads an extension's control file (https://www.postgresql.org/docs/current/extend-extensions.html).
func newEnoughVector(control []byte) bool {
	m := defaultVersion.FindSubmatch(bytes.TrimSpace(control))
	if m == nil {
		return false
	}
	major, _ := strconv.Atoi(string(m[1]))
	minor, _ := strconv.Atoi(string(m[2]))
	return major > 0 || minor >= 7
}

func ask(program, question string) (string, error) {
	c := exec.Command(program, question)
	c.Dir, c.Env = "/", environment()
	out, err := c.Output()
	return strings.TrimSpace(string(out)), err
}
