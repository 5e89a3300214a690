package history

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/networkservicemesh/api/pkg/api/networkservice"
	nsp "github.com/nordix/meridio/api/nsp/v1"
	"google.golang.org/grpc"
)

// again is how long after the end of a watch the next one is opened.
const again = 100 * time.Millisecond

var errEnded = errors.New("the server ended it")

// A receiver is a watch of one type of messages, as each generated client has it.
type receiver[M any] interface {
	Recv() (M, error)
}

// follow gives every message of a watch to took, opening it again whenever it ends, until the context does. ended is
// told why it ended.
func follow[M any, W receiver[M]](ctx context.Context, open func() (W, error), took func(M), ended func(error)) {
	for ctx.Err() == nil {
		watch, err := open()
		for err == nil {
			var message M
			if message, err = watch.Recv(); err == nil {
				took(message)
			}
		}
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, io.EOF) {
			err = errEnded
		}
		ended(err)
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// FollowTargets records the registry's targets of a trench.
func (r *Recorder) FollowTargets(ctx context.Context, conn *grpc.ClientConn, trench string) {
	client := nsp.NewTargetRegistryClient(conn)
	filter := &nsp.Target{
		Status: nsp.Target_ANY,
		Stream: &nsp.Stream{Conduit: &nsp.Conduit{Trench: &nsp.Trench{Name: trench}}},
	}
	follow(ctx,
		func() (nsp.TargetRegistry_WatchClient, error) { return client.Watch(ctx, filter) },
		func(list *nsp.TargetResponse) { r.Add(Event{Kind: Targets, Targets: TargetsOf(list)}) },
		func(err error) { r.Add(Event{Kind: TargetsLost, Error: err.Error()}) })
}

// FollowConfig records the configuration of a trench: its streams' max-targets and its VIPs.
func (r *Recorder) FollowConfig(ctx context.Context, conn *grpc.ClientConn, trench string) {
	client := nsp.NewConfigurationManagerClient(conn)
	parent := &nsp.Trench{Name: trench}
	streams, vips := make(chan []*nsp.Stream), make(chan []*nsp.Vip)
	lost := func(err error) { r.Add(Event{Kind: ConfiguredLost, Error: err.Error()}) }
	go follow(ctx,
		func() (nsp.ConfigurationManager_WatchStreamClient, error) {
			return client.WatchStream(ctx, &nsp.Stream{Conduit: &nsp.Conduit{Trench: parent}})
		},
		func(list *nsp.StreamResponse) { offer(ctx, streams, list.GetStreams()) }, lost)
	go follow(ctx,
		func() (nsp.ConfigurationManager_WatchVipClient, error) {
			return client.WatchVip(ctx, &nsp.Vip{Trench: parent})
		},
		func(list *nsp.VipResponse) { offer(ctx, vips, list.GetVips()) }, lost)
	var lastStreams []*nsp.Stream
	var lastVips []*nsp.Vip
	for known := 0; ; known++ {
		select {
		case lastStreams = <-streams:
		case lastVips = <-vips:
		case <-ctx.Done():
			return
		}
		if known == 0 {
			continue
		}
		config, err := configOf(lastStreams, lastVips)
		if err != nil {
			lost(err)
			continue
		}
		r.Add(Event{Kind: Configured, Config: config})
	}
}

func offer[T any](ctx context.Context, to chan<- T, value T) {
	select {
	case to <- value:
	case <-ctx.Done():
	}
}

// FollowConnections records all connections that a proxy serves, as its events tell of them.
func (r *Recorder) FollowConnections(ctx context.Context, conn *grpc.ClientConn) {
	client := networkservice.NewMonitorConnectionClient(conn)
	held := map[string]*networkservice.Connection{}
	follow(ctx,
		func() (networkservice.MonitorConnection_MonitorConnectionsClient, error) {
			return client.MonitorConnections(ctx, &networkservice.MonitorScopeSelector{})
		},
		func(event *networkservice.ConnectionEvent) {
			if event.GetType() == networkservice.ConnectionEventType_INITIAL_STATE_TRANSFER {
				clear(held)
			}
			for id, one := range event.GetConnections() {
				if event.GetType() == networkservice.ConnectionEventType_DELETE {
					delete(held, id)
				} else {
					held[id] = one
				}
			}
			r.Add(Event{Kind: Connected, Connections: connectionsOf(held)})
		},
		func(err error) { r.Add(Event{Kind: ConnectedLost, Error: err.Error()}) })
}
