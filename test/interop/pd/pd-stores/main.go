// Pd-stores is the stores of a cluster: they join a PD over kvproto's stubs, each on a connection of its own, and send
// it heartbeats in rounds, as pd-heartbeat-bench does. The PD's cluster has to be new.
//
// Once they have joined, the event "joined" tells the cluster's id. Commands:
//
//	round   every region is told of on the stream of its leader's store, while each store tells of itself; from the
//	        second round on, some regions have moved their leaders, some have new epochs, some other flow
//	end     all streams are ended, and answered when the PD has read them to their ends
//	quit
//
// A refusal, on a stream or in the header of an answer, is the error of the command that meets it. The next round has to
// wait until the PD shows the digest of the one before: streams of two stores have no order, and a leader that has moved
// is told of on another one.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"syncline/interop/pd/console"
	"syncline/interop/pd/region"
)

func main() {
	layout := region.Layout{FirstID: firstRegionID}
	address := flag.String("pd", "", "HOST:PORT of the PD, plain text")
	forwarded := flag.Bool("forward", false, "the PD does not lead: it is asked to pass calls on to the leader that it names")
	flag.IntVar(&layout.Count, "regions", 10_000, "regions, which cover the key space")
	seed := flag.Uint("seed", 1, "of the regions")
	flag.Uint64Var(&layout.Stores, "stores", 10, "stores, at least 3")
	patience := flag.Duration("timeout", 20*time.Second, "give up a call, the sending of a round, or the end of the streams after this long")
	flag.Parse()
	layout.Seed = uint32(*seed)

	if err := run(layout, *address, *forwarded, *patience); err != nil {
		fmt.Fprintln(os.Stderr, "pd-stores:", err)
		os.Exit(1)
	}
}

func run(layout region.Layout, address string, forwarded bool, patience time.Duration) error {
	if layout.Count < 1 || layout.Stores < 3 {
		return fmt.Errorf("-regions %d and -stores %d: there must be a region and three stores", layout.Count, layout.Stores)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	stores, err := join(ctx, address, forwarded, layout.Stores, patience)
	if err != nil {
		return err
	}
	defer stores.close()
	tells := console.New()
	tells.Tell("joined", struct {
		Cluster uint64 `json:"cluster,string"`
	}{stores.header.GetClusterId()})
	go func() {
		defer stop()
		tells.Serve(os.Stdin, commands(ctx, stores, newPopulation(layout)))
	}()
	<-ctx.Done()
	return nil
}
