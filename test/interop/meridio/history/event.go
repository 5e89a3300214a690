// Package history watches a tap and its neighbours from outside while a client opens and closes streams, and checks
// what was seen. What is checked needs no clock but the order and the times of the events.
package history

import (
	"net/netip"
	"time"
)

// A Kind tells what an event is.
type Kind string

// The events of a client's calls, of its watches of a tap, and of what the tap's neighbours say.
const (
	OpenCalled     Kind = "open called"
	OpenAnswered   Kind = "open answered"
	CloseCalled    Kind = "close called"
	CloseAnswered  Kind = "close answered"
	WatchBegun     Kind = "watch begun"
	Listed         Kind = "listed"
	WatchEnded     Kind = "watch ended"
	Targets        Kind = "targets"
	TargetsLost    Kind = "targets lost"
	Connected      Kind = "connections"
	ConnectedLost  Kind = "connections lost"
	Configured     Kind = "configured"
	ConfiguredLost Kind = "configuration lost"
)

// An Event is what was seen at one moment. Which fields are set follows from the kind.
type Event struct {
	// At counts from the start of the history.
	At   time.Duration `json:"-"`
	Kind Kind          `json:"kind"`
	// Tap is the number of the tap, from 0.
	Tap int `json:"tap"`
	// Watch is the number of a watch of this tap; 0 is the one that is open all the time.
	Watch int `json:"watch,omitempty"`
	// Stream is the full name in a call, and the filter of a watch that begins.
	Stream string `json:"stream,omitempty"`
	// Error is what a call was refused with or a watch ended with; empty when it was not.
	Error       string       `json:"error,omitempty"`
	Statuses    []Status     `json:"statuses,omitempty"`
	Targets     []Target     `json:"targets,omitempty"`
	Connections []Connection `json:"connections,omitempty"`
	Config      *Config      `json:"config,omitempty"`
}

// A Status is an entry of a list of a tap.
type Status struct {
	Stream string `json:"stream"`
	Status string `json:"status"`
}

// A Target is an entry of a registry; Identifier is as its context has it.
type Target struct {
	Stream     string   `json:"stream"`
	IPs        []string `json:"ips"`
	Identifier string   `json:"identifier"`
	Status     string   `json:"status"`
}

// A Connection is one that a proxy serves.
type Connection struct {
	ID string `json:"id"`
	// Conduit is conduit.trench.
	Conduit string   `json:"conduit"`
	IPs     []string `json:"ips"`
}

// A Config is what the rules need of a trench's configuration.
type Config struct {
	// MaxTargets is by the stream's full name.
	MaxTargets map[string]int `json:"max_targets"`
	VIPs       []netip.Prefix `json:"vips"`
}
