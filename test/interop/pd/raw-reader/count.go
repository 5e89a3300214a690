package main

import (
	"errors"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Fields of pdpb.SyncRegionResponse and of its header.
const (
	header     = 1
	regions    = 2
	startIndex = 3
	headerErr  = 2
)

// A count is what came so far; times are in milliseconds since the stream was opened.
type count struct {
	Frames  int     `json:"frames"`
	Bytes   int     `json:"bytes"`
	Regions int     `json:"regions"`
	FirstMS float64 `json:"firstMs"`
	// RegionsMS is when the last region came.
	RegionsMS float64 `json:"regionsMs"`
	MS        float64 `json:"ms"`
	// Next is the last frame's start_index and its regions: where a follower would go on, except inside a full sync.
	Next uint64 `json:"next"`
}

// add counts a frame, and says whether it is an empty one.
func (c *count) add(frame []byte, after time.Duration) (empty bool, err error) {
	before := c.Regions
	var start uint64
	for rest := frame; len(rest) > 0; {
		number, kind, tag := protowire.ConsumeTag(rest)
		if tag < 0 {
			return false, protowire.ParseError(tag)
		}
		value := protowire.ConsumeFieldValue(number, kind, rest[tag:])
		if value < 0 {
			return false, protowire.ParseError(value)
		}
		switch number {
		case header:
			body, _ := protowire.ConsumeBytes(rest[tag:])
			err = failure(body)
		case regions:
			c.Regions++
		case startIndex:
			start, _ = protowire.ConsumeVarint(rest[tag:])
		}
		rest = rest[tag+value:]
	}
	c.MS = float64(after.Microseconds()) / 1e3
	if c.Frames == 0 {
		c.FirstMS = c.MS
	}
	if c.Regions > before {
		c.RegionsMS = c.MS
	}
	c.Frames++
	c.Bytes += len(frame)
	c.Next = start + uint64(c.Regions-before)
	return c.Regions == before, err
}

// failure is an error when a header has one.
func failure(header []byte) error {
	for rest := header; len(rest) > 0; {
		number, kind, tag := protowire.ConsumeTag(rest)
		if tag < 0 {
			return protowire.ParseError(tag)
		}
		if number == headerErr {
			return errors.New("the leader sent an error in a frame's header")
		}
		value := protowire.ConsumeFieldValue(number, kind, rest[tag:])
		if value < 0 {
			return protowire.ParseError(value)
		}
		rest = rest[tag+value:]
	}
	return nil
}
