package region

import (
	"bytes"
	"slices"
	"testing"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/pd/pkg/core"
)

var layout = Layout{Count: 2500, Seed: 1, FirstID: 4_000_000, Stores: 10}

func all() []*core.RegionInfo {
	made := make([]*core.RegionInfo, layout.Count)
	for i := range made {
		made[i] = layout.At(i)
	}
	return made
}

func TestRegionsTakeFrom194To198BytesOnTheWire(t *testing.T) {
	for i, region := range all()[1 : layout.Count-1] {
		size := (&pdpb.SyncRegionResponse{
			Regions:       []*metapb.Region{region.GetMeta()},
			RegionStats:   []*pdpb.RegionStat{region.GetStat()},
			RegionLeaders: []*metapb.Peer{region.GetLeader()},
			Buckets:       []*metapb.Buckets{{}},
		}).Size()
		if size < 194 || size > 198 {
			t.Fatalf("region %d takes %d bytes", i+1, size)
		}
	}
}

func TestRegionsCoverTheKeySpaceInOrder(t *testing.T) {
	var end []byte
	for i, region := range all() {
		if !bytes.Equal(region.GetStartKey(), end) {
			t.Fatalf("region %d begins at %x, the one before it ends at %x", i, region.GetStartKey(), end)
		}
		end = region.GetEndKey()
		if i < layout.Count-1 && bytes.Compare(region.GetStartKey(), end) >= 0 {
			t.Fatalf("region %d begins at %x and ends at %x", i, region.GetStartKey(), end)
		}
	}
	if len(end) != 0 {
		t.Fatalf("the last region ends at %x", end)
	}
}

// An interop case compares the digests that Go and TypeScript make of a layout; this pins both.
const wellKnown = "ab8c996213c6e947"

func TestDigestIsTheWellKnownOneInAnyOrder(t *testing.T) {
	regions := all()
	forward := Digest(regions)
	slices.Reverse(regions)
	if backward := Digest(regions); forward != wellKnown || backward != wellKnown {
		t.Fatalf("got %s and %s, want %s", forward, backward, wellKnown)
	}
}

func TestDigestSeesEachField(t *testing.T) {
	of := layout.At(7)
	base := Digest([]*core.RegionInfo{of})
	for name, option := range map[string]core.RegionCreateOption{
		"id":       core.WithNewRegionID(1),
		"start":    core.WithStartKey([]byte("t")),
		"end":      core.WithEndKey([]byte("u")),
		"version":  core.WithIncVersion(),
		"conf_ver": core.WithIncConfVer(),
		"leader":   core.WithLeader(nil),
	} {
		if Digest([]*core.RegionInfo{of.Clone(option)}) == base {
			t.Errorf("a digest with another %s is the same", name)
		}
	}
}
