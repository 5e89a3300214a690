package main

import (
	"fmt"
	"time"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/tikv/pd/pkg/core"

	"syncline/interop/pd/region"
)

// A world is the regions of the leader, which change on command. It belongs to one goroutine at a time.
type world struct {
	cluster *core.BasicCluster
	layout  region.Layout
	// ids in the order of their making; those that are gone are taken out when they are met.
	ids    []uint64
	cursor int
	nextID uint64
}

func newWorld(layout region.Layout) *world {
	w := &world{cluster: core.NewBasicCluster(), layout: layout, nextID: layout.NextID()}
	for i := range layout.Count {
		made := layout.At(i)
		w.cluster.PutRegion(made)
		w.ids = append(w.ids, made.GetID())
	}
	return w
}

// A change makes of one region the regions that a store would report then; none when this region cannot change so.
type change func(w *world, of *core.RegionInfo) []*core.RegionInfo

var changes = map[string]change{
	"leader": moveLeader,
	"epoch":  raiseVersion,
	"stamp":  stamp,
	"split":  split,
	"merge":  merge,
}

// changeOne changes the next region that can, in a turn that meets them all, and gives what is to be recorded.
func (w *world) changeOne(kind string) ([]*core.RegionInfo, error) {
	change, ok := changes[kind]
	if !ok {
		return nil, fmt.Errorf("unknown kind of change %q", kind)
	}
	for tries := len(w.ids); tries > 0 && len(w.ids) > 0; tries-- {
		w.cursor = (w.cursor + 1) % len(w.ids)
		held := w.cluster.GetRegion(w.ids[w.cursor])
		if held == nil {
			w.forget(w.cursor)
			continue
		}
		records := change(w, held)
		for _, record := range records {
			w.cluster.PutRegion(record)
		}
		if len(records) > 0 {
			return records, nil
		}
	}
	return nil, fmt.Errorf("no region is left for the change %q", kind)
}

// remove takes n neighbours out of the middle, and gives how many there were.
func (w *world) remove(n int) int {
	gone := w.cluster.ScanRegions(w.layout.Boundary(w.layout.Count/2), nil, n)
	for _, held := range gone {
		w.cluster.RemoveRegionIfExist(held.GetID())
	}
	return len(gone)
}

func (w *world) forget(at int) {
	last := len(w.ids) - 1
	w.ids[at] = w.ids[last]
	w.ids = w.ids[:last]
}

func moveLeader(_ *world, of *core.RegionInfo) []*core.RegionInfo {
	peers := of.GetPeers()
	for p, peer := range peers {
		if peer.GetId() == of.GetLeader().GetId() {
			return []*core.RegionInfo{of.Clone(core.WithLeader(peers[(p+1)%len(peers)]))}
		}
	}
	return nil
}

func raiseVersion(_ *world, of *core.RegionInfo) []*core.RegionInfo {
	return []*core.RegionInfo{of.Clone(core.WithIncVersion())}
}

func stamp(_ *world, of *core.RegionInfo) []*core.RegionInfo {
	now := uint64(time.Now().UnixMicro())
	return []*core.RegionInfo{of.Clone(core.SetRegionVersion(max(now, of.GetRegionEpoch().GetVersion()+1)))}
}

// split gives the left part a new id, as TiKV does.
func split(w *world, of *core.RegionInfo) []*core.RegionInfo {
	middle := append(append([]byte{}, of.GetStartKey()...), 0x80)
	if end := string(of.GetEndKey()); end != "" && string(middle) >= end {
		return nil
	}
	id := w.nextID
	peers := make([]*metapb.Peer, len(of.GetPeers()))
	for p, old := range of.GetPeers() {
		peers[p] = &metapb.Peer{Id: id + 1 + uint64(p), StoreId: old.GetStoreId()}
	}
	w.nextID += 1 + uint64(len(peers))
	w.ids = append(w.ids, id)
	right := of.Clone(core.WithStartKey(middle), core.WithIncVersion())
	left := of.Clone(core.WithNewRegionID(id), core.SetPeers(peers), core.WithLeader(peers[0]),
		core.WithEndKey(middle), core.WithIncVersion())
	return []*core.RegionInfo{left, right}
}

// merge takes the right neighbour in, which is gone by being overlapped.
func merge(w *world, of *core.RegionInfo) []*core.RegionInfo {
	_, next := w.cluster.GetAdjacentRegions(of)
	if next == nil {
		return nil
	}
	version := 1 + max(of.GetRegionEpoch().GetVersion(), next.GetRegionEpoch().GetVersion())
	return []*core.RegionInfo{of.Clone(core.WithEndKey(next.GetEndKey()), core.SetRegionVersion(version))}
}
