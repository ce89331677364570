package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"marketa/internal/fault"
	"marketa/internal/seal"
)

func open(t *testing.T, address, dir string) *seal.Keys {
	t.Helper()
	k, err := seal.Open(address, dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestWhatIsSealedOpensForTheSameRowOnly(t *testing.T) {
	dir := t.TempDir()
	k := open(t, "", dir)
	sealed, err := k.Seal([]byte("a token"), "connections|token|1")
	if err != nil || bytes.Contains(sealed, []byte("token")) {
		t.Fatalf("%q %v", sealed, err)
	}
	if got, err := open(t, "", dir).Open(sealed, "connections|token|1"); err != nil || string(got) != "a token" {
		t.Errorf("after a restart: %q %v", got, err)
	}
	for name, about := range map[string]string{"another row": "connections|token|2", "another column": "connections|person_token|1", "nothing": ""} {
		if _, err := k.Open(sealed, about); err == nil {
			t.Errorf("%s opens it", name)
		}
	}
	if _, err := open(t, "", t.TempDir()).Open(sealed, "connections|token|1"); err == nil {
		t.Error("other keys open it")
	}
}

func TestTheFileIsThisUsersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	open(t, "", dir)
	info, err := os.Stat(filepath.Join(dir, "keyset.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestANewKeySealsAndTheOldOneStillOpens(t *testing.T) {
	dir := t.TempDir()
	old := open(t, "", dir)
	before, err := old.Seal([]byte("secret"), "x")
	if err != nil {
		t.Fatal(err)
	}
	address := "file://" + filepath.Join(dir, "keyset.json")
	if err := seal.Rotate(address, ""); err != nil {
		t.Fatal(err)
	}
	k := open(t, address, "")
	if got, err := k.Open(before, "x"); err != nil || string(got) != "secret" {
		t.Errorf("%q %v", got, err)
	}
	after, err := k.Seal([]byte("secret"), "x")
	if err != nil || bytes.Equal(after[:5], before[:5]) {
		t.Errorf("the old key still seals: %x %x %v", before[:5], after[:5], err)
	}
	if _, err := old.Open(after, "x"); err == nil {
		t.Error("the old key opens what the new one has sealed")
	}
}

func TestTwoThatStartAtOnceHaveTheSameKeys(t *testing.T) {
	dir := t.TempDir()
	keys := make([]*seal.Keys, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() { keys[i], _ = seal.Open("", dir) })
	}
	all.Wait()
	sealed, err := keys[0].Seal([]byte("x"), "x")
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range keys {
		if _, err := k.Open(sealed, "x"); err != nil {
			t.Errorf("%d has other keys: %v", i, err)
		}
	}
}

func TestAFileThatIsNoneIsSaidInASentence(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	if err := os.WriteFile(garbage, []byte(`{"key":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"keyset.json", "gcp-kms://x", "file://" + filepath.Join(dir, "nowhere"), "file://" + garbage} {
		_, err := seal.Open(address, dir)
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "KEYSET_URI") || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
