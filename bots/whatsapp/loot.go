package whatsapp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"marketa/internal/rest"
	"marketa/store"
)

// loot is a downloaded file on disk: a video never lies in memory as a whole.
type loot struct {
	file   *os.File
	sha256 []byte
	bytes  int64
	mime   string
}

func (l *loot) close() {
	_ = l.file.Close()
	_ = os.Remove(l.file.Name()) // where it was not possible at once
}

// take downloads and compares with what was announced.
func take(ctx context.Context, f store.Media, open func() (*rest.Raw, error)) (*loot, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	if r.Size > store.LargestFile {
		return nil, errLarge
	}
	l, err := download(r)
	if err == nil {
		err = l.matches(f)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil && l != nil {
		l.close()
		l = nil
	}
	return l, err
}

func download(r *rest.Raw) (*loot, error) {
	file, err := os.CreateTemp("", "marketa-file-*")
	if err != nil {
		return nil, fmt.Errorf("whatsapp: download: %w", err)
	}
	_ = os.Remove(file.Name()) // it lives as long as it is open, also if we do not
	l := &loot{file: file, mime: bareMIME(r.MIME)}
	hash := sha256.New()
	l.bytes, err = io.Copy(io.MultiWriter(file, hash), io.LimitReader(r, store.LargestFile+1))
	switch {
	case err != nil:
		return l, fmt.Errorf("whatsapp: download: %w", errCut)
	case l.bytes > store.LargestFile:
		return l, errLarge
	}
	l.sha256 = hash.Sum(nil)
	return l, nil
}

var errCut = fmt.Errorf("the connection was cut")

// matches says whether this is the announced file. Without a hash, at least a page with an error must not pass for a photo.
func (l *loot) matches(f store.Media) error {
	head := make([]byte, 512)
	n, _ := l.file.ReadAt(head, 0)
	seen := bareMIME(http.DetectContentType(head[:n]))
	switch {
	case f.SaidSHA256 != nil && !bytes.Equal(l.sha256, f.SaidSHA256), f.SaidBytes > 0 && l.bytes != f.SaidBytes, l.bytes == 0:
		return errOther
	case f.SaidSHA256 == nil && seen == "text/html" && !strings.Contains(f.MIME, "html"):
		return errOther
	}
	l.mime = cmp.Or(f.MIME, l.mime, seen)
	return nil
}

// bank stores the file under its hash, once for each restaurant, and beside a photo its small version. Keys name nobody.
func (b *Bot) bank(ctx context.Context, f store.Media, l *loot) (store.Kept, error) {
	k := store.Kept{Key: f.RestaurantID.String() + "/" + hex.EncodeToString(l.sha256), SHA256: l.sha256, Bytes: l.bytes, MIME: l.mime}
	if err := b.put(ctx, k.Key, l.mime, l.file); err != nil {
		return k, err
	}
	if f.Kind != "image" {
		return k, nil
	}
	p, err := b.shrink(l)
	k.Width, k.Height = p.width, p.height
	if err != nil {
		b.Log.Info("a photo cannot be read; it is kept as it is", "media", f.ID, "mime", l.mime, "error", err)
		return k, nil
	}
	k.SmallKey = k.Key + ".small"
	return k, b.Files.Put(ctx, k.SmallKey, "image/jpeg", bytes.NewReader(p.small))
}

func (b *Bot) put(ctx context.Context, key, mime string, file *os.File) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("whatsapp: store a file: %w", err)
	}
	return b.Files.Put(ctx, key, mime, file)
}
