package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// Probe writes a small file, reads it and takes it away again.
func (s *Store) Probe(ctx context.Context, key string) error {
	want := []byte("probe")
	if err := s.Put(ctx, key, "text/plain", bytes.NewReader(want)); err != nil {
		return err
	}
	got, err := s.Read(ctx, key, int64(len(want)))
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("files: probe: %d bytes came back, not what was written", len(got))
	}
	return errors.Join(err, s.Delete(ctx, key))
}
