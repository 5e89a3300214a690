// Raw-reader opens SyncRegions as a follower does and only counts what arrives: what the wire and the leader alone
// cost. It decodes nothing but the top level of a frame.
//
// It ends at the first empty frame, at the first frame with an error, or with -regions once that many have come, which
// is how a sync from a PD of 2024 is told to be over: that sends an empty frame with its next keepalive only. It prints
// one JSON object, and exits 1 when the stream ended before.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	address := flag.String("address", "", "HOST:PORT of the leader, plain text")
	cluster := flag.Uint64("cluster", 1, "cluster id")
	name := flag.String("name", "raw-reader", "member name; a leader has one stream for each")
	index := flag.Uint64("index", 0, "start_index of the request; 0 asks for a full sync")
	regions := flag.Int("regions", 0, "end when this many have come; 0: at the first empty frame")
	window := flag.Int("window", 0, "bytes of the stream's and connection's flow control window; 0: gRPC's own, which adapts")
	patience := flag.Duration("timeout", 2*time.Minute, "give up after this long")
	flag.Parse()

	ctx, cancel := context.WithTimeout(context.Background(), *patience)
	defer cancel()
	request, err := (&pdpb.SyncRegionRequest{
		Header:     &pdpb.RequestHeader{ClusterId: *cluster},
		Member:     &pdpb.Member{Name: *name, MemberId: 3, ClientUrls: []string{"http://127.0.0.1:1"}},
		StartIndex: *index,
	}).Marshal()
	var seen count
	if err == nil {
		seen, err = read(ctx, *address, int32(*window), request, *regions)
	}
	text, _ := json.Marshal(seen)
	fmt.Println(string(text))
	if err != nil {
		fmt.Fprintln(os.Stderr, "raw-reader:", err)
		os.Exit(1)
	}
}

// read counts until the end that is asked for, or until the stream ends, which is an error.
func read(ctx context.Context, address string, window int32, request []byte, regions int) (count, error) {
	var seen count
	conn, err := grpc.DialContext(ctx, address,
		grpc.WithBlock(), // so that connecting is not measured
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithInitialWindowSize(window),
		grpc.WithInitialConnWindowSize(window),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(verbatim{}), grpc.MaxCallRecvMsgSize(math.MaxInt32)))
	if err != nil {
		return seen, err
	}
	defer conn.Close()

	begun := time.Now()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/pdpb.PD/SyncRegions")
	if err != nil {
		return seen, err
	}
	if err := stream.SendMsg(request); err != nil {
		return seen, err
	}
	for {
		var frame []byte
		if err := stream.RecvMsg(&frame); err != nil {
			return seen, err
		}
		over, err := seen.add(frame, time.Since(begun))
		if err != nil || over || regions > 0 && seen.Regions >= regions {
			return seen, err
		}
	}
}
