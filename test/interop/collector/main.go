// Collector is openconfig's gNMI collector, composed of its published packages: the manager subscribes to each target,
// the cache keeps the last value of each leaf, and the subscribe server offers the cache. It is an independent reader
// of our device and our datastore, and what the benchmarks compare with.
//
// It prints "listening HOST:PORT" once it serves, and ends on INT or TERM. Its subscribers name a target in
// prefix.target and the origin "openconfig", else they get nothing but a sync_response.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/openconfig/gnmi/cache"
	"github.com/openconfig/gnmi/connection"
	"github.com/openconfig/gnmi/manager"
	"github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/target"
	"github.com/openconfig/gnmi/subscribe"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// targets is a repeatable flag: the address of each target by its name.
type targets map[string]string

func (t targets) String() string { return fmt.Sprint(map[string]string(t)) }

func (t targets) Set(text string) error {
	name, address, ok := strings.Cut(text, "=")
	if !ok || name == "" || address == "" {
		return fmt.Errorf("%q is not NAME=HOST:PORT", text)
	}
	if _, twice := t[name]; twice {
		return fmt.Errorf("target %q is given twice", name)
	}
	t[name] = address
	return nil
}

func main() {
	follow := targets{}
	flag.Var(follow, "target", "NAME=HOST:PORT of a target, plain text; repeatable")
	listen := flag.String("listen", "127.0.0.1:0", "HOST:PORT to serve the cache on, plain text")
	encoding := flag.String("encoding", "PROTO", "encoding asked of the targets")
	mode := flag.String("submode", "ON_CHANGE", "subscription mode asked of the targets")
	flag.Set("logtostderr", "true") // glog, which those packages use, else fills a directory of the machine
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	request, err := wholeTree(*encoding, *mode)
	if err == nil {
		err = collect(ctx, follow, request, *listen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "collector:", err)
		os.Exit(1)
	}
}

// wholeTree is the subscription that every target gets; the manager fills in prefix.target.
func wholeTree(encoding, mode string) (*gnmi.SubscribeRequest, error) {
	e, ok := gnmi.Encoding_value[encoding]
	if !ok {
		return nil, fmt.Errorf("unknown encoding %q", encoding)
	}
	m, ok := gnmi.SubscriptionMode_value[mode]
	if !ok {
		return nil, fmt.Errorf("unknown submode %q", mode)
	}
	return &gnmi.SubscribeRequest{Request: &gnmi.SubscribeRequest_Subscribe{Subscribe: &gnmi.SubscriptionList{
		Mode:         gnmi.SubscriptionList_STREAM,
		Encoding:     gnmi.Encoding(e),
		Subscription: []*gnmi.Subscription{{Path: &gnmi.Path{}, Mode: gnmi.SubscriptionMode(m)}},
	}}}, nil
}

// collect follows the targets and serves until ctx ends.
func collect(ctx context.Context, follow targets, request *gnmi.SubscribeRequest, listen string) error {
	if len(follow) == 0 {
		return errors.New("no -target is given")
	}
	names := make([]string, 0, len(follow))
	for name := range follow {
		names = append(names, name)
	}
	slices.Sort(names)

	leaves := cache.New(names)
	northbound, err := subscribe.NewServer(leaves)
	if err != nil {
		return err
	}
	leaves.SetClient(northbound.Update)

	dial, err := connection.NewManager(
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithBlock(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)),
	)
	if err != nil {
		return err
	}
	southbound, err := manager.NewManager(manager.Config{
		ConnectionManager: dial,
		Timeout:           10 * time.Second,
		Connect:           leaves.Connect,
		ConnectError:      leaves.ConnectError,
		Reset:             leaves.Reset,
		Sync:              leaves.Sync,
		Update: func(name string, n *gnmi.Notification) {
			// The cache refuses what is older than it has, or the same again; it counts those itself.
			_ = leaves.GnmiUpdate(named(name, n))
		},
	})
	if err != nil {
		return err
	}

	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	gnmi.RegisterGNMIServer(server, northbound)
	for _, name := range names {
		if err := southbound.Add(name, &target.Target{Addresses: []string{follow[name]}}, request); err != nil {
			return err
		}
	}
	go func() {
		<-ctx.Done()
		server.Stop()
	}()
	fmt.Println("listening", listener.Addr())
	return server.Serve(listener)
}

// named puts a notification where the cache looks for it: below the target's own name and an origin.
func named(name string, n *gnmi.Notification) *gnmi.Notification {
	if n.Prefix == nil {
		n.Prefix = &gnmi.Path{}
	}
	n.Prefix.Target = name
	if n.Prefix.Origin == "" {
		n.Prefix.Origin = "openconfig"
	}
	return n
}
