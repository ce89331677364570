package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"marketa/internal/fault"
)

// DefaultDir is where Marketa keeps a person's data when nobody says otherwise: $XDG_DATA_HOME/marketa, else
// ~/.local/share/marketa, on macOS ~/Library/Application Support/marketa. It need not exist yet.
func DefaultDir() (string, error) {
	if base := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "marketa"), nil
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "", fault.Wrap(fmt.Errorf("embedded: default folder: %w", err), fault.Invalid,
			"This user has no home folder; say with MARKETA_DATA_DIR where Marketa may keep its data.")
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(user, "Library", "Application Support", "marketa"), nil
	}
	return filepath.Join(user, ".local", "share", "marketa"), nil
}

// makeDir makes the data folder, for us alone, and returns its one true name. Made by root it lets the database's user
// pass through, and nobody else.
func makeDir(dir string) (string, error) {
	if dir == "" {
		return "", fault.New(fault.Invalid, "Say in which folder the database is to live.")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := makeMissing(dir); err != nil {
		return "", fault.Wrap(err, fault.Invalid, "The folder %s cannot be made; choose another one with MARKETA_DATA_DIR.", dir)
	}
	return filepath.EvalSymlinks(dir)
}

func makeMissing(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if os.Getuid() != 0 {
		return nil
	}
	account, err := databaseAccount()
	if err != nil {
		return err
	}
	if err := os.Chown(dir, 0, int(account.gid)); err != nil {
		return err
	}
	return os.Chmod(dir, 0o710)
}
