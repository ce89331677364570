// Package seal closes secrets that lie in the database: clients' tokens.
//
// It knows Tink and a file of keys, nothing of what is sealed; it imports internal/fault. Start reading at [Open], then
// [Keys.Seal]. What is sealed opens only for the same words that it was sealed about (the row and the column it belongs to),
// so that a copied value is worth nothing elsewhere. A new key is added with [Rotate]; what older keys have sealed still opens.
package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"marketa/internal/fault"
)

// Keys seal and open. They are safe for concurrent use.
type Keys struct{ primitive tink.AEAD }

const name = "keyset.json"

// Open reads the keys of a file:// address. Without an address they are a file in the data folder, made at first start for this
// user alone.
func Open(address, dataDir string) (*Keys, error) {
	path, err := place(address, dataDir)
	if err != nil {
		return nil, err
	}
	handle, err := read(path)
	if errors.Is(err, fs.ErrNotExist) && address == "" {
		if err := create(path); err != nil {
			return nil, err
		}
		handle, err = read(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.Invalid, "KEYSET_URI names a file that is not there. Without its keys no client's connection can be used; leave it empty to have one made.")
	case errors.Is(err, fs.ErrPermission):
		return nil, fault.New(fault.Denied, "The file of KEYSET_URI may not be read by this user.")
	case err != nil:
		return nil, fault.Wrap(fmt.Errorf("seal: read keys: %w", err), fault.Invalid, "The file of KEYSET_URI holds no keys. Put the right one there: with another one, clients' connections cannot be used.")
	}
	return of(handle)
}

func of(handle *keyset.Handle) (*Keys, error) {
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("seal: keys: %w", err)
	}
	return &Keys{primitive}, nil
}

func place(address, dataDir string) (string, error) {
	if address == "" {
		return filepath.Join(dataDir, name), nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return "", fault.New(fault.Invalid, "KEYSET_URI is no address of a file. It looks like file:///var/lib/marketa/keyset.json.")
	}
	return filepath.FromSlash(u.Path), nil
}

func read(path string) (*keyset.Handle, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, bare(err)
	}
	return insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
}

// create makes the file, whole or not at all: of two that start at once, one makes it and both read it.
func create(path string) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("seal: make a key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("seal: make the folder: %w", bare(err))
	}
	return write(path, handle, os.Link)
}

// write puts the keys beside their place, then there.
func write(path string, handle *keyset.Handle, put func(from, to string) error) error {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&b)); err != nil {
		return fmt.Errorf("seal: write keys: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keyset-*") // readable by this user alone
	if err != nil {
		return fmt.Errorf("seal: write keys: %w", bare(err))
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = put(f.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("seal: write keys: %w", bare(err))
	}
	return nil
}

// Rotate adds a key to the file of an address; from the next start on it seals, and the older ones still open.
func Rotate(address, dataDir string) error {
	path, err := place(address, dataDir)
	if err != nil {
		return err
	}
	handle, err := read(path)
	if err != nil {
		return fmt.Errorf("seal: rotate: %w", err)
	}
	m := keyset.NewManagerFromHandle(handle)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = m.SetPrimary(id)
	}
	if err != nil {
		return fmt.Errorf("seal: rotate: %w", err)
	}
	if handle, err = m.Handle(); err != nil {
		return fmt.Errorf("seal: rotate: %w", err)
	}
	return write(path, handle, os.Rename)
}

// Seal closes a secret for what it is about.
func (k *Keys) Seal(secret []byte, about string) ([]byte, error) {
	b, err := k.primitive.Encrypt(secret, []byte(about))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return b, nil
}

// Open gives the secret back, if it was sealed about the same by one of these keys.
func (k *Keys) Open(sealed []byte, about string) ([]byte, error) {
	b, err := k.primitive.Decrypt(sealed, []byte(about))
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("seal: open: %w", err), fault.Internal, "A stored key cannot be opened with the keys of this server. Was KEYSET_URI changed?")
	}
	return b, nil
}

// bare leaves the names of folders out of an error.
func bare(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
