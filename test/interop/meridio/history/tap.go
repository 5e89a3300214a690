package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	ambassador "github.com/nordix/meridio/api/ambassador/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// A Tap is one tap as its application sees it; every call and every list is recorded.
type Tap struct {
	number   int
	client   ambassador.TapClient
	recorder *Recorder
	watches  atomic.Int64
}

// NewTap makes a tap, by its number from 0, part of a history.
func NewTap(number int, conn *grpc.ClientConn, recorder *Recorder) *Tap {
	return &Tap{number: number, client: ambassador.NewTapClient(conn), recorder: recorder}
}

// Open asks for a stream, by its full name.
func (t *Tap) Open(ctx context.Context, stream string) {
	t.call(ctx, stream, OpenCalled, OpenAnswered, t.client.Open)
}

// Close asks for a stream no longer.
func (t *Tap) Close(ctx context.Context, stream string) {
	t.call(ctx, stream, CloseCalled, CloseAnswered, t.client.Close)
}

func (t *Tap) call(ctx context.Context, stream string, called, answered Kind,
	send func(context.Context, *ambassador.Stream, ...grpc.CallOption) (*emptypb.Empty, error)) {
	t.recorder.Add(Event{Kind: called, Tap: t.number, Stream: stream})
	_, err := send(ctx, StreamOf(stream))
	if ctx.Err() != nil {
		return
	}
	t.recorder.Add(Event{Kind: answered, Tap: t.number, Stream: stream, Error: textOf(err)})
}

// Watch records what a watch with this filter shows, until the context ends; lists, if above 0, ends it after as many.
// The first watch of a tap is the standing one.
func (t *Tap) Watch(ctx context.Context, filter string, lists int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	number := int(t.watches.Add(1) - 1)
	t.recorder.Add(Event{Kind: WatchBegun, Tap: t.number, Watch: number, Stream: filter})
	watch, err := t.client.Watch(ctx, StreamOf(filter))
	for n := 0; err == nil && (lists == 0 || n < lists); n++ {
		var list *ambassador.StreamResponse
		if list, err = watch.Recv(); err == nil {
			t.recorder.Add(Event{Kind: Listed, Tap: t.number, Watch: number, Statuses: StatusesOf(list)})
		}
	}
	if ctx.Err() != nil {
		err = nil
	}
	if errors.Is(err, io.EOF) {
		err = errEnded
	}
	t.recorder.Add(Event{Kind: WatchEnded, Tap: t.number, Watch: number, Error: textOf(err)})
}

// StreamOf is the stream, or the filter, of a full name; a part that it lacks is an absent parent.
func StreamOf(name string) *ambassador.Stream {
	parts := strings.SplitN(name, ".", 3)
	stream := &ambassador.Stream{Name: parts[0]}
	if len(parts) > 1 {
		stream.Conduit = &ambassador.Conduit{Name: parts[1]}
	}
	if len(parts) > 2 {
		stream.Conduit.Trench = &ambassador.Trench{Name: parts[2]}
	}
	return stream
}

// textOf is empty for no error, and for a refusal its status and what it says.
func textOf(err error) string {
	if err == nil {
		return ""
	}
	refusal := status.Convert(err)
	return fmt.Sprintf("%s: %s", refusal.Code(), refusal.Message())
}
