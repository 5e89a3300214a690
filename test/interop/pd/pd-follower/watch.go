package main

import (
	"context"
	"time"

	"syncline/interop/pd/console"
	"syncline/interop/pd/peer"
)

const (
	// look is the resolution of the times that are told.
	look = time.Millisecond
	// tellEvery keeps a busy follower from writing more than a test wants to read.
	tellEvery = 100 * time.Millisecond
)

// A moment is a state, and when it was reached.
type moment struct {
	MS float64 `json:"ms"`
	state
	peer.Memory
}

// watch tells of changes until ctx ends.
func (f *follower) watch(ctx context.Context, tests *console.Console, regions int) {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	var told state
	var toldAt time.Time
	running, counted := false, regions == 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now, ms := f.state(), f.milliseconds()
		tell := func(event string) { tests.Tell(event, moment{ms, now, peer.MeasureMemory()}) }
		if now.Running != running {
			running = now.Running
			tell(map[bool]string{true: "running", false: "stopped"}[running])
		}
		if !counted && now.Regions >= regions {
			counted = true
			tell("counted")
		}
		if now != told && time.Since(toldAt) >= tellEvery {
			told, toldAt = now, time.Now()
			tell("state")
		}
	}
}
