package files_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marketa/internal/fault"
	"marketa/internal/files"
)

func open(t *testing.T) (*files.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "media")
	s, err := files.Open(t.Context(), "file://"+dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, dir
}

func TestWhatIsPutCanBeRead(t *testing.T) {
	s, _ := open(t)
	if err := s.Put(t.Context(), "r1/abc.jpeg", "image/jpeg", strings.NewReader("bytes")); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Read(t.Context(), "r1/abc.jpeg", 5); err != nil || string(b) != "bytes" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := s.Read(t.Context(), "r1/abc.jpeg", 4); !errors.Is(err, files.ErrLarge) {
		t.Errorf("more than the reader can hold: %v", err)
	}
}

func TestAReaderThatBreaksLeavesNothing(t *testing.T) {
	s, dir := open(t)
	broken := io.MultiReader(strings.NewReader("half"), errReader{})
	if err := s.Put(t.Context(), "r1/abc.jpeg", "image/jpeg", broken); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("the reader's own error is told: %v", err)
	}
	if _, err := s.Get(t.Context(), "r1/abc.jpeg"); !errors.Is(err, fault.NotFound) {
		t.Errorf("half a file: %v", err)
	}
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
		if !d.IsDir() {
			t.Errorf("%s is left behind", d.Name())
		}
		return nil
	})
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestWhatIsThereStays(t *testing.T) {
	s, _ := open(t)
	for _, text := range []string{"first", "second"} {
		if err := s.Put(t.Context(), "r1/a", "text/plain", strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	if b, _ := s.Read(t.Context(), "r1/a", 100); string(b) != "first" {
		t.Errorf("%q", b)
	}
}

func TestAnAddressThatIsNoneIsSaidInASentence(t *testing.T) {
	for _, address := range []string{"", "media", "ftp://x/y", "s3://nowhere-without-driver:%zz"} {
		if _, err := files.Open(t.Context(), address); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "MEDIA_URL") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
