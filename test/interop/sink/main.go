// Sink is a gNMI subscriber that keeps what it was told and says what it then knows: counts, the time to
// sync_response, and a digest over the last value of each leaf, so that two servers can be compared.
//
// It exits 0 when it ended as asked, and 1 with the status when the RPC failed.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/openconfig/gnmi/proto/gnmi"
)

// texts is a repeatable flag.
type texts []string

func (t *texts) String() string { return strings.Join(*t, " ") }

func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

func main() {
	var ask question
	var stop ending
	var paths texts
	address := flag.String("address", "", "HOST:PORT of the server, plain text")
	flag.StringVar(&ask.target, "target", "", "prefix.target")
	flag.StringVar(&ask.origin, "origin", "", "prefix.origin; the collector wants openconfig")
	flag.Var(&paths, "path", "path in gNMI's string form; repeatable; none means the root")
	flag.StringVar(&ask.mode, "mode", "STREAM", "STREAM, ONCE or POLL")
	flag.StringVar(&ask.submode, "submode", "ON_CHANGE", "TARGET_DEFINED, ON_CHANGE or SAMPLE")
	flag.DurationVar(&ask.sample, "sample-interval", 0, "for SAMPLE")
	flag.BoolVar(&ask.updatesOnly, "updates-only", false, "no initial values")
	flag.StringVar(&ask.encoding, "encoding", "PROTO", "encoding asked for")
	flag.BoolVar(&stop.atSync, "until-sync", false, "end at the first sync_response")
	flag.IntVar(&stop.updates, "count", 0, "end after this many updates; 0: do not count")
	flag.IntVar(&stop.polls, "polls", 0, "POLL: polls to make after the first sync_response, then end")
	flag.DurationVar(&stop.quiet, "quiet", 0, "end when nothing came for this long after a sync_response")
	flag.DurationVar(&stop.after, "duration", 0, "end after this long, whatever came")
	traceparent := flag.String("traceparent", "", "W3C trace context that the RPC belongs to")
	asJSON := flag.Bool("json", false, "print one JSON object")
	leaves := flag.Bool("leaves", false, "print the leaves too")
	flag.Parse()

	result, err := subscribeTo(*address, *traceparent, ask, paths, stop)
	if *leaves {
		result.Leaves = result.tree.lines()
	}
	print(result, err, *asJSON)
	if err != nil {
		os.Exit(1)
	}
}

func subscribeTo(address, traceparent string, ask question, paths []string, stop ending) (result, error) {
	request, err := ask.request(paths)
	if err != nil {
		return result{}, err
	}
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)))
	if err != nil {
		return result{}, err
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if traceparent != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "traceparent", traceparent)
	}
	stream, err := gnmi.NewGNMIClient(conn).Subscribe(ctx)
	if err != nil {
		return result{}, err
	}
	begun := time.Now()
	if err := stream.Send(request); err != nil {
		return result{}, err
	}
	return follow(stream, begun, stop)
}

func print(result result, err error, asJSON bool) {
	if err != nil {
		result.Error = &failure{Code: status.Code(err).String(), Text: status.Convert(err).Message()}
	}
	if asJSON {
		text, _ := json.Marshal(result)
		fmt.Println(string(text))
		return
	}
	fmt.Printf("%d leaves  %s\n", result.Distinct, result.Digest)
	fmt.Printf("%d notifications, %d updates, %d deletes, %d duplicates, %d sync_responses\n",
		result.Notifications, result.Updates, result.Deletes, result.Duplicates, result.Syncs)
	fmt.Printf("sync after %.1f ms, ended by %s after %.1f ms\n", result.SyncMS, result.Ended, result.TotalMS)
	for _, line := range result.Leaves {
		fmt.Println(line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sink:", err)
	}
}
