package peer

import (
	"reflect"
	"strconv"

	"github.com/tikv/pd/pkg/storage/kv"
	"github.com/tikv/pd/pkg/syncer"
)

// historyKey is where the syncer keeps its next index, every 100 records.
const historyKey = "historyIndex"

// NextIndex is the index that the next record of s will have. PD shows it to nobody but in a gauge that lags, so it is
// read where it is; a word that is read while it is written is the old one or the new one.
func NextIndex(s *syncer.RegionSyncer) uint64 {
	return reflect.ValueOf(s).Elem().FieldByName("history").Elem().FieldByName("index").Uint()
}

// SetNextIndex makes a syncer that is made on storage begin at index, with an empty history.
func SetNextIndex(storage kv.Base, index uint64) error {
	return storage.Save(historyKey, strconv.FormatUint(index, 10))
}
