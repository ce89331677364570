package embedded

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"marketa/internal/fault"
)

// home is where one server lives: data (PostgreSQL's folder), socket, log. It belongs to the server's user.
type home struct {
	path    string
	account *account
}

func (h home) data() string { return filepath.Join(h.path, "data") }
func (h home) log() string  { return filepath.Join(h.path, "log") }

// made: data appears by a rename when initdb is through, so a folder of that name is a whole one.
func (h home) made() bool {
	_, err := os.Stat(filepath.Join(h.data(), "PG_VERSION"))
	return err == nil
}

// version is the major version of PostgreSQL that made the data, 0 where there is none.
func (h home) version() int {
	content, err := os.ReadFile(filepath.Join(h.data(), "PG_VERSION"))
	if err != nil {
		return 0
	}
	version, _ := strconv.Atoi(strings.TrimSpace(string(content)))
	return version
}

// home finds or makes the server's place: Dir/postgres, unless the server's user cannot get there (root's own folders are
// closed to it), then a place made for such cases. Once data is in one of the two, that one it stays.
func (o Options) home() (home, error) {
	near, err := homeAt(filepath.Join(o.Dir, "postgres"))
	if err != nil {
		return home{}, err
	}
	far, err := homeAt(filepath.Join(systemFolder(), shortName(o.Dir)))
	if err != nil {
		return home{}, err
	}
	if near.made() || !far.made() {
		if err := near.make(); err != nil {
			return home{}, err
		}
		if near.account.reaches(near.path) {
			return near, nil
		}
	}
	if near.made() {
		return home{}, fault.New(fault.Denied, "The database in %s belongs to user %s, who can no longer enter that folder. Allow it with: chmod o+x on the folders above.", near.path, near.account.name)
	}
	_ = os.Remove(near.path) // it is empty; where it is not, it does no harm
	o.Log(fmt.Sprintf("The database lives in %s, because PostgreSQL (user %s) cannot enter %s", far.path, far.account.name, o.Dir))
	return far, far.make()
}

// systemFolder holds the databases that cannot lie where they should.
func systemFolder() string {
	if real, err := filepath.EvalSymlinks("/var/lib"); err == nil {
		return filepath.Join(real, "marketa")
	}
	return "/var/lib/marketa"
}

func homeAt(path string) (home, error) {
	account, err := accountFor(filepath.Join(path, "data"))
	return home{path: path, account: account}, err
}

func (h home) make() error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(h.path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fault.Wrap(err, fault.Denied, "The folder %s cannot be written to; choose another one with MARKETA_DATA_DIR.", filepath.Dir(h.path))
	}
	return h.account.own(h.path)
}

// longestSocketFolder keeps the socket's whole name within what every system allows (macOS: 103 bytes, Linux: 107).
const longestSocketFolder = 103 - len("/.s.PGSQL.5432")

// makeSocketFolder returns a folder that only the server and we can enter; for whoever gets to the socket may connect.
// It is empty: a socket and its lock file from before a crash could name a process number that is somebody else's now.
func (h home) makeSocketFolder() (string, error) {
	dir := filepath.Join(h.path, "socket")
	if len(dir) > longestSocketFolder || strings.ContainsAny(dir, `,"`) { // both mean something in a list of folders
		dir = filepath.Join(shortTemp(), "marketa-"+shortName(h.path))
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if err := h.account.own(dir); err != nil {
		return "", err
	}
	if err := h.checkPrivate(dir); err != nil {
		return "", err
	}
	leftovers, err := os.ReadDir(dir)
	for _, file := range leftovers {
		err = errors.Join(err, os.Remove(filepath.Join(dir, file.Name())))
	}
	return dir, err
}

// checkPrivate guards against a folder in a public place that somebody else made first.
func (h home) checkPrivate(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || owner.Uid != h.account.number() || info.Mode().Perm() != 0o700 {
		return fault.New(fault.Denied, "The folder %s is in the way: it is not a private folder of this user. Remove it and start again.", dir)
	}
	return nil
}

func shortTemp() string {
	if t := os.TempDir(); len(t) < 60 && !strings.ContainsAny(t, `,"`) {
		return t
	}
	return "/tmp"
}

// shortName is the same for the same folder and different for others.
func shortName(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return fmt.Sprintf("%x", sum[:6])
}
