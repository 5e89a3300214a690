package main

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	// Each registers its package's descriptors; see reference.pkg.
	_ "github.com/networkservicemesh/api/pkg/api/networkservice"
	_ "github.com/nordix/meridio/api/ambassador/v1"
	_ "github.com/nordix/meridio/api/ipam/v1"
	_ "github.com/nordix/meridio/api/loadbalancer/v1"
	_ "github.com/nordix/meridio/api/nsp/v1"
	_ "github.com/openconfig/gnmi/proto/gnmi"
	_ "github.com/openconfig/gnmi/proto/gnmi_ext"
	_ "github.com/pingcap/kvproto/pkg/encryptionpb"
	_ "github.com/pingcap/kvproto/pkg/eraftpb"
	_ "github.com/pingcap/kvproto/pkg/metapb"
	_ "github.com/pingcap/kvproto/pkg/pdpb"
	_ "github.com/pingcap/kvproto/pkg/replication_modepb"
	_ "github.com/sdcio/sdc-protos/sdcpb"
)

// Why fields of PD's are not declared.
const (
	neverOrdered = "an order to a store, of which Syncline gives none"
	twoSites     = "of clusters in two sites, which Syncline does not lead"
	notKept      = "a store's statistics that nothing asks Syncline for"
)

// references is every package that we share with somebody: import its published stubs above, add a line here.
var references = []reference{
	{pkg: "gnmi", extent: whole},
	{pkg: "gnmi_ext", extent: whole},
	{pkg: "data", extent: subset},
	{pkg: "schema", extent: subset},
	{pkg: "pdpb", extent: subset, own: 20000, omitted: map[protoreflect.FullName]string{
		"pdpb.RegionHeartbeatResponse.change_split":     neverOrdered,
		"pdpb.RegionHeartbeatResponse.switch_witnesses": neverOrdered,
		"pdpb.StoreHeartbeatResponse.awaken_regions":    neverOrdered,
		"pdpb.StoreHeartbeatResponse.control_grpc":      neverOrdered,
		"pdpb.StoreHeartbeatResponse.recovery_plan":     neverOrdered,
		"pdpb.StoreHeartbeatRequest.store_report":       "answers a recovery plan",
		"pdpb.StoreHeartbeatRequest.dr_autosync_status": twoSites,
		"pdpb.StoreStats.dfs":                           notKept,
		"pdpb.StoreStats.slow_trend":                    notKept,
		"pdpb.StoreStats.snapshot_stats":                notKept,
	}},
	{pkg: "metapb", extent: subset},
	{pkg: "eraftpb", extent: subset},
	{pkg: "encryptionpb", extent: subset},
	{pkg: "replication_modepb", extent: subset, omitted: map[protoreflect.FullName]string{
		"replication_modepb.ReplicationStatus.dr_auto_sync": twoSites,
	}},
	{pkg: "ambassador.v1", extent: whole},
	{pkg: "nsp.v1", extent: whole},
	{pkg: "ipam.v1", extent: whole},
	{pkg: "loadbalancer.v1", extent: whole},
	{pkg: "networkservice", extent: whole},
	{pkg: "connection", extent: whole},
	{pkg: "connectioncontext", extent: whole},
}
