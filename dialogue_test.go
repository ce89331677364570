package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/actor"
)

var update = flag.Bool("update", false, "rewrite what the dialogues expect")

// TestDialogues plays every session of testdata/dialogues against the real App. A line that acts stands left of what it
// causes; a blank line lets everything settle; whatever is said and not expected fails.
func TestDialogues(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			playFile(t, file, false)
		})
	}
}

// TestDialoguesWithARestartBeforeEveryStep plays the same sessions while the platform is stopped and started again before
// every line: nothing may be lost or said twice.
func TestDialoguesWithARestartBeforeEveryStep(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/dialogues/*.txt")
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			if *update {
				return
			}
			playFile(t, file, true)
		})
	}
}

func playFile(t *testing.T, file string, restarts bool) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := parseDialogue(string(text))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if restarts && strings.Contains(d.source, "\n# without restarts: ") {
		return // the reason stands there
	}
	got := d.play(t, restarts)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != d.source {
		t.Errorf("%s says something else (go test -run TestDialogues -update rewrites it):\n%s", file, diff(d.source, got))
	}
}

// dialogue is a parsed session.
type dialogue struct {
	source string
	start  time.Time
	blocks []block
	model  string // the fixture under -- model --, as it stands
	mind   actor.Mind
}

// block is lines without a blank one between: what is done, then what is said, then what holds.
type block struct {
	comments, acts, said, holds []string
}

func parseDialogue(source string) (*dialogue, error) {
	d := &dialogue{source: source, start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), mind: actor.New(7)}
	script, model, found := strings.Cut(source, "\n-- model --\n")
	if found {
		d.model = model
		mind, err := actor.Script(model)
		if err != nil {
			return nil, err
		}
		d.mind = mind
	}
	for _, part := range strings.Split(strings.TrimRight(script, "\n"), "\n\n") {
		d.blocks = append(d.blocks, parseBlock(part))
	}
	return d, nil
}

func parseBlock(part string) (b block) {
	for _, line := range strings.Split(part, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			b.comments = append(b.comments, line)
		case strings.HasPrefix(line, "    "), isSaid(line):
			b.said = append(b.said, line)
		case isHold(line):
			b.holds = append(b.holds, line)
		case line != "":
			b.acts = append(b.acts, line)
		}
	}
	return b
}

func isSaid(line string) bool {
	for _, p := range []string{"bot", "card", "notice", "toast", "page"} {
		if rest, ok := strings.CutPrefix(line, p); ok && strings.Contains(rest, ":") && (rest[0] == ':' || rest[0] == ' ') {
			return true
		}
	}
	return strings.HasPrefix(line, "topic: ")
}

func isHold(line string) bool {
	return strings.HasPrefix(line, "stage ") || strings.HasPrefix(line, "sent ") || strings.HasPrefix(line, "fact ") || strings.HasPrefix(line, "drafts ") || strings.HasPrefix(line, "checkouts ") || strings.HasPrefix(line, "crm ") || strings.HasPrefix(line, "published ")
}

// play acts and returns the session as it went.
func (d *dialogue) play(t *testing.T, restarts bool) string {
	s := newScene(t, d)
	var out []string
	for _, b := range d.blocks {
		for _, act := range b.acts {
			if restarts {
				s.restart()
			}
			s.act(act)
		}
		if len(b.acts) > 0 {
			s.settle()
		}
		lines := append(append([]string{}, b.comments...), b.acts...)
		if len(b.acts) > 0 {
			lines = append(lines, s.heard()...)
		}
		for _, h := range b.holds {
			s.hold(h)
		}
		out = append(out, strings.Join(append(lines, b.holds...), "\n"))
	}
	got := strings.Join(out, "\n\n") + "\n"
	if d.model != "" {
		got += "\n-- model --\n" + d.model
	}
	return got
}

// diff shows both with what differs marked; sessions are short.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	n, m := len(w), len(g)
	longest := make([][]int, n+1)
	for i := range longest {
		longest[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if w[i] == g[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out strings.Builder
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case i < n && j < m && w[i] == g[j]:
			out.WriteString("  " + w[i] + "\n")
			i, j = i+1, j+1
		case j < m && (i == n || longest[i][j+1] >= longest[i+1][j]):
			out.WriteString("+ " + g[j] + "\n")
			j++
		default:
			out.WriteString("- " + w[i] + "\n")
			i++
		}
	}
	return out.String()
}
