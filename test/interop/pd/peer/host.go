// Package peer is what PD's region syncer needs around it, in place of a whole pd-server.
package peer

import (
	"context"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/pd/pkg/core"
	"github.com/tikv/pd/pkg/storage"
	"github.com/tikv/pd/pkg/syncer"
	"github.com/tikv/pd/pkg/utils/grpcutil"
)

// A Host holds the regions and the storage of one syncer, which it is the server of.
type Host struct {
	Context context.Context
	Cluster uint64
	// Self is sent with the request of a follower, and its name tells the leader's streams apart.
	Self *pdpb.Member
	// Leader must not be nil, since a follower logs its name.
	Leader  *pdpb.Member
	Storage storage.Storage
	Regions *core.BasicCluster
}

var _ syncer.Server = (*Host)(nil)

// LoopContext ends the syncer's loops.
func (h *Host) LoopContext() context.Context { return h.Context }

// ClusterID has to be the same at both ends.
func (h *Host) ClusterID() uint64 { return h.Cluster }

// GetMemberInfo is this peer.
func (h *Host) GetMemberInfo() *pdpb.Member { return h.Self }

// GetLeader is the peer that is followed.
func (h *Host) GetLeader() *pdpb.Member { return h.Leader }

// GetStorage keeps the regions, and the history index.
func (h *Host) GetStorage() storage.Storage { return h.Storage }

// Name is only logged.
func (h *Host) Name() string { return h.Self.GetName() }

// GetRegions is what a full sync sends.
func (h *Host) GetRegions() []*core.RegionInfo { return h.Regions.GetRegions() }

// GetTLSConfig has nothing in it: the peers talk plain text.
func (h *Host) GetTLSConfig() *grpcutil.TLSConfig { return &grpcutil.TLSConfig{} }

// GetBasicCluster is what a follower applies to.
func (h *Host) GetBasicCluster() *core.BasicCluster { return h.Regions }
