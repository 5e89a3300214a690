package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"syncline/interop/meridio/history"
)

// texts is a repeatable flag.
type texts []string

func (t *texts) String() string { return strings.Join(*t, " ") }

func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

// A question is what a history is made of.
type question struct {
	taps   texts
	nsp    string
	proxy  string
	plan   history.Plan
	limits history.Limits
}

// mostTold bounds the violations that are told with their events.
const mostTold = 5

var errViolated = errors.New("the history breaks rules")

// runHistory is several applications, each on a tap of its own, that open, watch and close the streams, while the
// registry's, the configuration's and the proxy's watches are recorded beside them.
func runHistory(ctx context.Context, flags *flag.FlagSet, args []string) error {
	q, err := askHistory(flags, args)
	if err != nil {
		return err
	}
	trench := history.StreamOf(q.plan.Streams[0]).GetConduit().GetTrench().GetName()
	events, end, err := q.record(ctx, trench)
	if err != nil {
		return err
	}
	summary := history.Summarize(events)
	violations := history.Check(events, end, q.limits)
	for i, v := range violations {
		if i < mostTold {
			history.Tell(os.Stderr, v, events)
		}
	}
	if err := printLine(map[string]any{
		"seed": q.plan.Seed, "cycles": q.plan.Cycles, "summary": summary, "violations": len(violations)}); err != nil {
		return err
	}
	if len(violations) > 0 {
		return errViolated
	}
	return nil
}

func askHistory(flags *flag.FlagSet, args []string) (*question, error) {
	var q question
	var settled string
	flags.Var(&q.taps, "tap", "address of a tap; each has an application of its own; repeatable")
	flags.StringVar(&q.nsp, "nsp", "", "address of the NSP, which must have no target of the trench")
	flags.StringVar(&q.proxy, "proxy", "", "address of the proxy; empty: do not look at connections")
	flags.IntVar(&q.plan.Cycles, "cycles", 100, "of each application")
	flags.Uint64Var(&q.plan.Seed, "seed", 1, "of chance")
	flags.DurationVar(&q.plan.Pause, "pause", 300*time.Millisecond, "longest between two cycles")
	flags.BoolVar(&q.plan.ByList, "by-list", false, "open all when nothing is listed, else close all, each -pause")
	flags.StringVar(&q.plan.Watched, "watched", "", "filter of the widest watches; others may use the taps for the rest")
	flags.DurationVar(&q.limits.Call, "call", time.Second, "bound of each call")
	flags.DurationVar(&q.limits.Settle, "settle", 5*time.Second, "bound of coming to rest after an Open and after a Close")
	flags.DurationVar(&q.limits.Lag, "lag", time.Second, "bound of tap and registry saying different things")
	flags.DurationVar(&q.limits.Transit, "transit", 250*time.Millisecond, "bound of a list that is under way")
	flags.StringVar(&settled, "settled", "OPEN", "statuses that an opened stream may rest in, separated by commas")
	flags.BoolVar(&q.limits.Steady, "steady", false, "an open stream never comes back to a status")
	flags.BoolVar(&q.limits.Outages, "outages", false, "NSP and proxy may end their watches")
	if err := parse(flags, args); err != nil {
		return nil, err
	}
	q.limits.Settled = strings.Split(settled, ",")
	q.plan.Streams = flags.Args()
	if len(q.taps) == 0 || len(q.plan.Streams) == 0 {
		return nil, fmt.Errorf("%w: -tap and a STREAM must be given", errAsked)
	}
	_, trench, _ := strings.Cut(q.plan.Streams[0], ".")
	_, trench, _ = strings.Cut(trench, ".")
	for _, name := range q.plan.Streams {
		if strings.Count(name, ".") != 2 || !strings.HasSuffix(name, "."+trench) {
			return nil, fmt.Errorf("%w: %q is no stream.conduit.trench of the same trench", errAsked, name)
		}
	}
	return &q, nil
}

// record drives all taps to their end, with every watch open from before until after. It gives what was seen, and until
// when it was looked at.
func (q *question) record(ctx context.Context, trench string) ([]history.Event, time.Duration, error) {
	recorder := history.NewRecorder()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	registry, err := dial("nsp", q.nsp)
	if err != nil {
		return nil, 0, err
	}
	defer registry.Close()
	go recorder.FollowTargets(ctx, registry, trench)
	go recorder.FollowConfig(ctx, registry, trench)
	begun := map[history.Kind]int{history.Targets: 1, history.Configured: 1, history.Listed: len(q.taps)}
	if q.proxy != "" {
		proxy, err := dial("proxy", q.proxy)
		if err != nil {
			return nil, 0, err
		}
		defer proxy.Close()
		go recorder.FollowConnections(ctx, proxy)
		begun[history.Connected] = 1
	}
	var taps []*history.Tap
	for i, address := range q.taps {
		conn, err := dial("tap", address)
		if err != nil {
			return nil, 0, err
		}
		defer conn.Close()
		tap := history.NewTap(i, conn, recorder)
		taps = append(taps, tap)
		go tap.Watch(ctx, q.plan.Watched, 0)
	}
	limited, stop := context.WithTimeoutCause(ctx, 10*time.Second, errors.New("no first list within 10s"))
	defer stop()
	if err := recorder.Await(limited, begun); err != nil {
		return nil, 0, err
	}
	var driven sync.WaitGroup
	for _, tap := range taps {
		driven.Go(func() { tap.Drive(ctx, q.plan, q.limits) })
	}
	driven.Wait()
	recorder.AwaitRest(ctx, q.limits)
	events, _ := recorder.Events()
	return events, recorder.Now(), ctx.Err()
}
