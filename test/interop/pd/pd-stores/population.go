package main

import (
	"time"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/pd/pkg/core"

	"syncline/interop/pd/region"
)

// The region that a cluster begins with is cut down to region 0, which has its id. The others are of its version: they
// take its place because PD lets go of what a region of the same version overlaps.
const (
	firstRegionID = 1
	firstVersion  = 1
	firstConfVer  = 2
)

// How many regions there are to one that changes so in a round. They have no common factor, so that every combination
// is met.
const (
	perLeaderMove = 16
	perNewEpoch   = 25
	perOtherFlow  = 3
)

const reportSeconds = 60

// A population is the regions as their leaders know them.
type population struct {
	all []*core.RegionInfo
	// end of the interval that the next heartbeats report, in seconds since 1970.
	end uint64
}

func newPopulation(layout region.Layout) *population {
	p := &population{end: uint64(time.Now().Unix())}
	for i := range layout.Count {
		p.all = append(p.all, layout.At(i).Clone(core.SetRegionVersion(firstVersion), core.SetRegionConfVer(firstConfVer)))
	}
	return p
}

// change makes of the regions what they are in another round.
func (p *population) change(round int) {
	p.end += reportSeconds
	for i, held := range p.all {
		at := i + round
		var options []core.RegionCreateOption
		if at%perLeaderMove == 0 {
			peers := held.GetPeers()
			options = append(options, core.WithLeader(peers[(i/perLeaderMove+round)%len(peers)]))
		}
		if at%perNewEpoch == 0 {
			options = append(options, core.WithIncVersion())
		}
		if at%perOtherFlow == 0 {
			options = append(options, core.SetWrittenBytes(held.GetBytesWritten()+uint64(round)<<16))
		}
		if len(options) > 0 {
			p.all[i] = held.Clone(options...)
		}
	}
}

// heartbeat is what the leader of a region tells of it.
func (p *population) heartbeat(of *core.RegionInfo, header *pdpb.RequestHeader) *pdpb.RegionHeartbeatRequest {
	return &pdpb.RegionHeartbeatRequest{
		Header:          header,
		Region:          of.GetMeta(),
		Leader:          of.GetLeader(),
		Term:            1,
		BytesWritten:    of.GetBytesWritten(),
		BytesRead:       of.GetBytesRead(),
		KeysWritten:     of.GetKeysWritten(),
		KeysRead:        of.GetKeysRead(),
		QueryStats:      &pdpb.QueryStats{Get: of.GetKeysRead(), Put: of.GetKeysWritten()},
		ApproximateSize: 96 << 20,
		ApproximateKeys: 1 << 20,
		Interval:        p.interval(),
	}
}

// statistics is what a store tells of itself, but for its space.
func (p *population) statistics(storeID uint64) *pdpb.StoreStats {
	of := &pdpb.StoreStats{StoreId: storeID, QueryStats: &pdpb.QueryStats{}, Interval: p.interval()}
	for _, held := range p.all {
		if held.GetStorePeer(storeID) != nil {
			of.RegionCount++
		}
		if held.GetLeader().GetStoreId() == storeID {
			of.BytesWritten += held.GetBytesWritten()
			of.BytesRead += held.GetBytesRead()
			of.KeysWritten += held.GetKeysWritten()
			of.KeysRead += held.GetKeysRead()
			of.QueryStats.Get += held.GetKeysRead()
			of.QueryStats.Put += held.GetKeysWritten()
		}
	}
	return of
}

func (p *population) interval() *pdpb.TimeInterval {
	return &pdpb.TimeInterval{StartTimestamp: p.end - reportSeconds, EndTimestamp: p.end}
}
