package tools

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Registry is all tools that the app has, by name.
type Registry struct{ byName map[string]Tool }

// NewRegistry refuses a set with any fault in it, and names every one.
func NewRegistry(tools ...Tool) (*Registry, error) {
	r := &Registry{byName: map[string]Tool{}}
	var faults []error
	for _, t := range tools {
		if _, twice := r.byName[t.Name]; twice {
			faults = append(faults, fmt.Errorf("tools: two are called %q", t.Name))
		}
		r.byName[t.Name] = t
		faults = append(faults, t.check())
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return r, nil
}

// Pick gives the tools of these names, in their order. A name that is not there is an error that lists what is.
func (r *Registry) Pick(names []string) ([]Tool, error) {
	if missing := r.Missing(names); len(missing) > 0 {
		return nil, fmt.Errorf("tools: no %s; there are: %s", strings.Join(missing, ", "), strings.Join(r.Names(), ", "))
	}
	picked := make([]Tool, len(names))
	for i, name := range names {
		picked[i] = r.byName[name]
	}
	return picked, nil
}

// Missing are those of the names that no tool has: the app does not start while a stage lists one.
func (r *Registry) Missing(names []string) []string {
	var missing []string
	for _, name := range names {
		if _, ok := r.byName[name]; !ok {
			missing = append(missing, name)
		}
	}
	return missing
}

// Names are all, sorted.
func (r *Registry) Names() []string { return slices.Sorted(maps.Keys(r.byName)) }

func (t Tool) check() error {
	var faults []error
	wrong := func(is bool, what string) {
		if is {
			faults = append(faults, fmt.Errorf("tools: %q: %s", t.Name, what))
		}
	}
	wrong(!validName(t.Name), "its name must be 1 to 64 of a-z, 0-9 and _")
	wrong(strings.TrimSpace(t.Description) == "", "it has no description")
	wrong(t.Effect != Read && t.Effect != Propose, fmt.Sprintf("its effect is %q; there are only %s and %s", t.Effect, Read, Propose))
	wrong(t.call == nil && t.fault == nil, "it does nothing: make it with DefineRead or DefinePropose")
	if t.fault != nil {
		wrong(true, t.fault.Error())
	}
	return errors.Join(faults...)
}

var nameShape = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)

func validName(name string) bool { return nameShape.MatchString(name) }
