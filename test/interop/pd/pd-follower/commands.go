package main

import (
	"encoding/hex"
	"fmt"
	"strconv"

	"syncline/interop/pd/console"
	"syncline/interop/pd/peer"
	"syncline/interop/pd/region"
)

// A found region, as PD's follower would answer it.
type found struct {
	ID       uint64 `json:"id,string"`
	StartKey string `json:"startKey"`
	EndKey   string `json:"endKey"`
	ConfVer  uint64 `json:"confVer,string"`
	Version  uint64 `json:"version,string"`
	Leader   uint64 `json:"leader,string"`
}

func (f *follower) commands() map[string]console.Command {
	return map[string]console.Command{
		"status": func([]string) (any, error) {
			return moment{f.milliseconds(), f.state(), peer.MeasureMemory()}, nil
		},
		"digest": func([]string) (any, error) {
			held := f.state()
			return struct {
				state
				Digest string `json:"digest"`
			}{held, region.Digest(f.host.GetRegions())}, nil
		},
		"get":     f.get,
		"latency": func([]string) (any, error) { return f.ages.take(), nil },
		"stop": func([]string) (any, error) {
			f.stop()
			return f.state(), nil
		},
		"follow": func(words []string) (any, error) {
			leader := f.leader
			if len(words) > 0 {
				leader = words[0]
			}
			f.stop()
			f.follow(leader)
			return f.state(), nil
		},
	}
}

func (f *follower) get(words []string) (any, error) {
	if len(words) != 1 {
		return nil, fmt.Errorf("get takes one id, not %d words", len(words))
	}
	id, err := strconv.ParseUint(words[0], 10, 64)
	if err != nil {
		return nil, err
	}
	held := f.host.Regions.GetRegion(id)
	if held == nil {
		return nil, fmt.Errorf("there is no region %d", id)
	}
	epoch := held.GetRegionEpoch()
	return found{
		ID:       id,
		StartKey: hex.EncodeToString(held.GetStartKey()),
		EndKey:   hex.EncodeToString(held.GetEndKey()),
		ConfVer:  epoch.GetConfVer(),
		Version:  epoch.GetVersion(),
		Leader:   held.GetLeader().GetId(),
	}, nil
}
