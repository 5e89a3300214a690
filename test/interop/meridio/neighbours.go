package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"time"

	"github.com/networkservicemesh/api/pkg/api/networkservice"
	ipam "github.com/nordix/meridio/api/ipam/v1"
	loadbalancer "github.com/nordix/meridio/api/loadbalancer/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"syncline/interop/meridio/history"
)

// callDeadline bounds each call of a neighbour.
const callDeadline = 5 * time.Second

func printMessage(message proto.Message) error {
	text, err := protojson.Marshal(message)
	if err != nil {
		return err
	}
	return printLine(json.RawMessage(text))
}

// called makes one call with what build reads from the flags, and prints its answer.
func called[Q, A proto.Message](ctx context.Context, flags *flag.FlagSet, args []string, server string,
	build func() (Q, error), send func(*grpc.ClientConn, context.Context, Q) (A, error)) error {
	address := flags.String(server, "", "address of the "+server)
	if err := parse(flags, args); err != nil {
		return err
	}
	request, err := build()
	if err != nil {
		return err
	}
	conn, err := dial(server, *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	answer, err := send(conn, ctx, request)
	if err != nil {
		return err
	}
	return printMessage(answer)
}

func allocateAddress(ctx context.Context, flags *flag.FlagSet, args []string) error {
	return called(ctx, flags, args, "ipam", childFlags(flags),
		func(conn *grpc.ClientConn, ctx context.Context, child *ipam.Child) (*ipam.Prefix, error) {
			return ipam.NewIpamClient(conn).Allocate(ctx, child)
		})
}

func releaseAddress(ctx context.Context, flags *flag.FlagSet, args []string) error {
	return called(ctx, flags, args, "ipam", childFlags(flags),
		func(conn *grpc.ClientConn, ctx context.Context, child *ipam.Child) (*emptypb.Empty, error) {
			return ipam.NewIpamClient(conn).Release(ctx, child)
		})
}

// childFlags adds the flags of an owner of addresses; what it gives reads them, once they are parsed. Of the STREAM only
// the conduit counts, and an absent one is sent as such.
func childFlags(flags *flag.FlagSet) func() (*ipam.Child, error) {
	name := flags.String("name", "", "of the owner")
	node := flags.String("node", "node-1", "of the owner")
	family := flags.String("family", "IPV4", "IPV4 or IPV6")
	return func() (*ipam.Child, error) {
		number, known := ipam.IPFamily_value[*family]
		if !known {
			return nil, fmt.Errorf("%w: -family %s", errAsked, *family)
		}
		stream, err := oneFilter(flags.Args())
		if err != nil {
			return nil, err
		}
		subnet := &ipam.Subnet{Conduit: toNSP(stream).Conduit, Node: *node, IpFamily: ipam.IPFamily(number)}
		return &ipam.Child{Name: *name, Subnet: subnet}, nil
	}
}

func requestConnection(ctx context.Context, flags *flag.FlagSet, args []string) error {
	return called(ctx, flags, args, "proxy", connectionFlags(flags),
		func(conn *grpc.ClientConn, ctx context.Context, asked *networkservice.Connection) (*networkservice.Connection, error) {
			return networkservice.NewNetworkServiceClient(conn).Request(ctx, &networkservice.NetworkServiceRequest{
				Connection:           asked,
				MechanismPreferences: []*networkservice.Mechanism{{Cls: "LOCAL", Type: "KERNEL"}},
			})
		})
}

func closeConnection(ctx context.Context, flags *flag.FlagSet, args []string) error {
	return called(ctx, flags, args, "proxy", connectionFlags(flags),
		func(conn *grpc.ClientConn, ctx context.Context, held *networkservice.Connection) (*emptypb.Empty, error) {
			return networkservice.NewNetworkServiceClient(conn).Close(ctx, held)
		})
}

// connectionFlags adds the flags of a connection as its client knows it before it has one.
func connectionFlags(flags *flag.FlagSet) func() (*networkservice.Connection, error) {
	id := flags.String("id", "", "of the connection, and of the first hop of its path")
	service := flags.String("service", "", "the network service, proxy.conduit.trench.namespace")
	return func() (*networkservice.Connection, error) {
		return &networkservice.Connection{
			Id:             *id,
			NetworkService: *service,
			Labels:         map[string]string{"nodeName": "node-1"},
			Payload:        "ETHERNET",
			Path: &networkservice.Path{
				PathSegments: []*networkservice.PathSegment{{Name: *id, Id: *id}},
			},
		}, nil
	}
}

func monitorConnections(ctx context.Context, flags *flag.FlagSet, args []string) error {
	address := flags.String("proxy", "", "address of the proxy")
	id := flags.String("id", "", "of the first hop of the connections; empty: all")
	count := flags.Int("count", 0, "end after this many events; 0: when the server ends it, or by a signal")
	if err := parse(flags, args); err != nil {
		return err
	}
	conn, err := dial("proxy", *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	selector := &networkservice.MonitorScopeSelector{}
	if *id != "" {
		selector.PathSegments = []*networkservice.PathSegment{{Id: *id}}
	}
	watch, err := networkservice.NewMonitorConnectionClient(conn).MonitorConnections(ctx, selector)
	if err != nil {
		return err
	}
	return printEach(watch, *count, func(event *networkservice.ConnectionEvent) any {
		ids := map[string]string{}
		for key, one := range event.GetConnections() {
			ids[key] = one.GetState().String()
		}
		return map[string]any{"type": event.GetType().String(), "connections": ids}
	})
}

func watchAvailability(ctx context.Context, flags *flag.FlagSet, args []string) error {
	address := flags.String("load-balancer", "", "address of the load balancer")
	count := flags.Int("count", 0, "end after this many lists; 0: when the server ends it, or by a signal")
	if err := parse(flags, args); err != nil {
		return err
	}
	conn, err := dial("load-balancer", *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	watch, err := loadbalancer.NewStreamAvailabilityServiceClient(conn).Watch(ctx, &emptypb.Empty{})
	if err != nil {
		return err
	}
	return printEach(watch, *count, func(list *loadbalancer.Response) any {
		names := []string{}
		for _, one := range list.GetTargets() {
			names = append(names, history.NameOf(one.GetStream()))
		}
		return map[string]any{"streams": names}
	})
}
