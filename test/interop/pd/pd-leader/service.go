package main

import (
	"context"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/pd/pkg/syncer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

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

// ScanRegions is what PD answers from its regions; only all of them can be asked for.
func (s *service) ScanRegions(_ context.Context, request *pdpb.ScanRegionsRequest) (*pdpb.ScanRegionsResponse, error) {
	if len(request.GetStartKey()) > 0 || len(request.GetEndKey()) > 0 || request.GetLimit() > 0 {
		return nil, status.Error(codes.Unimplemented, "ScanRegions of some regions")
	}
	response := &pdpb.ScanRegionsResponse{Header: &pdpb.ResponseHeader{ClusterId: s.host.Cluster}}
	for _, held := range s.host.Regions.ScanRegions(nil, nil, 0) {
		leader := held.GetLeader()
		if leader == nil {
			leader = &metapb.Peer{}
		}
		response.RegionMetas = append(response.RegionMetas, held.GetMeta())
		response.Leaders = append(response.Leaders, leader)
		response.Regions = append(response.Regions, &pdpb.Region{Region: held.GetMeta(), Leader: leader})
	}
	return response, nil
}

// SyncRegions is PD's own.
func (s *service) SyncRegions(stream pdpb.PD_SyncRegionsServer) error {
	return s.syncer.Sync(s.running, stream)
}
