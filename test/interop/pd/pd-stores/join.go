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
// heartbeats when this returns. With forwarded the member at the address is not the one that is to answer: it is asked to
// pass all calls on to the leader that it names.
func join(ctx context.Context, address string, forwarded bool, count uint64, patience time.Duration) (*stores, error) {
	joined := &stores{patience: patience}
	onward := &forward{}
	for id := uint64(1); id <= count; id++ {
		each, err := connect(id, address, onward)
		if err != nil {
			joined.close()
			return nil, err
		}
		joined.all = append(joined.all, each)
	}
	leader, err := joined.meet(ctx)
	if err == nil {
		if forwarded {
			onward.host = leader.GetClientUrls()[0]
		}
		err = joined.enter(ctx)
	}
	if err != nil {
		joined.close()
		return nil, err
	}
	return joined, nil
}

// meet learns which cluster it is, and who leads it.
func (s *stores) meet(ctx context.Context) (*pdpb.Member, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	members, err := checked(s.all[0].pd.GetMembers(ctx, &pdpb.GetMembersRequest{}))
	if err != nil {
		return nil, fmt.Errorf("GetMembers: %w", err)
	}
	leader := members.GetLeader()
	if leader.GetName() == "" || len(leader.GetClientUrls()) == 0 || members.GetHeader().GetClusterId() == 0 {
		return nil, fmt.Errorf("GetMembers names no leader, or no cluster: %v", members)
	}
	s.header = &pdpb.RequestHeader{ClusterId: members.GetHeader().GetClusterId()}
	return leader, nil
}

func (s *stores) enter(ctx context.Context) error {
	calls, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	pd := s.all[0].pd
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
