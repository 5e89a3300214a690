package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	nsp "github.com/nordix/meridio/api/nsp/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// A kind is one of the seven that a configuration has.
type kind struct {
	name string
	// watchAll opens the watch of all objects of a trench; what it gives receives the next list.
	watchAll func(context.Context, nsp.ConfigurationManagerClient, *nsp.Trench) (func() (proto.Message, error), error)
	// compare asks with every filter of the kind and tells how many those were and which got another list than
	// Meridio's own rule gives.
	compare func(context.Context, nsp.ConfigurationManagerClient, *nsp.Trench) (asked int, wrong []string, err error)
}

// An object of a configuration is its own filter; Equals is Meridio's rule for whether one matches.
type object[E any] interface {
	proto.Message
	GetName() string
	Equals(E) bool
}

// A list of objects, as a watch sends them.
type opener[E, W any] func(nsp.ConfigurationManagerClient, context.Context, E, ...grpc.CallOption) (W, error)

func kindOf[E object[E], M proto.Message, W receiver[M]](
	name string, open opener[E, W], items func(M) []E, everything func(*nsp.Trench) E,
	filters func(all []E, trench *nsp.Trench) []E,
) kind {
	first := func(ctx context.Context, client nsp.ConfigurationManagerClient, filter E) ([]E, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		watch, err := open(client, ctx, filter)
		if err != nil {
			return nil, err
		}
		list, err := watch.Recv()
		if err != nil {
			return nil, fmt.Errorf("%s of %v: %w", name, filter, err)
		}
		return items(list), nil
	}
	return kind{
		name: name,
		watchAll: func(ctx context.Context, client nsp.ConfigurationManagerClient, trench *nsp.Trench) (func() (proto.Message, error), error) {
			watch, err := open(client, ctx, everything(trench))
			if err != nil {
				return nil, err
			}
			return func() (proto.Message, error) { return watch.Recv() }, nil
		},
		compare: func(ctx context.Context, client nsp.ConfigurationManagerClient, trench *nsp.Trench) (int, []string, error) {
			all, err := first(ctx, client, everything(trench))
			if err != nil {
				return 0, nil, err
			}
			asked, wrong := filters(all, trench), []string(nil)
			for _, filter := range asked {
				got, err := first(ctx, client, filter)
				if err != nil {
					return 0, nil, err
				}
				if line := difference(filter, all, got); line != "" {
					wrong = append(wrong, name+" "+line)
				}
			}
			return len(asked), wrong, nil
		},
	}
}

// difference tells how the list that a filter got is not what Equals says; empty when it is.
func difference[E object[E]](filter E, all, got []E) string {
	var want []E
	for _, one := range all {
		if one.Equals(filter) {
			want = append(want, one)
		}
	}
	if a, b := namesOf(got), namesOf(want); a != b {
		return fmt.Sprintf("{%v}: got [%s], Meridio's rule gives [%s]", filter, a, b)
	}
	return ""
}

func namesOf[E interface{ GetName() string }](objects []E) string {
	var names []string
	for _, one := range objects {
		names = append(names, one.GetName())
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

var kinds = []kind{
	kindOf("trench", nsp.ConfigurationManagerClient.WatchTrench,
		func(list *nsp.TrenchResponse) []*nsp.Trench {
			if list.Trench == nil {
				return nil
			}
			return []*nsp.Trench{list.Trench}
		},
		func(trench *nsp.Trench) *nsp.Trench { return trench },
		// An empty name is none: what Equals takes for a wildcard, a server does not.
		func(all []*nsp.Trench, _ *nsp.Trench) []*nsp.Trench { return append(all, &nsp.Trench{Name: nobody}) }),
	kindOf("conduits", nsp.ConfigurationManagerClient.WatchConduit, (*nsp.ConduitResponse).GetConduits,
		func(trench *nsp.Trench) *nsp.Conduit { return &nsp.Conduit{Trench: trench} },
		func(all []*nsp.Conduit, trench *nsp.Trench) []*nsp.Conduit {
			return below(all, trenches(trench), func(name string, parent *nsp.Trench) *nsp.Conduit {
				return &nsp.Conduit{Name: name, Trench: parent}
			})
		}),
	kindOf("streams", nsp.ConfigurationManagerClient.WatchStream, (*nsp.StreamResponse).GetStreams,
		func(trench *nsp.Trench) *nsp.Stream { return &nsp.Stream{Conduit: &nsp.Conduit{Trench: trench}} },
		func(all []*nsp.Stream, trench *nsp.Trench) []*nsp.Stream {
			return below(all, append(conduits(trench), parents(all, (*nsp.Stream).GetConduit)...), func(name string, parent *nsp.Conduit) *nsp.Stream {
				return &nsp.Stream{Name: name, Conduit: parent}
			})
		}),
	kindOf("flows", nsp.ConfigurationManagerClient.WatchFlow, (*nsp.FlowResponse).GetFlows,
		func(trench *nsp.Trench) *nsp.Flow {
			return &nsp.Flow{Stream: &nsp.Stream{Conduit: &nsp.Conduit{Trench: trench}}}
		},
		func(all []*nsp.Flow, trench *nsp.Trench) []*nsp.Flow {
			return below(all, append(streams(trench), parents(all, (*nsp.Flow).GetStream)...), func(name string, parent *nsp.Stream) *nsp.Flow {
				return &nsp.Flow{Name: name, Stream: parent}
			})
		}),
	kindOf("vips", nsp.ConfigurationManagerClient.WatchVip, (*nsp.VipResponse).GetVips,
		func(trench *nsp.Trench) *nsp.Vip { return &nsp.Vip{Trench: trench} },
		func(all []*nsp.Vip, trench *nsp.Trench) []*nsp.Vip {
			return below(all, trenches(trench), func(name string, parent *nsp.Trench) *nsp.Vip {
				return &nsp.Vip{Name: name, Trench: parent}
			})
		}),
	kindOf("attractors", nsp.ConfigurationManagerClient.WatchAttractor, (*nsp.AttractorResponse).GetAttractors,
		func(trench *nsp.Trench) *nsp.Attractor { return &nsp.Attractor{Trench: trench} },
		func(all []*nsp.Attractor, trench *nsp.Trench) []*nsp.Attractor {
			return below(all, trenches(trench), func(name string, parent *nsp.Trench) *nsp.Attractor {
				return &nsp.Attractor{Name: name, Trench: parent}
			})
		}),
	kindOf("gateways", nsp.ConfigurationManagerClient.WatchGateway, (*nsp.GatewayResponse).GetGateways,
		func(trench *nsp.Trench) *nsp.Gateway { return &nsp.Gateway{Trench: trench} },
		func(all []*nsp.Gateway, trench *nsp.Trench) []*nsp.Gateway {
			return below(all, trenches(trench), func(name string, parent *nsp.Trench) *nsp.Gateway {
				return &nsp.Gateway{Name: name, Trench: parent}
			})
		}),
}
