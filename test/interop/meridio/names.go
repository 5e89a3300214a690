package main

import (
	"fmt"
	"strings"

	ambassador "github.com/nordix/meridio/api/ambassador/v1"

	"syncline/interop/meridio/history"
)

// filterOf is the message that text stands for.
func filterOf(text string) (*ambassador.Stream, error) {
	if strings.Count(text, ".") > 2 {
		return nil, fmt.Errorf("%w: %q has more parts than stream.conduit.trench", errAsked, text)
	}
	return history.StreamOf(text), nil
}

// filtersOf reads each text; all of them, or the first error.
func filtersOf(texts []string) ([]*ambassador.Stream, error) {
	var streams []*ambassador.Stream
	for _, text := range texts {
		stream, err := filterOf(text)
		if err != nil {
			return nil, err
		}
		streams = append(streams, stream)
	}
	return streams, nil
}

// oneFilter reads the only argument; none matches everything.
func oneFilter(args []string) (*ambassador.Stream, error) {
	if len(args) > 1 {
		return nil, fmt.Errorf("%w: one STREAM, not %d", errAsked, len(args))
	}
	return filterOf(strings.Join(args, ""))
}
