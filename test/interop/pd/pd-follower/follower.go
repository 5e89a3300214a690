package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/pd/pkg/core"
	"github.com/tikv/pd/pkg/storage"
	"github.com/tikv/pd/pkg/syncer"

	"syncline/interop/pd/peer"
)

type settings struct {
	cluster              uint64
	name, folder, leader string
	// index is kept as it is in the folder when it is negative.
	index int64
}

// A follower is PD's syncer in the role of a client. Its commands come from one goroutine.
type follower struct {
	host   *peer.Host
	syncer *syncer.RegionSyncer
	disk   *storage.RegionStorage
	ages   *ages
	leader string
	begun  atomic.Pointer[time.Time]
}

func open(ctx context.Context, of settings) (*follower, error) {
	disk, err := storage.NewRegionStorageWithLevelDBBackend(ctx, of.folder, nil)
	if err != nil {
		return nil, err
	}
	if of.index >= 0 {
		if err := peer.SetNextIndex(disk, uint64(of.index)); err != nil {
			return nil, err
		}
	}
	ages := &ages{}
	both := storage.NewCoreStorage(storage.NewStorageWithMemoryBackend(), observed{disk, ages})
	storage.TrySwitchRegionStorage(both, true)
	host := &peer.Host{
		Context: ctx,
		Cluster: of.cluster,
		// A PD leader takes the first URL without looking whether there is one.
		Self:    &pdpb.Member{MemberId: 2, Name: of.name, ClientUrls: []string{"http://127.0.0.1:1"}},
		Leader:  &pdpb.Member{MemberId: 1, Name: "leader", ClientUrls: []string{of.leader}},
		Storage: both,
		Regions: core.NewBasicCluster(),
	}
	return &follower{host: host, syncer: syncer.NewRegionSyncer(host), disk: disk, ages: ages}, nil
}

// follow begins with what is held; `leader` is a URL.
func (f *follower) follow(leader string) {
	now := time.Now()
	f.leader = leader
	f.begun.Store(&now)
	f.syncer.StartSyncWithLeader(leader)
}

// stop takes PD's second to end the stream.
func (f *follower) stop() { f.syncer.StopSyncWithLeader() }

func (f *follower) close() error {
	f.stop()
	return f.disk.Close()
}

// A state is what a follower holds, and what it says of itself.
type state struct {
	Running bool   `json:"running"`
	Regions int    `json:"regions"`
	Index   uint64 `json:"index"`
}

func (f *follower) state() state {
	return state{
		Running: f.syncer.IsRunning(),
		Regions: f.host.Regions.GetTotalRegionCount(),
		Index:   peer.NextIndex(f.syncer),
	}
}

// milliseconds since the follower was last told to follow.
func (f *follower) milliseconds() float64 {
	return float64(time.Since(*f.begun.Load()).Microseconds()) / 1e3
}
