// Pd-leader is the server half of PD's region syncer behind a gRPC server, with regions of its own making in place of
// stores that send heartbeats. It prints "listening HOST:PORT" once it serves.
//
// Commands, each answered when the syncer has recorded what it caused:
//
//	change K KIND   K regions change: leader, epoch, stamp (the version becomes the time in microseconds), split, merge
//	edit K KIND     the same behind the syncer's back, as if this leader had got its regions elsewhere
//	remove K        K neighbours in the middle vanish, which PD's protocol has no word for
//	churn N KIND    N changes a second from now on; 0 ends it
//	restart         all streams end, and the syncer begins anew at the same index with an empty history
//	status, digest, quit
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"syncline/interop/pd/console"
	"syncline/interop/pd/peer"
	"syncline/interop/pd/region"
)

func main() {
	var layout region.Layout
	cluster := flag.Uint64("cluster", 1, "cluster id")
	address := flag.String("listen", "127.0.0.1:0", "HOST:PORT, plain text")
	flag.IntVar(&layout.Count, "regions", 10_000, "regions to begin with, held but not in the history")
	seed := flag.Uint("seed", 1, "of the regions")
	flag.Uint64Var(&layout.FirstID, "first-id", 4_000_000, "id of the first region; each takes four")
	flag.Uint64Var(&layout.Stores, "stores", 10, "stores that the peers are spread over, at least 3")
	index := flag.Int64("index", -1, "history index to begin with; -1: the number of regions, as if each had been recorded")
	level := flag.String("log", "error", "level of PD's own log, on stderr")
	flag.Parse()
	layout.Seed = uint32(*seed)
	if *index == -1 {
		*index = int64(layout.Count)
	}

	if err := run(layout, *cluster, *address, *index, *level); err != nil {
		fmt.Fprintln(os.Stderr, "pd-leader:", err)
		os.Exit(1)
	}
}

func run(layout region.Layout, cluster uint64, address string, index int64, level string) error {
	if index < 0 {
		return fmt.Errorf("-index %d: there is no such index", index)
	}
	if layout.Count < 1 || layout.Stores < 3 {
		return fmt.Errorf("-regions %d and -stores %d: there must be a region and three stores", layout.Count, layout.Stores)
	}
	if err := peer.LogToStderr(level); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	world := newWorld(layout)
	leader, err := serve(ctx, cluster, address, world, uint64(index))
	if err != nil {
		return err
	}
	defer leader.close()
	fmt.Println("listening", leader.address)
	go func() {
		defer stop()
		console.New().Serve(os.Stdin, leader.commands())
	}()
	<-ctx.Done()
	return nil
}
