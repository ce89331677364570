package embedded

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"

	"marketa/internal/fault"
)

// account is the user that the server runs as. nil is ours; PostgreSQL refuses to run as root, so root needs another.
type account struct {
	name     string
	uid, gid uint32
}

// databaseAccount is the user that comes with PostgreSQL's package, else nobody.
func databaseAccount() (*account, error) {
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return accountOf(u)
		}
	}
	return nil, fault.New(fault.Unavailable, "PostgreSQL cannot run as root, and this machine has no user named postgres or nobody. Run Marketa as an ordinary user.")
}

func accountOf(u *user.User) (*account, error) {
	uid, err := strconv.ParseInt(u.Uid, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseInt(u.Gid, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", u.Username, err)
	}
	return &account{name: u.Username, uid: uint32(uid), gid: uint32(gid)}, nil
}

// accountFor is the user for a server on data: its owner where it exists, so that sudo today does not lock out the
// person of yesterday.
func accountFor(data string) (*account, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	if info, err := os.Stat(data); err == nil {
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 {
			a := &account{name: strconv.Itoa(int(owner.Uid)), uid: owner.Uid, gid: owner.Gid}
			if u, err := user.LookupId(a.name); err == nil {
				a.name = u.Username
			}
			return a, nil
		}
	}
	return databaseAccount()
}

// credential drops every group of root's along with its rights.
func (a *account) credential() *syscall.Credential {
	if a == nil {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// reaches asks the system itself, by going there as that user: modes, groups and access lists are its business.
func (a *account) reaches(dir string) bool {
	if a == nil {
		return true
	}
	c := exec.Command("/bin/sh", "-c", `cd "$1"`, "sh", dir)
	c.Dir, c.Env = "/", environment()
	c.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential()}
	return c.Run() == nil
}

// own gives a folder that only the server may enter to the server.
func (a *account) own(dir string) error {
	if a == nil {
		return nil
	}
	return os.Chown(dir, int(a.uid), int(a.gid))
}

func (a *account) number() uint32 {
	if a == nil {
		return uint32(os.Getuid())
	}
	return a.uid
}

// environment of every program started here. Ours stays out: it holds tokens that PostgreSQL has no use for, and perhaps
// PG… variables that it would obey.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=/"}
}
