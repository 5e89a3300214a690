package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/pd/pkg/core"
	"github.com/tikv/pd/pkg/storage"
	"github.com/tikv/pd/pkg/syncer"
	"google.golang.org/grpc"

	"syncline/interop/pd/peer"
)

const (
	// queueLimit is that of PD's own channel of changed regions.
	queueLimit = 10_000
	// recordWithin bounds the wait for the syncer, which one stalled follower brings to a stand.
	recordWithin = 5 * time.Second
)

// A leader is PD's syncer in the role of a server. Its address outlives restarts.
type leader struct {
	address string
	world   *world
	host    *peer.Host
	// recorded is the index that the syncer has when everything told to it is in its history.
	recorded uint64

	syncer  *syncer.RegionSyncer
	changed chan *core.RegionInfo
	server  *grpc.Server
	end     context.CancelFunc
	churn   churn
}

func serve(ctx context.Context, cluster uint64, address string, world *world, index uint64) (*leader, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	own := listener.Addr().String()
	self := &pdpb.Member{MemberId: 1, Name: "pd-leader", ClientUrls: []string{"http://" + own}}
	l := &leader{address: own, world: world, recorded: index, host: &peer.Host{
		Context: ctx,
		Cluster: cluster,
		Self:    self,
		Leader:  self,
		Storage: storage.NewStorageWithMemoryBackend(),
		Regions: world.cluster,
	}}
	return l, l.begin(listener)
}

// begin starts a syncer at the recorded index, with an empty history.
func (l *leader) begin(listener net.Listener) error {
	if err := peer.SetNextIndex(l.host.Storage, l.recorded); err != nil {
		return err
	}
	ctx, end := context.WithCancel(l.host.Context)
	l.end = end
	l.syncer = syncer.NewRegionSyncer(l.host)
	l.changed = make(chan *core.RegionInfo, queueLimit)
	l.server = grpc.NewServer()
	pdpb.RegisterPDServer(l.server, &service{host: l.host, syncer: l.syncer, running: ctx})
	go l.syncer.RunServer(ctx, l.changed)
	go l.server.Serve(listener)
	return nil
}

func (l *leader) close() {
	l.churn.stop()
	l.end()
	l.server.Stop()
}

func (l *leader) restart() error {
	l.close()
	listener, err := net.Listen("tcp", l.address)
	if err != nil {
		return err
	}
	return l.begin(listener)
}

// change changes n regions, tells the syncer, and waits until it has recorded them.
func (l *leader) change(n int, kind string) error {
	timeout := time.After(recordWithin)
	for range n {
		records, err := l.world.changeOne(kind)
		if err != nil {
			return err
		}
		for _, record := range records {
			select {
			case l.changed <- record:
				l.recorded++
			case <-timeout:
				return l.stalled()
			}
		}
	}
	for peer.NextIndex(l.syncer) < l.recorded {
		select {
		case <-timeout:
			return l.stalled()
		case <-time.After(100 * time.Microsecond):
		}
	}
	return nil
}

func (l *leader) stalled() error {
	return fmt.Errorf("the syncer stands at %d and should be at %d", peer.NextIndex(l.syncer), l.recorded)
}
