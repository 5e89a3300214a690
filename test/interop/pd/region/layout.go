// Package region makes regions that both sides of a test can compute, and sums up what one side holds.
package region

import (
	"encoding/binary"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/tikv/pd/pkg/core"
)

// What every region of a layout begins with. The version takes two bytes, and neither is 1: PD takes a region of
// version 1 and conf_ver 1 for one that was made anew, and accepts it over anything.
const (
	ConfVer = 5
	Version = 1000
)

// idsPerRegion is the region's own id and those of its three peers.
const idsPerRegion = 4

// A Layout is Count regions that cover the whole key space, the same for the same fields in Go and in TypeScript
// (test/interop/region-layout.ts). A region takes 194 to 198 bytes in a SyncRegionResponse; the first and the last
// take 66 less, as one of their keys is empty.
type Layout struct {
	Count int
	// Seed of the key's filler, the leaders and the flow.
	Seed uint32
	// FirstID is the id of region 0; each region takes the next four ids. Between 2^21 and 2^28 they take four bytes.
	FirstID uint64
	// Stores are numbered from 1; at least three.
	Stores uint64
}

// At makes region i, 0 ≤ i < Count.
func (l Layout) At(i int) *core.RegionInfo {
	id := l.FirstID + uint64(i)*idsPerRegion
	peers := make([]*metapb.Peer, 3)
	for p := range peers {
		peers[p] = &metapb.Peer{Id: id + 1 + uint64(p), StoreId: 1 + (uint64(i)+uint64(p))%l.Stores}
	}
	meta := &metapb.Region{
		Id:          id,
		StartKey:    l.Boundary(i),
		EndKey:      l.Boundary(i + 1),
		RegionEpoch: &metapb.RegionEpoch{ConfVer: ConfVer, Version: Version},
		Peers:       peers,
	}
	return core.NewRegionInfo(meta, peers[l.draw(i, 1)%3],
		core.SetWrittenBytes(uint64(l.draw(i, 2)%(1<<14))),
		core.SetReadBytes(uint64(l.draw(i, 3)%(1<<14))),
		core.SetWrittenKeys(uint64(l.draw(i, 4)%(1<<7))),
		core.SetReadKeys(uint64(l.draw(i, 5)%(1<<7))))
}

// Boundary is the key between regions i-1 and i: "t", the table i/1000 as 8 bytes big endian, "_r", the row i%1000
// likewise, and 45 bytes of filler. It is empty at both ends of the key space.
func (l Layout) Boundary(i int) []byte {
	if i == 0 || i == l.Count {
		return nil
	}
	key := make([]byte, 0, 64)
	key = append(key, 't')
	key = binary.BigEndian.AppendUint64(key, uint64(i/1000))
	key = append(key, '_', 'r')
	key = binary.BigEndian.AppendUint64(key, uint64(i%1000))
	filler := binary.LittleEndian.AppendUint32(nil, l.draw(i, 0))
	for len(key) < cap(key) {
		key = append(key, filler[len(key)%4])
	}
	return key
}

// NextID is the first id that the layout leaves free.
func (l Layout) NextID() uint64 { return l.FirstID + uint64(l.Count)*idsPerRegion }

// draw is number k < 8 of region i: the finalizer of MurmurHash3 over all three, which 32-bit arithmetic is enough for.
func (l Layout) draw(i int, k uint32) uint32 {
	x := l.Seed ^ (uint32(i)*8 + k)
	x ^= x >> 16
	x *= 0x85ebca6b
	x ^= x >> 13
	x *= 0xc2b2ae35
	return x ^ x>>16
}
