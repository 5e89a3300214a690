package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	ambassador "github.com/nordix/meridio/api/ambassador/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"syncline/interop/meridio/history"
)

type tapCall func(context.Context, *ambassador.Stream, ...grpc.CallOption) (*emptypb.Empty, error)

func openStreams(ctx context.Context, flags *flag.FlagSet, args []string) error {
	return callTap(ctx, flags, args, func(client ambassador.TapClient) tapCall { return client.Open })
}

func closeStreams(ctx context.Context, flags *flag.FlagSet, args []string) error {
	return callTap(ctx, flags, args, func(client ambassador.TapClient) tapCall { return client.Close })
}

// callTap sends one call for each stream, in their order, and prints how long each took.
func callTap(ctx context.Context, flags *flag.FlagSet, args []string,
	choose func(ambassador.TapClient) tapCall) error {
	address := flags.String("tap", "", "address of the tap")
	deadline := flags.Duration("deadline", 5*time.Second, "of each call")
	if err := parse(flags, args); err != nil {
		return err
	}
	streams, err := filtersOf(flags.Args())
	if err != nil {
		return err
	}
	if len(streams) == 0 {
		return fmt.Errorf("%w: no STREAM", errAsked)
	}
	conn, err := dial("tap", *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	call := choose(ambassador.NewTapClient(conn))
	for i, stream := range streams {
		limited, cancel := context.WithTimeout(ctx, *deadline)
		began := time.Now()
		_, err := call(limited, stream)
		cancel()
		if err != nil {
			return err
		}
		line := map[string]any{"stream": flags.Arg(i), "ms": time.Since(began).Milliseconds()}
		if err := printLine(line); err != nil {
			return err
		}
	}
	return nil
}

func watchStreams(ctx context.Context, flags *flag.FlagSet, args []string) error {
	address := flags.String("tap", "", "address of the tap")
	count := flags.Int("count", 0, "end after this many lists; 0: when the server ends it, or by a signal")
	if err := parse(flags, args); err != nil {
		return err
	}
	filter, err := oneFilter(flags.Args())
	if err != nil {
		return err
	}
	conn, err := dial("tap", *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	watch, err := ambassador.NewTapClient(conn).Watch(ctx, filter)
	if err != nil {
		return err
	}
	return printEach(watch, *count, func(list *ambassador.StreamResponse) any {
		return map[string]any{"streams": history.StatusesOf(list)}
	})
}

// A stream of messages of one type, as each generated client has it.
type receiver[M any] interface {
	Recv() (M, error)
}

// printEach prints what comes, at the most count messages when that is above 0. That a server ends the stream is an
// error, as none should.
func printEach[M any](from receiver[M], count int, show func(M) any) error {
	for n := 0; count == 0 || n < count; n++ {
		message, err := from.Recv()
		if errors.Is(err, io.EOF) {
			return errors.New("the server ended the stream")
		}
		if err != nil {
			return err
		}
		if err := printLine(show(message)); err != nil {
			return err
		}
	}
	return nil
}
