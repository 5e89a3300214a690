package history

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/networkservicemesh/api/pkg/api/networkservice"
	ambassador "github.com/nordix/meridio/api/ambassador/v1"
	nsp "github.com/nordix/meridio/api/nsp/v1"
)

// NameOf is the full name of the NSP's stream, with nothing for a parent that is absent.
func NameOf(stream *nsp.Stream) string {
	conduit := stream.GetConduit()
	return fmt.Sprintf("%s.%s.%s", stream.GetName(), conduit.GetName(), conduit.GetTrench().GetName())
}

// StatusesOf is the entries of a tap's list, in its order.
func StatusesOf(list *ambassador.StreamResponse) []Status {
	out := []Status{}
	for _, one := range list.GetStreamStatus() {
		out = append(out, Status{one.GetStream().FullName(), one.GetStatus().String()})
	}
	return out
}

// TargetsOf is the entries of a registry's list, sorted, as its order says nothing.
func TargetsOf(list *nsp.TargetResponse) []Target {
	out := []Target{}
	for _, one := range list.GetTargets() {
		out = append(out, Target{NameOf(one.GetStream()), one.GetIps(), one.GetContext()["identifier"], one.GetStatus().String()})
	}
	slices.SortFunc(out, func(a, b Target) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return out
}

// connectionsOf is what a proxy serves, sorted by id.
func connectionsOf(held map[string]*networkservice.Connection) []Connection {
	var out []Connection
	for id, one := range held {
		// proxy.<conduit>.<trench>.<namespace>
		names := strings.Split(one.GetNetworkService(), ".")
		conduit := one.GetNetworkService()
		if len(names) == 4 {
			conduit = names[1] + "." + names[2]
		}
		out = append(out, Connection{id, conduit, one.GetContext().GetIpContext().GetSrcIpAddrs()})
	}
	slices.SortFunc(out, func(a, b Connection) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// configOf is what the rules need of the streams and VIPs of a trench. Max-targets of 0 is Meridio's way to say 100.
func configOf(streams []*nsp.Stream, vips []*nsp.Vip) (*Config, error) {
	config := &Config{MaxTargets: map[string]int{}}
	for _, one := range streams {
		highest := int(one.GetMaxTargets())
		if highest == 0 {
			highest = 100
		}
		config.MaxTargets[NameOf(one)] = highest
	}
	for _, one := range vips {
		prefix, err := netip.ParsePrefix(one.GetAddress())
		if err != nil {
			return nil, fmt.Errorf("VIP %s: %w", one.GetName(), err)
		}
		config.VIPs = append(config.VIPs, prefix)
	}
	return config, nil
}
