package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/store/storetest"
)

// bare is an empty database of a role of its own; it is dropped with the role when the test ends.
type bare struct {
	t     *testing.T
	root  *pgx.Conn
	name  string
	login string
	url   string // as that role
	super string // as the superuser
}

func newBare(t *testing.T, loginRights, owner string) *bare {
	t.Helper()
	ctx := context.Background()
	storetest.URL(t) // the roles belong to the server: the login of all other tests makes them first
	server := storetest.Cluster(t)
	root, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	random := strings.ToLower(rand.Text()[:6])
	b := &bare{t: t, root: root, login: "test_login_" + random, name: fmt.Sprintf("test_bare_%08x_%s", time.Now().Unix(), random)}
	b.do(fmt.Sprintf(`CREATE ROLE %s LOGIN PASSWORD 'secret' %s`, b.login, loginRights))
	switch owner {
	case "":
		b.do(fmt.Sprintf(`CREATE DATABASE %s OWNER %s TEMPLATE template0`, b.name, b.login))
	case "marketa":
		b.do(fmt.Sprintf(`CREATE DATABASE %s OWNER marketa TEMPLATE template0`, b.name))
	default:
		b.do(fmt.Sprintf(`CREATE DATABASE %s TEMPLATE template0`, b.name)) // the superuser's
	}
	t.Cleanup(func() {
		b.do(fmt.Sprintf(`DROP DATABASE %s WITH (FORCE)`, b.name))
		b.do(`DROP ROLE ` + b.login)
		_ = root.Close(ctx)
	})
	b.url, b.super = b.address(server, url.UserPassword(b.login, "secret")), b.address(server, nil)
	return b
}

func (b *bare) address(server string, user *url.Userinfo) string {
	u, err := url.Parse(server)
	if err != nil {
		b.t.Fatal(err)
	}
	u.Path = "/" + b.name
	if user != nil {
		u.User = user
	}
	return u.String()
}

func (b *bare) do(sql string) {
	b.t.Helper()
	if _, err := b.root.Exec(context.Background(), sql); err != nil {
		b.t.Fatalf("%s: %v", sql, err)
	}
}

// withVector installs the extension, which is a superuser's to do.
func (b *bare) withVector() *bare {
	b.t.Helper()
	c, err := pgx.Connect(context.Background(), b.super)
	if err == nil {
		_, err = c.Exec(context.Background(), `CREATE EXTENSION vector`)
		_ = c.Close(context.Background())
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return b
}

func (b *bare) migrated() bool {
	b.t.Helper()
	db, err := store.Open(context.Background(), b.super)
	if err != nil {
		b.t.Fatal(err)
	}
	defer db.Close()
	ok, err := db.Migrated(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	return ok
}

func TestManyMayMigrateAtOnceAndAgain(t *testing.T) {
	t.Parallel()
	b := newBare(t, "SUPERUSER", "") // it installs the extension as well
	if b.migrated() {
		t.Error("an empty database is migrated")
	}
	atOnce(4, func(int) {
		if err := store.Migrate(context.Background(), b.url); err != nil {
			t.Error(err)
		}
	})
	if !b.migrated() {
		t.Error("it is not migrated")
	}
	if err := store.Migrate(context.Background(), b.url); err != nil {
		t.Errorf("again: %v", err)
	}
}

func TestAPlainOwnerMigrates(t *testing.T) {
	t.Parallel()
	b := newBare(t, "CREATEROLE", "marketa").withVector()
	if err := store.Migrate(context.Background(), strings.Replace(b.url, b.login+":secret", "marketa:marketa", 1)); err != nil || !b.migrated() {
		t.Error(err)
	}
}

func TestMigratingWithOneConnectionDoesNotHang(t *testing.T) {
	t.Parallel()
	b := newBare(t, "SUPERUSER", "")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := store.Migrate(ctx, b.url+"&pool_max_conns=1"); err != nil {
		t.Error(err)
	}
}

// What is missing is said in one sentence that tells what to do.
func TestMigratingSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make func(t *testing.T) string
		kind fault.Kind
		says []string
	}{
		"no right to create tables":               {func(t *testing.T) string { return newBare(t, "CREATEROLE", "nobody we are").withVector().url }, fault.Denied, []string{"own the database", "CREATEROLE"}},
		"no right to create roles":                {func(t *testing.T) string { return newBare(t, "NOCREATEROLE", "").withVector().url }, fault.Denied, []string{"own the database", "CREATEROLE"}},
		"no extension, and no right to create it": {func(t *testing.T) string { return newBare(t, "CREATEROLE", "nobody we are").url }, fault.Denied, []string{"CREATE EXTENSION vector"}},
		"no server": {func(t *testing.T) string { return "postgres://marketa:hunter2@127.0.0.1:1/marketa" }, fault.Unavailable, []string{"DATABASE_URL"}},
		"no such database": {func(t *testing.T) string {
			b := newBare(t, "", "")
			return strings.Replace(b.url, b.name, "nowhere", 1)
		}, fault.Unavailable, []string{"DATABASE_URL"}},
		"an unreadable address": {func(t *testing.T) string { return "postgres://marketa:hunter2@host:port/marketa" }, fault.Invalid, []string{"DATABASE_URL", "postgres://user:password@host"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := store.Migrate(context.Background(), c.make(t))
			if fault.KindOf(err) != c.kind {
				t.Fatalf("%v", err)
			}
			for _, words := range c.says {
				if !strings.Contains(fault.Say(err), words) {
					t.Errorf("it says: %s", fault.Say(err))
				}
			}
			if strings.Contains(err.Error()+fault.Say(err), "hunter2") {
				t.Errorf("the password is in it: %v", err)
			}
		})
	}
}

func TestAFailedMigrationIsFinishedLater(t *testing.T) {
	t.Parallel()
	b := newBare(t, "NOCREATEROLE", "").withVector()
	if err := store.Migrate(context.Background(), b.url); err == nil || b.migrated() {
		t.Fatalf("%v", err)
	}
	b.do(`ALTER ROLE ` + b.login + ` SUPERUSER`)
	if err := store.Migrate(context.Background(), b.url); err != nil || !b.migrated() {
		t.Error(err)
	}
}

func TestOpeningSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	if _, err := store.Open(context.Background(), "postgres://marketa:hunter2@host:port/marketa"); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
	db, err := store.Open(context.Background(), "postgres://marketa:hunter2@127.0.0.1:1/marketa") // it only connects when it has to
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if ok, err := db.Migrated(context.Background()); ok || err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("migrated %v, %v", ok, err)
	}
	if _, err := db.SuperuserLogin(context.Background()); err == nil {
		t.Error("it knows the login without a server")
	}
}

func TestASuperusersLoginIsNoticed(t *testing.T) {
	t.Parallel()
	b := newBare(t, "", "")
	for address, want := range map[string]bool{b.super: true, b.url: false} {
		db, err := store.Open(context.Background(), address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.SuperuserLogin(context.Background())
		if err != nil || got != want {
			t.Errorf("superuser %v, %v", got, err)
		}
		db.Close()
	}
}
