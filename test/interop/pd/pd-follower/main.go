// Pd-follower is the client half of PD's region syncer, with the LevelDB that a PD follower has, and without the rest of
// PD. It follows one leader at a time and says what it holds.
//
// Events: "state" when what it holds changes (looked at every 100 ms), "running" and "stopped", and "counted" once
// -regions are there. Commands: status, digest, get ID, latency, stop, follow [URL], quit.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"syncline/interop/pd/console"
	"syncline/interop/pd/peer"
)

func main() {
	var of settings
	flag.Uint64Var(&of.cluster, "cluster", 1, "cluster id, the same as the leader's")
	flag.StringVar(&of.name, "name", "pd-follower", "member name; a leader has one stream for each")
	flag.StringVar(&of.folder, "data", "", "folder of the LevelDB, kept; made when it is not there")
	flag.StringVar(&of.leader, "leader", "", "http://HOST:PORT of the leader")
	flag.Int64Var(&of.index, "index", -1, "history index to begin with, 0 to ask for a full sync; -1: the one in the folder")
	regions := flag.Int("regions", 0, "tell when this many regions are there; 0: do not")
	level := flag.String("log", "error", "level of PD's own log, on stderr")
	flag.Parse()

	if err := run(of, *regions, *level); err != nil {
		fmt.Fprintln(os.Stderr, "pd-follower:", err)
		os.Exit(1)
	}
}

func run(of settings, regions int, level string) error {
	if of.folder == "" || of.leader == "" {
		return errors.New("-data and -leader must be given")
	}
	if err := peer.LogToStderr(level); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	follower, err := open(ctx, of)
	if err != nil {
		return err
	}
	tests := console.New()
	follower.follow(of.leader)
	go follower.watch(ctx, tests, regions)
	go func() {
		defer stop()
		tests.Serve(os.Stdin, follower.commands())
	}()
	<-ctx.Done()
	return follower.close()
}
