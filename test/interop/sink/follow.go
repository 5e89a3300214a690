package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
)

// An ending is when to stop reading: whichever comes first of those that are set, or the server's own end.
type ending struct {
	atSync  bool
	updates int
	polls   int
	quiet   time.Duration
	after   time.Duration
}

// A result is what was seen until then.
type result struct {
	Notifications int      `json:"notifications"`
	Updates       int      `json:"updates"`
	Deletes       int      `json:"deletes"`
	Duplicates    uint64   `json:"duplicates"`
	Syncs         int      `json:"syncs"`
	SyncMS        float64  `json:"sync_ms"`
	TotalMS       float64  `json:"total_ms"`
	Ended         string   `json:"ended"`
	Distinct      int      `json:"leaf_count"`
	Digest        string   `json:"digest"`
	Leaves        []string `json:"leaves,omitempty"`
	Error         *failure `json:"error,omitempty"`

	tree tree
}

type failure struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

type received struct {
	response *gnmi.SubscribeResponse
	err      error
}

// follow reads the stream until an ending, and fails with the server's status.
func follow(stream gnmi.GNMI_SubscribeClient, begun time.Time, stop ending) (result, error) {
	done := make(chan struct{})
	defer close(done)
	messages := make(chan received, 64) // Full: the reader waits, and with it the server.
	go func() {
		for {
			response, err := stream.Recv()
			select {
			case messages <- received{response, err}:
			case <-done:
				return
			}
			if err != nil {
				return
			}
		}
	}()

	seen := result{tree: tree{}}
	var deadline, quiet <-chan time.Time
	if stop.after > 0 {
		deadline = time.After(stop.after)
	}
	var err error
	for seen.Ended == "" {
		select {
		case message := <-messages:
			if message.err != nil {
				seen.Ended = "server"
				if !errors.Is(message.err, io.EOF) {
					err = message.err
				}
				break
			}
			var polled bool
			if polled, err = seen.take(message.response, begun, stop); err != nil {
				seen.Ended = "fault"
			} else if polled {
				poll := &gnmi.SubscribeRequest{Request: &gnmi.SubscribeRequest_Poll{Poll: &gnmi.Poll{}}}
				if err = stream.Send(poll); err != nil {
					seen.Ended = "server"
				}
			}
			if stop.quiet > 0 && seen.Syncs > 0 {
				quiet = time.After(stop.quiet)
			}
		case <-quiet:
			seen.Ended = "quiet"
		case <-deadline:
			seen.Ended = "duration"
		}
	}
	seen.TotalMS = since(begun)
	seen.Distinct, seen.Digest = len(seen.tree), seen.tree.digest()
	return seen, err
}

// take counts one message, sets Ended when it was the last one wanted, and tells whether to poll again.
func (r *result) take(response *gnmi.SubscribeResponse, begun time.Time, stop ending) (poll bool, err error) {
	switch {
	case response.GetUpdate() != nil:
		n := response.GetUpdate()
		if n.GetTimestamp() == 0 {
			return false, fmt.Errorf("a notification has no timestamp: %v", n)
		}
		r.Notifications++
		r.Updates += len(n.GetUpdate())
		r.Deletes += len(n.GetDelete())
		for _, update := range n.GetUpdate() {
			r.Duplicates += uint64(update.GetDuplicates())
		}
		r.tree.apply(n)
		if stop.updates > 0 && r.Updates >= stop.updates {
			r.Ended = "count"
		}
	case response.GetSyncResponse():
		if r.Syncs++; r.Syncs == 1 {
			r.SyncMS = since(begun)
		}
		if stop.atSync || (stop.polls > 0 && r.Syncs > stop.polls) {
			r.Ended = "sync"
		}
		return stop.polls > 0 && r.Ended == "", nil
	default:
		return false, fmt.Errorf("a response is neither an update nor sync_response: %v", response)
	}
	return false, nil
}

func since(begun time.Time) float64 { return float64(time.Since(begun).Microseconds()) / 1000 }
