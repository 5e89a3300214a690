package history

import "time"

// Limits is how long what should not be may last.
type Limits struct {
	// Call bounds each call of a tap.
	Call time.Duration
	// Settle bounds how long an opened stream has no status of Settled, and how long anything outlives a Close.
	Settle time.Duration
	// Lag bounds how long the registry may differ from what the tap says.
	Lag time.Duration
	// Transit bounds how long a list may be under way: one that says otherwise than a call that was answered before.
	Transit time.Duration
	// Settled is the statuses that an opened stream may come to rest in.
	Settled []string
	// Steady tells that nothing but the client changes anything: a stream comes to no status twice while it is open.
	Steady bool
	// Outages tells that the registry and the proxy may go away and come back.
	Outages bool
}
