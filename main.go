// Command marketa is the back office of an agency that runs social media for restaurants: clients on WhatsApp, managers in
// Telegram. Start reading at README.md, then app.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones also where the system has none: an empty container

	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
	"marketa/store/embedded"
)

const usage = `marketa, the back office of an agency that runs social media for restaurants

  marketa serve [--role all|web|worker]   receive, work, or both
  marketa sandbox                         everything against simulated vendors, with a console in the browser
  marketa migrate                         bring the database to this version and stop
  marketa doctor [--json] [--fix]         look at every part and say what is wrong and how to cure it
  marketa stages                          draw the lives of things (Mermaid)
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "marketa: "+fault.Say(err))
	var spoken *fault.Error
	if !errors.As(err, &spoken) {
		fmt.Fprintln(os.Stderr, "  "+err.Error())
	}
	os.Exit(1)
}

func run(ctx context.Context, args, environ []string, out, errOut io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(out, usage)
		return nil
	}
	switch args[0] {
	case "stages":
		_, err := fmt.Fprintln(out, stages.Mermaid())
		return err
	case "help", "--help", "-h":
		fmt.Fprint(out, usage)
		return nil
	case "serve", "sandbox", "migrate", "doctor":
	default:
		fmt.Fprint(errOut, usage)
		return fault.New(fault.Invalid, "There is no command %q.", args[0])
	}
	if args[0] == "sandbox" {
		environ = append(environ, "MARKETA_ENV=development")
	}
	cfg, err := LoadConfig(environ)
	if err != nil {
		return err
	}
	switch args[0] {
	case "serve":
		return serve(ctx, cfg, args[1:], errOut)
	case "sandbox":
		return runSandbox(ctx, cfg, isSet(environ, "LISTEN_ADDR"), isSet(environ, "CONSOLE_ADDR"), out, errOut)
	case "migrate":
		return withDatabase(ctx, cfg, errOut, func(cfg Config) error { return store.Migrate(ctx, cfg.DatabaseURL) })
	}
	return withDatabase(ctx, cfg, errOut, func(cfg Config) error { return doctor(ctx, cfg, args[1:], out, errOut) })
}

func isSet(environ []string, name string) bool {
	for _, kv := range environ {
		if len(kv) > len(name)+1 && kv[:len(name)+1] == name+"=" {
			return true
		}
	}
	return false
}

// serve runs until the context ends, then drains.
func serve(ctx context.Context, cfg Config, args []string, errOut io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(errOut)
	role := flags.String("role", string(RoleAll), "all, web or worker")
	if err := flags.Parse(args); err != nil {
		return fault.Wrap(err, fault.Invalid, "serve takes --role all, web or worker.")
	}
	if *role != string(RoleAll) && *role != string(RoleWeb) && *role != string(RoleWorker) {
		return fault.New(fault.Invalid, "--role is %q; write all, web or worker.", *role)
	}
	return withDatabase(ctx, cfg, errOut, func(cfg Config) error {
		log := newLog(cfg.LogFormat, os.Stdout)
		app, err := NewApp(ctx, cfg, nil, log)
		if err != nil {
			return err
		}
		if err := app.Start(ctx, Role(*role)); err != nil {
			return errors.Join(err, stopApp(app))
		}
		log.Info("marketa serves", "address", app.Addr, "role", *role)
		<-ctx.Done()
		log.Info("marketa stops: finishing what is under way")
		return stopApp(app)
	})
}

func stopApp(app *App) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return app.Stop(ctx)
}

// withDatabase starts a private Postgres when none is given, and stops it afterwards.
func withDatabase(ctx context.Context, cfg Config, errOut io.Writer, fn func(Config) error) error {
	if cfg.DatabaseURL != "" {
		return fn(cfg)
	}
	server, err := embedded.Start(ctx, embedded.Options{Dir: cfg.DataDir, Log: func(line string) { fmt.Fprintln(errOut, line) }})
	if err != nil {
		return err
	}
	cfg.DatabaseURL = server.URL()
	err = fn(cfg)
	stop, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return errors.Join(err, server.Stop(stop))
}

// newLog writes to stdout: for people in development, in the fields of Cloud Logging where LOG_FORMAT says so.
func newLog(format string, w io.Writer) *slog.Logger {
	if format != "gcp" {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	names := map[string]string{slog.LevelKey: "severity", slog.MessageKey: "message", slog.TimeKey: "time"}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if name, ok := names[a.Key]; ok && len(groups) == 0 {
			a.Key = name
			if level, isLevel := a.Value.Any().(slog.Level); isLevel && level == slog.LevelWarn {
				a.Value = slog.StringValue("WARNING")
			}
		}
		return a
	}}))
}
