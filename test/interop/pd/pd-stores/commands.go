package main

import (
	"context"

	"syncline/interop/pd/console"
	"syncline/interop/pd/region"
)

// A told is what a round has sent: a heartbeat for each region. The digest is of all, as the PD has to show them.
type told struct {
	Heartbeats int    `json:"heartbeats"`
	Digest     string `json:"digest"`
}

// An ended is how many streams the PD has read to their end.
type ended struct {
	Streams int `json:"streams"`
}

func commands(ctx context.Context, stores *stores, regions *population) map[string]console.Command {
	rounds := 0
	return map[string]console.Command{
		"round": func([]string) (any, error) {
			if rounds > 0 {
				regions.change(rounds)
			}
			rounds++
			if err := stores.round(ctx, regions); err != nil {
				return nil, err
			}
			return told{Heartbeats: len(regions.all), Digest: region.Digest(regions.all)}, nil
		},
		"end": func([]string) (any, error) { return ended{len(stores.all)}, stores.end() },
	}
}
