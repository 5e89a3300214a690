package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"sync"

	ambassador "github.com/nordix/meridio/api/ambassador/v1"
	nsp "github.com/nordix/meridio/api/nsp/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// toNSP is the stream in the words of the NSP, with the parents that it has.
func toNSP(stream *ambassador.Stream) *nsp.Stream {
	out := &nsp.Stream{Name: stream.Name}
	if stream.Conduit != nil {
		out.Conduit = &nsp.Conduit{Name: stream.Conduit.Name}
		if stream.Conduit.Trench != nil {
			out.Conduit.Trench = stream.Conduit.Trench.ToNSP()
		}
	}
	return out
}

// watchConfig prints each list of each kind as {"kind": …, "list": …} until a signal, or until all kinds have sent
// -count lists.
func watchConfig(ctx context.Context, flags *flag.FlagSet, args []string) error {
	address := flags.String("nsp", "", "address of the NSP")
	name := flags.String("trench", "", "name of the trench")
	count := flags.Int("count", 0, "end after this many lists of each kind; 0: by a signal")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *name == "" {
		return fmt.Errorf("%w: -trench must be given", errAsked)
	}
	conn, err := dial("nsp", *address)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := nsp.NewConfigurationManagerClient(conn)
	var one sync.Mutex
	ended := make(chan error, len(kinds))
	for _, kind := range kinds {
		go func() {
			ended <- follow(ctx, client, kind, *name, *count, func(list proto.Message) error {
				text, err := protojson.Marshal(list)
				if err != nil {
					return err
				}
				one.Lock()
				defer one.Unlock()
				return printLine(map[string]any{"kind": kind.name, "list": json.RawMessage(text)})
			})
		}()
	}
	var failed error
	for range kinds {
		if err := <-ended; err != nil && failed == nil {
			failed = err
			cancel()
		}
	}
	return failed
}

// follow gives each list of a kind to show, at the most count when that is above 0.
func follow(ctx context.Context, client nsp.ConfigurationManagerClient, kind kind, trench string, count int,
	show func(proto.Message) error) error {
	receive, err := kind.watchAll(ctx, client, &nsp.Trench{Name: trench})
	if err != nil {
		return err
	}
	for n := 0; count == 0 || n < count; n++ {
		list, err := receive()
		if err != nil {
			return errors.Join(fmt.Errorf("the watch of %s ended", kind.name), err)
		}
		if err := show(list); err != nil {
			return err
		}
	}
	return nil
}
