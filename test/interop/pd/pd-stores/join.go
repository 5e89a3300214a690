package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/pingcap/kvproto/pkg/pdpb"
)

// storeVersion is of TiKV, from which PD derives what a cluster can do.
const storeVersion = "6.4.0"

// answer is what all of pdpb's answers have.
type answer interface{ GetHeader() *pdpb.ResponseHeader }

// checked gives the answer when neither gRPC nor its header has an error.
func checked[A answer](got A, err error) (A, error) {
	if err == nil {
		err = refusal(got)
	}
	return got, err
}

func refusal(got answer) error {
	if failed := got.GetHeader().GetError(); failed != nil {
		return fmt.Errorf("%v: %s", failed.GetType(), failed.GetMessage())
	}
	return nil
}

// join makes the stores 1 to count members of the PD's cluster, which begins with the first of them. Each has a stream of
// heartbeats when this returns.
func join(ctx context.Context, address string, count uint64, patience time.Duration) (*stores, error) {
	joined := &stores{patience: patience}
	for id := uint64(1); id <= count; id++ {
		each, err := connect(id, address)
		if err != nil {
			joined.close()
			return nil, err
		}
		joined.all = append(joined.all, each)
	}
	if err := joined.enter(ctx); err != nil {
		joined.close()
		return nil, err
	}
	return joined, nil
}

func (s *stores) enter(ctx context.Context) error {
	calls, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	pd := s.all[0].pd
	members, err := checked(pd.GetMembers(calls, &pdpb.GetMembersRequest{}))
	if err != nil {
		return fmt.Errorf("GetMembers: %w", err)
	}
	if members.GetLeader().GetName() == "" || members.GetHeader().GetClusterId() == 0 {
		return fmt.Errorf("GetMembers names no leader, or no cluster: %v", members)
	}
	s.header = &pdpb.RequestHeader{ClusterId: members.GetHeader().GetClusterId()}
	if err := s.begin(calls, pd); err != nil {
		return err
	}
	for _, each := range s.all {
		request := &pdpb.PutStoreRequest{Header: s.header, Store: each.meta()}
		if _, err := checked(each.pd.PutStore(calls, request)); err != nil {
			return fmt.Errorf("PutStore %d: %w", each.id, err)
		}
	}
	for _, each := range s.all {
		if err := each.open(ctx); err != nil {
			return fmt.Errorf("RegionHeartbeat of store %d: %w", each.id, err)
		}
	}
	return nil
}

// begin bootstraps the cluster, and makes sure that it can be done once only.
func (s *stores) begin(ctx context.Context, pd pdpb.PDClient) error {
	isBegun := func() (bool, error) {
		got, err := checked(pd.IsBootstrapped(ctx, &pdpb.IsBootstrappedRequest{Header: s.header}))
		return got.GetBootstrapped(), err
	}
	if begun, err := isBegun(); begun || err != nil {
		return errors.Join(errors.New("IsBootstrapped is not false before Bootstrap"), err)
	}
	request := &pdpb.BootstrapRequest{Header: s.header, Store: s.all[0].meta(), Region: firstRegion()}
	if _, err := checked(pd.Bootstrap(ctx, request)); err != nil {
		return fmt.Errorf("Bootstrap: %w", err)
	}
	if begun, err := isBegun(); !begun || err != nil {
		return errors.Join(errors.New("IsBootstrapped is not true after Bootstrap"), err)
	}
	again, err := pd.Bootstrap(ctx, request)
	if kind := again.GetHeader().GetError().GetType(); err != nil || kind != pdpb.ErrorType_ALREADY_BOOTSTRAPPED {
		return fmt.Errorf("a second Bootstrap is answered with %v, %w", again, err)
	}
	return nil
}

// firstRegion is the whole key space, on the first store alone.
func firstRegion() *metapb.Region {
	return &metapb.Region{
		Id:          firstRegionID,
		RegionEpoch: &metapb.RegionEpoch{ConfVer: 1, Version: firstVersion},
		Peers:       []*metapb.Peer{{Id: firstRegionID + 1, StoreId: 1}},
	}
}
