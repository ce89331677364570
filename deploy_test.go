package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

// variable is how Cloud Run (name) and App Platform (key) give one setting.
type variable struct {
	Name      string `yaml:"name"`
	Key       string `yaml:"key"`
	Value     string `yaml:"value"`
	Type      string `yaml:"type"`
	ValueFrom any    `yaml:"valueFrom"`
}

// variablesIn finds every list called env or envs, wherever it stands.
func variablesIn(t *testing.T, n *yaml.Node) (all []variable) {
	t.Helper()
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && (child.Value == "env" || child.Value == "envs") && n.Content[i+1].Kind == yaml.SequenceNode {
			var found []variable
			if err := n.Content[i+1].Decode(&found); err != nil {
				t.Fatal(err)
			}
			all = append(all, found...)
		}
		all = append(all, variablesIn(t, child)...)
	}
	return all
}

func TestDeploymentsSetOnlyWhatTheCodeReadsAndHoldNoSecret(t *testing.T) {
	known := map[string]setting{}
	for _, s := range settings() {
		known[s.name] = s
	}
	files, _ := filepath.Glob("deploy/*/*.yaml")
	if len(files) < 2 {
		t.Fatalf("only %v", files)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var doc yaml.Node
			if err := yaml.Unmarshal(text, &doc); err != nil {
				t.Fatal(err)
			}
			vars := variablesIn(t, &doc)
			if len(vars) < 8 {
				t.Fatalf("only %d settings", len(vars))
			}
			for _, v := range vars {
				name := v.Name + v.Key
				s, ok := known[name]
				if !ok {
					t.Errorf("%s is no setting", name)
				}
				if s.secret && v.Value != "" && v.Value != "${database.DATABASE_URL}" {
					t.Errorf("%s is a secret and stands in the file", name)
				}
			}
			for _, region := range regexp.MustCompile(`\b(us|asia|me|southamerica)-[a-z]+\d\b|region: (nyc|sfo|tor|sgp|blr|syd|atl)`).FindAllString(string(text), -1) {
				t.Errorf("%s is outside the EU", region)
			}
			if !slices.ContainsFunc(vars, func(v variable) bool { return v.Name+v.Key == "LISTEN_ADDR" && v.Value == "0.0.0.0:8080" }) {
				t.Error("a container listens on all its addresses")
			}
		})
	}
}

func TestTheBuildPipelineIsReadable(t *testing.T) {
	text, err := os.ReadFile("deploy/cloudbuild.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var pipeline struct {
		Steps []struct{ ID, Name string }
	}
	if err := yaml.Unmarshal(text, &pipeline); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, s := range pipeline.Steps {
		ids = append(ids, s.ID)
	}
	if want := []string{"test", "image", "migrate", "revision", "look", "promote", "tell"}; !slices.Equal(ids, want) {
		t.Errorf("steps %v, want %v", ids, want)
	}
}
