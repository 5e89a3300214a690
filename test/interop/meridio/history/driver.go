package history

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// A Plan is what the application of a tap does.
type Plan struct {
	// Streams is full names.
	Streams []string
	// Watched is the filter that no watch is wider than; others may use the tap for what it leaves out.
	Watched string
	Cycles  int
	// Pause is the longest between two cycles; by list, it is each.
	Pause time.Duration
	Seed  uint64
	// ByList opens all when the tap's list is empty and closes all when it is not, instead of what chance says.
	ByList bool
}

// watchesAtOnce bounds the watches that a driver has open besides the standing one.
const watchesAtOnce = 8

// A driver is the application of one tap. Calls for one stream are one after the other, so what is asked is known.
type driver struct {
	tap     *Tap
	plan    Plan
	limits  Limits
	random  *rand.Rand
	open    map[string]bool
	watches sync.WaitGroup
	slots   chan struct{}
}

// Drive opens, watches and closes as planned, and leaves everything closed. The standing watch must have begun.
func (t *Tap) Drive(ctx context.Context, plan Plan, limits Limits) {
	d := &driver{
		tap:    t,
		plan:   plan,
		limits: limits,
		random: rand.New(rand.NewPCG(plan.Seed, uint64(t.number))),
		open:   map[string]bool{},
		slots:  make(chan struct{}, watchesAtOnce),
	}
	for range plan.Cycles {
		if ctx.Err() != nil {
			return
		}
		if plan.ByList {
			d.byList(ctx)
			pause(ctx, plan.Pause)
		} else {
			d.byChance(ctx)
			d.pauseByChance(ctx)
		}
	}
	for _, stream := range plan.Streams {
		if d.open[stream] {
			d.call(ctx, stream, false)
		}
	}
	d.watches.Wait()
}

func (d *driver) byList(ctx context.Context) {
	open := len(d.tap.recorder.standingList(d.tap.number)) == 0
	for _, stream := range d.plan.Streams {
		d.call(ctx, stream, open)
	}
}

func (d *driver) byChance(ctx context.Context) {
	stream := d.plan.Streams[d.random.IntN(len(d.plan.Streams))]
	switch n := d.random.IntN(100); {
	case n < 50:
		d.call(ctx, stream, !d.open[stream])
	case n < 60: // What it is already.
		d.call(ctx, stream, d.open[stream])
	case n < 72: // So close together that the tap has not acted on one when the next comes.
		for range 2 + d.random.IntN(4) {
			d.call(ctx, stream, !d.open[stream])
		}
	case n < 84:
		d.all(ctx)
	default:
		d.watch(ctx, stream)
	}
}

// all changes every stream at once.
func (d *driver) all(ctx context.Context) {
	var calls sync.WaitGroup
	for _, stream := range d.plan.Streams {
		open := !d.open[stream]
		d.open[stream] = open
		calls.Go(func() { d.send(ctx, stream, open) })
	}
	calls.Wait()
}

// watch opens a watch with a filter that is near a stream, for a few lists or a while, unless there are too many.
func (d *driver) watch(ctx context.Context, stream string) {
	conduit := StreamOf(stream).GetConduit().GetName()
	filters := []string{d.plan.Watched, stream, "." + conduit, StreamOf(stream).GetName(), "nobody." + conduit}
	filter := filters[d.random.IntN(len(filters))]
	lists, most := 1+d.random.IntN(5), time.Duration(1+d.random.IntN(2_000))*time.Millisecond
	select {
	case d.slots <- struct{}{}:
	default:
		return
	}
	d.watches.Go(func() {
		defer func() { <-d.slots }()
		// A deadline would be told to the tap, which then ends the watch itself.
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer time.AfterFunc(most, cancel).Stop()
		d.tap.Watch(ctx, filter, lists)
	})
}

// pauseByChance is mostly short, so that much happens at once, and sometimes until everything has come to rest.
func (d *driver) pauseByChance(ctx context.Context) {
	longest := float64(d.plan.Pause)
	switch n := d.random.IntN(100); {
	case n < 60:
		longest /= 20
	case n < 90:
		longest /= 4
	case n >= 95:
		d.rest(ctx)
	}
	pause(ctx, time.Duration(d.random.Float64()*longest))
}

// rest waits until every stream that is asked for is listed in a status that it may rest in, or until it should be.
func (d *driver) rest(ctx context.Context) {
	deadline := d.tap.recorder.Now() + d.limits.Settle
	for d.tap.recorder.Now() < deadline && ctx.Err() == nil {
		list := d.tap.recorder.standingList(d.tap.number)
		at := func(stream string) bool {
			return slices.ContainsFunc(list, func(s Status) bool {
				return s.Stream == stream && slices.Contains(d.limits.Settled, s.Status)
			})
		}
		if !slices.ContainsFunc(d.plan.Streams, func(s string) bool { return d.open[s] && !at(s) }) {
			return
		}
		pause(ctx, lookEvery)
	}
}

func (d *driver) call(ctx context.Context, stream string, open bool) {
	d.open[stream] = open
	d.send(ctx, stream, open)
}

func (d *driver) send(ctx context.Context, stream string, open bool) {
	if open {
		d.tap.Open(ctx, stream)
	} else {
		d.tap.Close(ctx, stream)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
