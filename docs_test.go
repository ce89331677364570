package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const settingsPage = "docs/settings.md"

// settingsTable is the page of every name of the environment.
func settingsTable() string {
	var b strings.Builder
	b.WriteString("# Every setting\n\nWritten by `go test -run TestSettingsPage -update .` from `config.go`, the only reader of the environment. In development (`MARKETA_ENV=development`) a file `.env` is read, too; the environment wins. 🔑 marks secrets.\n\n| name | preset | meaning |\n|---|---|---|\n")
	for _, s := range settings() {
		preset, name := "", "`"+s.name+"`"
		if s.preset != "" {
			preset = "`" + s.preset + "`"
		}
		if s.secret {
			name += " 🔑"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, preset, strings.ReplaceAll(s.meaning, "|", "\\|"))
	}
	return b.String()
}

func TestSettingsPageIsWhatTheCodeReads(t *testing.T) {
	if *update {
		if err := os.WriteFile(settingsPage, []byte(settingsTable()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(settingsPage)
	if err != nil || string(got) != settingsTable() {
		t.Errorf("%s is not what config.go says (go test -run TestSettingsPage -update . writes it): %v", settingsPage, err)
	}
}

// source is what documents may speak of.
type source struct {
	tests, names map[string]bool // test functions; functions, types and words of SQL
	files        []string
}

func readSource(t *testing.T) source {
	t.Helper()
	s := source{tests: map[string]bool{}, names: map[string]bool{}}
	word := regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		s.files = append(s.files, filepath.ToSlash(path))
		if ext := filepath.Ext(path); ext != ".go" && ext != ".sql" {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, name := range word.FindAllString(string(text), -1) {
			s.names[name] = s.names[name] || path != "docs_test.go"
		}
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+|Fuzz\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			s.tests[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s source) hasFile(path string) bool {
	path = strings.TrimSuffix(path, "/")
	return slices.ContainsFunc(s.files, func(f string) bool { return f == path || strings.HasSuffix(f, "/"+path) })
}

// untrue says what a document names in code type and what is not there: files, tests, dialogues, commands, settings, names.
func (s source) untrue(document string) (faults []string) {
	wrong := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	makefile, _ := os.ReadFile("Makefile")
	known := map[string]bool{}
	for _, set := range settings() {
		known[set.name] = true
	}
	dialogues := regexp.MustCompile("dialogues? ((?:`[a-z0-9_]+`(?:, )?)+)")
	for _, found := range dialogues.FindAllStringSubmatch(document, -1) {
		for _, name := range regexp.MustCompile("`([a-z0-9_]+)`").FindAllStringSubmatch(found[1], -1) {
			if !s.hasFile("testdata/dialogues/" + name[1] + ".txt") {
				wrong("there is no dialogue %s", name[1])
			}
		}
	}
	document = dialogues.ReplaceAllString(document, "")
	for _, found := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(document, -1) {
		code := found[1]
		switch {
		case strings.HasPrefix(code, "marketa "):
			command := strings.Fields(code)[1]
			if !strings.Contains(usage, "marketa "+command) {
				wrong("there is no command %s", code)
			}
		case strings.HasPrefix(code, "make "):
			if !strings.Contains(string(makefile), "\n"+strings.Fields(code)[1]+":") {
				wrong("there is no %s", code)
			}
		case strings.HasPrefix(code, "go test"):
			if run := regexp.MustCompile(`-run (\w+)`).FindStringSubmatch(code); run != nil && !s.hasTest(run[1]) {
				wrong("no test is called %s", run[1])
			}
		case regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w+$`).MatchString(code):
			if !s.tests[code] {
				wrong("there is no test %s", code)
			}
		case regexp.MustCompile(`^[A-Z][A-Z0-9_]{3,}(=\S*)?$`).MatchString(code):
			if name, _, _ := strings.Cut(code, "="); !known[name] {
				wrong("there is no setting %s", name)
			}
		case regexp.MustCompile(`^[\w./-]+\.(go|sql|yaml|md|txt|sh|mmd)$`).MatchString(code), regexp.MustCompile(`^[a-z]+/[\w/-]*$`).MatchString(code):
			if !s.hasFile(code) {
				wrong("there is no file %s", code)
			}
		case regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\(\))?$`).MatchString(code):
			parts := strings.Split(strings.TrimSuffix(code, "()"), ".")
			if last := parts[len(parts)-1]; !s.names[last] && !s.hasFile(code) {
				wrong("nothing is called %s", code)
			}
		}
	}
	return faults
}

func (s source) hasTest(prefix string) bool {
	for name := range s.tests {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func TestDocumentsSpeakOfWhatIsThere(t *testing.T) {
	s := readSource(t)
	pages, _ := filepath.Glob("docs/*.md")
	for _, page := range append(pages, "README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range s.untrue(string(text)) {
			t.Errorf("%s: %s", page, fault)
		}
	}
}

func TestAnUntrueDocumentIsSeen(t *testing.T) {
	s := readSource(t)
	for _, line := range []string{"`store/nothere.go`", "`TestThatNobodyWrote`", "`marketa dance`", "`make coffee`", "`NO_SUCH_SETTING`", "dialogues `burst`, `no_such_dialogue`", "`go test -run TestNoSuch .`", "`noSuchFunction()`", "`noplace/`"} {
		if len(s.untrue(line)) == 0 {
			t.Errorf("nobody sees that %s is not there", line)
		}
	}
	if f := s.untrue("`store/sweep.go` `TestDialogues` `marketa serve` `make run` `DATABASE_URL` dialogue `burst` `tx.Happened` `bots/whatsapp/`"); len(f) > 0 {
		t.Error(f)
	}
}
