package main

import (
	"strings"
	"testing"

	nsp "github.com/nordix/meridio/api/nsp/v1"
)

func TestAListThatAFilterShouldNotHaveGotIsADifference(t *testing.T) {
	demo := &nsp.Trench{Name: "demo"}
	edge, core := &nsp.Conduit{Name: "edge", Trench: demo}, &nsp.Conduit{Name: "core", Trench: demo}
	all := []*nsp.Conduit{edge, core}
	cases := []struct {
		filter *nsp.Conduit
		got    []*nsp.Conduit
		want   string
	}{
		{&nsp.Conduit{Trench: &nsp.Trench{}}, []*nsp.Conduit{core, edge}, ""},
		{&nsp.Conduit{Name: "edge", Trench: demo}, []*nsp.Conduit{edge}, ""},
		{&nsp.Conduit{}, nil, ""},
		{&nsp.Conduit{}, all, "got [core edge], Meridio's rule gives []"},
		{&nsp.Conduit{Name: "edge", Trench: demo}, nil, "got [], Meridio's rule gives [edge]"},
	}
	for _, c := range cases {
		if line := difference(c.filter, all, c.got); !strings.HasSuffix(line, c.want) || (c.want == "" && line != "") {
			t.Errorf("{%v} with %v: %q, not %q", c.filter, c.got, line, c.want)
		}
	}
}

func TestFiltersNameEveryObjectUnderEveryParent(t *testing.T) {
	demo := &nsp.Trench{Name: "demo"}
	all := []*nsp.Stream{{Name: "web", Conduit: &nsp.Conduit{Name: "edge", Trench: demo}}}
	// Parents: a conduit without a name and one that nobody has, under 4 trenches, none, and the stream's own.
	if n := len(below(all, append(conduits(demo), parents(all, (*nsp.Stream).GetConduit)...), func(name string, parent *nsp.Conduit) *nsp.Stream {
		return &nsp.Stream{Name: name, Conduit: parent}
	})); n != 3*(2*4+1+1) {
		t.Fatal(n)
	}
}
