// Meridio is a client of a tap, an NSP and a proxy on the stubs that Meridio and Network Service Mesh publish: it shares
// no line with what it talks to.
//
// It prints a JSON object a line. It exits 0 when it did what was asked, 1 when a server refused, a rule was broken or
// an answer was wrong, and 2 when it was asked wrongly.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

const usage = `usage: meridio COMMAND [flags] [STREAM ...]

  open, close              -tap ADDRESS  asks a tap for streams, or no longer
  watch                    -tap ADDRESS  prints the lists that a tap sends for one filter
  register, unregister     -nsp ADDRESS  writes targets to a registry
  targets                  -nsp ADDRESS  prints the lists that a registry sends
  config                   -nsp ADDRESS  prints the lists of all seven kinds of a trench
  filters                  -nsp ADDRESS  asks with many filters and compares with Meridio's own rules
  allocate, release        -ipam ADDRESS an address of a conduit
  request, disconnect      -proxy ADDRESS  a connection to a conduit
  monitor                  -proxy ADDRESS  prints what happens to connections
  available                -load-balancer ADDRESS  prints which streams have targets
  golden                                 prints every message as the published stubs write it
  history                  -tap, -nsp    opens, watches and closes at random, and checks what is seen meanwhile

A STREAM is stream.conduit.trench. As a filter it may have fewer parts, whose parents are then absent, and empty
parts, which match any name. An ADDRESS is HOST:PORT or unix:///PATH. meridio COMMAND -h lists the flags.
`

// errAsked is a question that cannot be asked.
var errAsked = errors.New("wrong usage")

// A command reads its flags and arguments and does its work until the context ends.
type command func(ctx context.Context, flags *flag.FlagSet, args []string) error

var commands = map[string]command{
	"open":       openStreams,
	"close":      closeStreams,
	"watch":      watchStreams,
	"register":   registerTarget,
	"unregister": unregisterTarget,
	"targets":    watchTargets,
	"config":     watchConfig,
	"filters":    compareFilters,
	"allocate":   allocateAddress,
	"release":    releaseAddress,
	"request":    requestConnection,
	"disconnect": closeConnection,
	"monitor":    monitorConnections,
	"available":  watchAvailability,
	"golden":     printGolden,
	"history":    runHistory,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	flags := flag.NewFlagSet("meridio "+args[0], flag.ContinueOnError)
	err := commands[args[0]](ctx, flags, args[1:])
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case ctx.Err() != nil && status.Code(err) == codes.Canceled: // A watch that a signal ended.
		return 0
	case errors.Is(err, errAsked):
		fmt.Fprintln(os.Stderr, "meridio:", err)
		return 2
	default:
		fmt.Fprintln(os.Stderr, "meridio:", said(err))
		return 1
	}
}

// said writes what a server refused with as `Code: message`, and any other error as it is.
func said(err error) string {
	if refusal, ok := status.FromError(err); ok {
		return fmt.Sprintf("%s: %s", refusal.Code(), refusal.Message())
	}
	return err.Error()
}

func dial(flagName, address string) (*grpc.ClientConn, error) {
	if address == "" {
		return nil, fmt.Errorf("%w: -%s must be given", errAsked, flagName)
	}
	return grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
}

func parse(flags *flag.FlagSet, args []string) error {
	err := flags.Parse(args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return fmt.Errorf("%w: %w", errAsked, err)
}

func printLine(value any) error {
	return json.NewEncoder(os.Stdout).Encode(value)
}
