package main

import (
	"context"
	"errors"
	"time"

	"github.com/pingcap/kvproto/pkg/pdpb"
)

// stores are those of one cluster. One goroutine at a time tells them what to do.
type stores struct {
	all    []*store
	header *pdpb.RequestHeader
	// patience is how long a call may take, and what all of them do at once.
	patience time.Duration
}

// round has every store tell of its regions and, at the same time, of itself.
func (s *stores) round(ctx context.Context, regions *population) error {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	return s.atOnce(
		func(each *store) error { return each.tell(ctx, regions, s.header) },
		func(each *store) error { return each.tellOfItself(ctx, regions, s.header) },
	)
}

// end ends all streams.
func (s *stores) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.patience)
	defer cancel()
	return s.atOnce(func(each *store) error { return each.end(ctx) })
}

func (s *stores) atOnce(tasks ...func(*store) error) error {
	done := make(chan error)
	for _, each := range s.all {
		for _, task := range tasks {
			go func() { done <- task(each) }()
		}
	}
	var failed error
	for range len(s.all) * len(tasks) {
		failed = errors.Join(failed, <-done)
	}
	return failed
}

// close cuts the connections.
func (s *stores) close() {
	for _, each := range s.all {
		each.conn.Close()
	}
}
