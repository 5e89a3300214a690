// Faketarget is openconfig's fake gNMI target, from its published module, on a port of its own: an independent device
// for our datastore and the collector to follow. It plays the responses of a file to every Subscribe and then holds
// the stream open.
//
// The fake has no Capabilities, which a gNMI target must answer; -capabilities gives it one.
// It prints "listening HOST:PORT" once it serves, and ends on INT or TERM.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/openconfig/gnmi/proto/gnmi"
	fake "github.com/openconfig/gnmi/testing/fake/gnmi"
	fakepb "github.com/openconfig/gnmi/testing/fake/proto"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/prototext"
)

func main() {
	config := flag.String("config", "", "gnmi.fake.Config as text proto")
	port := flag.Int("port", 0, "port to serve on, plain text; 0 takes a free one")
	capable := flag.Bool("capabilities", true, "answer Capabilities; the fake itself leaves it unimplemented")
	syncs := flag.Bool("sync_response", true, "play the sync_response of the file, too")
	flag.Set("logtostderr", "true")
	flag.Parse()
	if err := serve(*config, *port, *capable, *syncs); err != nil {
		fmt.Fprintln(os.Stderr, "faketarget:", err)
		os.Exit(1)
	}
}

func serve(path string, port int, capable, syncs bool) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	config := &fakepb.Config{}
	if err := prototext.Unmarshal(text, config); err != nil {
		return fmt.Errorf("%s is no gnmi.fake.Config: %w", path, err)
	}
	config.Port = int32(port)
	config.DisableEof = true
	if !syncs {
		played := config.GetFixed()
		played.Responses = slices.DeleteFunc(played.GetResponses(), func(r *gnmi.SubscribeResponse) bool {
			return r.GetSyncResponse()
		})
	}

	var options []grpc.ServerOption
	if capable {
		options = append(options, grpc.UnaryInterceptor(answerCapabilities))
	}
	agent, err := fake.New(config, options)
	if err != nil {
		return err
	}
	defer agent.Close()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	fmt.Println("listening", strings.Replace(agent.Address(), "localhost", "127.0.0.1", 1))
	<-ctx.Done()
	return nil
}

func answerCapabilities(
	ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler,
) (any, error) {
	if info.FullMethod != gnmi.GNMI_Capabilities_FullMethodName {
		return handler(ctx, request)
	}
	return &gnmi.CapabilityResponse{
		SupportedModels:    []*gnmi.ModelData{{Name: "fake", Organization: "openconfig", Version: "0.14.1"}},
		SupportedEncodings: []gnmi.Encoding{gnmi.Encoding_JSON, gnmi.Encoding_PROTO},
		GNMIVersion:        "0.10.0",
	}, nil
}
