package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	nsp "github.com/nordix/meridio/api/nsp/v1"
	"google.golang.org/protobuf/proto"

	"syncline/interop/meridio/history"
)

// nobody is a name that no configuration has.
const nobody = "nobody"

// below makes a filter of the name of every object, of none and of one that nobody has, under every parent.
func below[E interface{ GetName() string }, P any](objects []E, parents []P, filter func(string, P) E) []E {
	names := []string{"", nobody}
	for _, one := range objects {
		names = append(names, one.GetName())
	}
	var out []E
	for _, parent := range parents {
		for _, name := range names {
			out = append(out, filter(name, parent))
		}
	}
	return out
}

func parents[E, P any](objects []E, of func(E) P) []P {
	var out []P
	for _, one := range objects {
		out = append(out, of(one))
	}
	return out
}

// trenches is the parents that a filter may name: absent, any, this one, and one that there is not.
func trenches(trench *nsp.Trench) []*nsp.Trench {
	return []*nsp.Trench{nil, {}, trench, {Name: nobody}}
}

func conduits(trench *nsp.Trench) []*nsp.Conduit {
	return append(below(nil, trenches(trench), func(name string, parent *nsp.Trench) *nsp.Conduit {
		return &nsp.Conduit{Name: name, Trench: parent}
	}), nil)
}

func streams(trench *nsp.Trench) []*nsp.Stream {
	return append(below(nil, conduits(trench), func(name string, parent *nsp.Conduit) *nsp.Stream {
		return &nsp.Stream{Name: name, Conduit: parent}
	}), nil)
}

// compareFilters asks an NSP with filters of every form, and says how many and which were answered otherwise than
// Meridio's own rules say. Nothing may change meanwhile.
func compareFilters(ctx context.Context, flags *flag.FlagSet, args []string) error {
	address := flags.String("nsp", "", "address of the NSP")
	name := flags.String("trench", "", "name of the trench")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *name == "" {
		return fmt.Errorf("%w: -trench must be given", errAsked)
	}
	conn, err := dial("nsp", *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	trench := &nsp.Trench{Name: *name}
	asked, wrong, err := compareTargets(ctx, nsp.NewTargetRegistryClient(conn), trench)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		of, differences, err := kind.compare(ctx, nsp.NewConfigurationManagerClient(conn), trench)
		if err != nil {
			return err
		}
		asked += of
		wrong = append(wrong, differences...)
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return printLine(map[string]any{"filters": asked})
}

// compareTargets does the same with the targets of both types, whose rule is another one: absent parents match.
func compareTargets(ctx context.Context, client nsp.TargetRegistryClient, trench *nsp.Trench) (int, []string, error) {
	first := func(filter *nsp.Target) ([]*nsp.Target, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		watch, err := client.Watch(ctx, filter)
		if err != nil {
			return nil, err
		}
		list, err := watch.Recv()
		return list.GetTargets(), err
	}
	var all []*nsp.Target
	var filters []*nsp.Target
	for _, kind := range []nsp.Target_Type{nsp.Target_DEFAULT, nsp.Target_FRONTEND} {
		of, err := first(&nsp.Target{Status: nsp.Target_ANY, Type: kind})
		if err != nil {
			return 0, nil, err
		}
		all = append(all, of...)
		for _, status := range []nsp.Target_Status{nsp.Target_ENABLED, nsp.Target_DISABLED, nsp.Target_ANY} {
			for _, stream := range streams(trench) {
				filters = append(filters, &nsp.Target{Status: status, Type: kind, Stream: stream})
			}
		}
	}
	var wrong []string
	for _, filter := range filters {
		got, err := first(filter)
		if err != nil {
			return 0, nil, err
		}
		var want []*nsp.Target
		for _, one := range all {
			if nsp.TargetFilter(filter, one) {
				want = append(want, one)
			}
		}
		a := history.TargetsOf(&nsp.TargetResponse{Targets: got})
		b := history.TargetsOf(&nsp.TargetResponse{Targets: want})
		if fmt.Sprint(a) != fmt.Sprint(b) {
			wrong = append(wrong, fmt.Sprintf("targets {%v}: got %v, Meridio's rule gives %v", proto.Message(filter), a, b))
		}
	}
	return len(filters), wrong, nil
}
