package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/pingcap/kvproto/pkg/pdpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

const capacity = 4 << 40

// A store has a connection, and on it a stream of heartbeats.
type store struct {
	id     uint64
	conn   *grpc.ClientConn
	pd     pdpb.PDClient
	stream pdpb.PD_RegionHeartbeatClient
	// cut ends the stream from this side.
	cut context.CancelFunc
	// ended has what ended the stream, see isEnd, or the first refusal on it.
	ended chan error
}

// connect makes a store that has no stream yet; the connection may not be there yet.
func connect(id uint64, address string, onward *forward) (*store, error) {
	plaintext := grpc.WithTransportCredentials(insecure.NewCredentials())
	conn, err := grpc.Dial(address, append(onward.options(), plaintext)...)
	if err != nil {
		return nil, err
	}
	return &store{id: id, conn: conn, pd: pdpb.NewPDClient(conn), ended: make(chan error, 1)}, nil
}

func (s *store) meta() *metapb.Store {
	return &metapb.Store{Id: s.id, Address: fmt.Sprintf("store-%d:20160", s.id), Version: storeVersion}
}

// open opens the stream and reads it to its end; what a PD would have done by a store is passed over.
func (s *store) open(ctx context.Context) (err error) {
	ctx, s.cut = context.WithCancel(ctx)
	if s.stream, err = s.pd.RegionHeartbeat(ctx); err != nil {
		return err
	}
	go func() {
		for {
			if _, err := checked(s.stream.Recv()); err != nil {
				s.ended <- err
				return
			}
		}
	}()
	return nil
}

// tell sends the heartbeats of the regions that it leads. A PD that does not read them until ctx ends loses the stream.
func (s *store) tell(ctx context.Context, regions *population, header *pdpb.RequestHeader) error {
	defer context.AfterFunc(ctx, s.cut)()
	for _, held := range regions.all {
		if held.GetLeader().GetStoreId() != s.id {
			continue
		}
		if err := s.stream.Send(regions.heartbeat(held, header)); err != nil {
			return errors.Join(fmt.Errorf("a heartbeat of store %d: %w", s.id, err), s.failure())
		}
	}
	return s.failure()
}

// tellOfItself sends what a store reports beside its regions.
func (s *store) tellOfItself(ctx context.Context, regions *population, header *pdpb.RequestHeader) error {
	stats := regions.statistics(s.id)
	stats.Capacity, stats.Available = capacity, capacity/2
	heartbeat := &pdpb.StoreHeartbeatRequest{Header: header, Stats: stats}
	if _, err := checked(s.pd.StoreHeartbeat(ctx, heartbeat)); err != nil {
		return fmt.Errorf("StoreHeartbeat %d: %w", s.id, err)
	}
	resolved := &pdpb.ReportMinResolvedTsRequest{Header: header, StoreId: s.id, MinResolvedTs: regions.end}
	if _, err := checked(s.pd.ReportMinResolvedTS(ctx, resolved)); err != nil {
		return fmt.Errorf("ReportMinResolvedTS %d: %w", s.id, err)
	}
	return nil
}

// failure is why the stream is not as it should be, if that has been told.
func (s *store) failure() error {
	select {
	case err := <-s.ended:
		return fmt.Errorf("the stream of store %d: %w", s.id, err)
	default:
		return nil
	}
}

// end ends the stream: the PD has read all of it when this returns without an error.
func (s *store) end(ctx context.Context) error {
	if err := s.stream.CloseSend(); err != nil {
		return err
	}
	select {
	case err := <-s.ended:
		if isEnd(err) {
			return nil
		}
		return fmt.Errorf("the stream of store %d: %w", s.id, err)
	case <-ctx.Done():
		return fmt.Errorf("the stream of store %d was not ended: %w", s.id, ctx.Err())
	}
}

// isEnd says whether a PD ends a stream so whose end it has read: with OK, or, as PD of 2024 does, with its own io.EOF.
func isEnd(err error) bool {
	told := status.Convert(err)
	return err == io.EOF || told.Code() == codes.Unknown && told.Message() == io.EOF.Error()
}
