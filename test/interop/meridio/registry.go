package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	nsp "github.com/nordix/meridio/api/nsp/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"syncline/interop/meridio/history"
)

type registryCall func(context.Context, *nsp.Target, ...grpc.CallOption) (*emptypb.Empty, error)

func registerTarget(ctx context.Context, flags *flag.FlagSet, args []string) error {
	return callRegistry(ctx, flags, args, func(client nsp.TargetRegistryClient) registryCall { return client.Register })
}

func unregisterTarget(ctx context.Context, flags *flag.FlagSet, args []string) error {
	return callRegistry(ctx, flags, args, func(client nsp.TargetRegistryClient) registryCall { return client.Unregister })
}

func callRegistry(ctx context.Context, flags *flag.FlagSet, args []string,
	choose func(nsp.TargetRegistryClient) registryCall) error {
	address := flags.String("nsp", "", "address of the NSP")
	ips := flags.String("ips", "", "addresses with their lengths, separated by commas")
	identifier := flags.String("identifier", "", "of the target; empty leaves the context empty")
	read := targetFlags(flags, "ENABLED")
	if err := parse(flags, args); err != nil {
		return err
	}
	target, err := read()
	if err != nil {
		return err
	}
	if *ips != "" {
		target.Ips = strings.Split(*ips, ",")
	}
	if *identifier != "" {
		target.Context = map[string]string{"identifier": *identifier}
	}
	conn, err := dial("nsp", *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	limited, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err = choose(nsp.NewTargetRegistryClient(conn))(limited, target)
	return err
}

func watchTargets(ctx context.Context, flags *flag.FlagSet, args []string) error {
	address := flags.String("nsp", "", "address of the NSP")
	count := flags.Int("count", 0, "end after this many lists; 0: when the server ends it, or by a signal")
	read := targetFlags(flags, "ANY")
	if err := parse(flags, args); err != nil {
		return err
	}
	filter, err := read()
	if err != nil {
		return err
	}
	conn, err := dial("nsp", *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	watch, err := nsp.NewTargetRegistryClient(conn).Watch(ctx, filter)
	if err != nil {
		return err
	}
	return printEach(watch, *count, func(list *nsp.TargetResponse) any {
		return map[string]any{"targets": history.TargetsOf(list)}
	})
}

// targetFlags adds the flags of a target; what it gives reads them, once they are parsed. No STREAM is an absent one.
func targetFlags(flags *flag.FlagSet, status string) func() (*nsp.Target, error) {
	state := flags.String("status", status, "ENABLED, DISABLED or ANY")
	kind := flags.String("type", "DEFAULT", "DEFAULT or FRONTEND")
	return func() (*nsp.Target, error) {
		number, known := nsp.Target_Status_value[*state]
		if !known {
			return nil, fmt.Errorf("%w: -status %s", errAsked, *state)
		}
		numberOfType, known := nsp.Target_Type_value[*kind]
		if !known {
			return nil, fmt.Errorf("%w: -type %s", errAsked, *kind)
		}
		target := &nsp.Target{Status: nsp.Target_Status(number), Type: nsp.Target_Type(numberOfType)}
		if flags.NArg() == 0 {
			return target, nil
		}
		stream, err := oneFilter(flags.Args())
		if err != nil {
			return nil, err
		}
		target.Stream = toNSP(stream)
		return target, nil
	}
}
