package main

import (
	"context"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/pd/pkg/syncer"

	"syncline/interop/pd/peer"
)

// service is what of PD's service a follower calls.
type service struct {
	pdpb.UnimplementedPDServer
	host   *peer.Host
	syncer *syncer.RegionSyncer
	// running ends with the leadership.
	running context.Context
}

// GetMembers is how a client learns the cluster id and who leads.
func (s *service) GetMembers(context.Context, *pdpb.GetMembersRequest) (*pdpb.GetMembersResponse, error) {
	return &pdpb.GetMembersResponse{
		Header:  &pdpb.ResponseHeader{ClusterId: s.host.Cluster},
		Members: []*pdpb.Member{s.host.Self},
		Leader:  s.host.Self,
	}, nil
}

// SyncRegions is PD's own.
func (s *service) SyncRegions(stream pdpb.PD_SyncRegionsServer) error {
	return s.syncer.Sync(s.running, stream)
}
