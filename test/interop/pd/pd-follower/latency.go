package main

import (
	"slices"
	"sync"
	"time"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/tikv/pd/pkg/storage"
)

// A region whose version is above this was changed at that time, in microseconds since 1970: what pd-leader's kind
// "stamp" does.
const leastStamp = 1_000_000_000_000_000

// sampleLimit bounds the memory of a measurement; what comes after is only counted.
const sampleLimit = 1 << 21

// observed is the region storage of a follower, which PD saves a region to as soon as it can be read there.
type observed struct {
	*storage.RegionStorage
	ages *ages
}

// SaveRegion measures a stamped region, and keeps it.
func (o observed) SaveRegion(region *metapb.Region) error {
	if stamp := region.GetRegionEpoch().GetVersion(); stamp > leastStamp {
		o.ages.add(time.Now().UnixMicro() - int64(stamp))
	}
	return o.RegionStorage.SaveRegion(region)
}

// ages collects how old changes were when they could be read, in microseconds.
type ages struct {
	mu      sync.Mutex
	samples []int64
	count   int
}

func (a *ages) add(age int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count++
	if len(a.samples) < sampleLimit {
		a.samples = append(a.samples, age)
	}
}

type latency struct {
	Count int   `json:"count"`
	P50   int64 `json:"p50us"`
	P99   int64 `json:"p99us"`
	Max   int64 `json:"maxus"`
}

// take sums up what was collected since it was last called.
func (a *ages) take() latency {
	a.mu.Lock()
	samples, count := a.samples, a.count
	a.samples, a.count = nil, 0
	a.mu.Unlock()
	if len(samples) == 0 {
		return latency{}
	}
	slices.Sort(samples)
	at := func(share float64) int64 { return samples[int(share*float64(len(samples)-1))] }
	return latency{Count: count, P50: at(0.5), P99: at(0.99), Max: at(1)}
}
