// Package files is where the bytes of photos, voice notes and documents lie: a folder, or a bucket.
//
// It knows gocloud.dev/blob and nothing of what the files are: rows in the database say that, and who may see them. It imports no
// other package of ours but internal/fault. Start reading at [Open], then [Store.Put].
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"

	"marketa/internal/fault"
)

// Store is one bucket. It may be used by many goroutines.
type Store struct{ bucket *blob.Bucket }

// Open makes the folder of a file:// address where it is missing. Buckets in a cloud are opened by the drivers in drivers.go.
func Open(ctx context.Context, address string) (*Store, error) {
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(schemes(), u.Scheme) {
		return nil, fault.New(fault.Invalid, "MEDIA_URL is no address of a folder or bucket. It looks like file:///var/lib/marketa/media.")
	}
	if u.Scheme == "file" {
		return openFolder(filepath.FromSlash(u.Path))
	}
	bucket, err := blob.OpenBucket(ctx, address)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The bucket of MEDIA_URL cannot be opened. Check its name and the credentials.")
	}
	return &Store{bucket}, nil
}

func openFolder(dir string) (*Store, error) {
	// Beside the files, so that a finished one appears by a rename; without sidecar files, for types are in the database.
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return nil, fault.Wrap(err, fault.Denied, "The folder of MEDIA_URL cannot be made. Choose one that this user may write.")
	}
	return &Store{bucket}, nil
}

// Put stores all of r under the key, or nothing: a reader that fails leaves no half of a file. What is there already stays.
func (s *Store) Put(ctx context.Context, key, mime string, r io.Reader) error {
	if there, err := s.bucket.Exists(ctx, key); err != nil || there {
		return wrap("put", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := s.bucket.NewWriter(ctx, key, &blob.WriterOptions{ContentType: mime})
	if err != nil {
		return wrap("put", err)
	}
	if _, err := io.Copy(w, r); err != nil {
		cancel() // a writer whose context has ended keeps nothing
		_ = w.Close()
		return wrap("put", err)
	}
	return wrap("put", w.Close())
}

// Get opens what lies under the key; fault.NotFound when nothing does. The caller closes it.
func (s *Store) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	r, err := s.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, wrap("get", err)
	}
	return r, nil
}

// ErrLarge says that a file is larger than the reader can hold.
var ErrLarge = errors.New("files: larger than expected")

// Read is the whole of a small file.
func (s *Store) Read(ctx context.Context, key string, most int64) ([]byte, error) {
	r, err := s.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		err = ErrLarge
	}
	return b, wrap("read", err)
}

// Delete removes what lies under the key; what is not there, or has no key, is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	if key == "" {
		return nil
	}
	if err := s.bucket.Delete(ctx, key); gcerrors.Code(err) != gcerrors.NotFound {
		return wrap("delete", err)
	}
	return nil
}

// Close ends the use of the bucket.
func (s *Store) Close() error { return s.bucket.Close() }

// wrap keeps names of files and folders out of the error, which goes to the log: keys are ids and hashes, a folder is a person's.
func wrap(op string, err error) error {
	var path *os.PathError
	switch {
	case err == nil:
		return nil
	case gcerrors.Code(err) == gcerrors.NotFound:
		return fault.Wrap(fmt.Errorf("files: %s: %w", op, err), fault.NotFound, "That file is not there any more.")
	case errors.As(err, &path):
		return fmt.Errorf("files: %s: %w", op, path.Err)
	}
	return fmt.Errorf("files: %s: %w", op, err)
}
