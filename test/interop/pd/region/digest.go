package region

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"

	"github.com/tikv/pd/pkg/core"
)

// Digest is equal for two sets of regions that agree in ids, keys, epochs and leaders, in whatever order they come.
// The README of test/interop says how it is made; test/interop/region-digest.ts makes the same.
func Digest(regions []*core.RegionInfo) string {
	var sum uint64
	hash := fnv.New64a()
	var text []byte
	for _, region := range regions {
		text = canonical(text[:0], region)
		hash.Reset()
		hash.Write(text)
		sum += hash.Sum64()
	}
	return fmt.Sprintf("%016x", sum)
}

func canonical(text []byte, region *core.RegionInfo) []byte {
	meta := region.GetMeta()
	text = binary.LittleEndian.AppendUint64(text, meta.GetId())
	for _, key := range [][]byte{meta.GetStartKey(), meta.GetEndKey()} {
		text = binary.LittleEndian.AppendUint32(text, uint32(len(key)))
		text = append(text, key...)
	}
	text = binary.LittleEndian.AppendUint64(text, meta.GetRegionEpoch().GetConfVer())
	text = binary.LittleEndian.AppendUint64(text, meta.GetRegionEpoch().GetVersion())
	return binary.LittleEndian.AppendUint64(text, region.GetLeader().GetId())
}
