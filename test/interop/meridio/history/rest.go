package history

import (
	"context"
	"fmt"
	"time"
)

const lookEvery = 50 * time.Millisecond

// standingList is the last list of the standing watch of a tap.
func (r *Recorder) standingList(tap int) []Status {
	events, _ := r.Events()
	for i := len(events) - 1; i >= 0; i-- {
		if e := events[i]; e.Kind == Listed && e.Tap == tap && e.Watch == 0 {
			return e.Statuses
		}
	}
	return nil
}

// Await waits until each of the kinds was seen as often as told.
func (r *Recorder) Await(ctx context.Context, seen map[Kind]int) error {
	for {
		events, changed := r.Events()
		missing := map[Kind]int{}
		for kind, n := range seen {
			missing[kind] = n
		}
		for _, e := range events {
			if missing[e.Kind]--; missing[e.Kind] <= 0 {
				delete(missing, e.Kind)
			}
		}
		if len(missing) == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %v: %w", missing, context.Cause(ctx))
		}
	}
}

// AwaitRest waits until nothing is listed, registered or connected, and then as long as a late message may take; at the
// most for what the limits allow before all that is a violation.
func (r *Recorder) AwaitRest(ctx context.Context, limits Limits) {
	deadline := r.Now() + limits.Settle + limits.Lag
	for r.Now() < deadline && !r.atRest() && ctx.Err() == nil {
		pause(ctx, lookEvery)
	}
	pause(ctx, limits.Transit)
}

func (r *Recorder) atRest() bool {
	events, _ := r.Events()
	w := newWorld(Limits{})
	for _, e := range events {
		w.apply(e)
	}
	for _, c := range w.clients {
		if v := c.views[0]; v != nil && len(v.list) > 0 {
			return false
		}
	}
	return w.targetsKnown && len(w.targets) == 0 && len(w.connections) == 0
}
