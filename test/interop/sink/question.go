package main

import (
	"fmt"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
)

// A question is what the server is asked for.
type question struct {
	target, origin string
	mode, submode  string
	sample         time.Duration
	updatesOnly    bool
	encoding       string
}

func (q question) request(paths []string) (*gnmi.SubscribeRequest, error) {
	mode, ok := gnmi.SubscriptionList_Mode_value[q.mode]
	if !ok {
		return nil, fmt.Errorf("unknown mode %q", q.mode)
	}
	submode, ok := gnmi.SubscriptionMode_value[q.submode]
	if !ok {
		return nil, fmt.Errorf("unknown submode %q", q.submode)
	}
	encoding, ok := gnmi.Encoding_value[q.encoding]
	if !ok {
		return nil, fmt.Errorf("unknown encoding %q", q.encoding)
	}
	list := &gnmi.SubscriptionList{
		Mode:        gnmi.SubscriptionList_Mode(mode),
		Encoding:    gnmi.Encoding(encoding),
		UpdatesOnly: q.updatesOnly,
	}
	if q.target != "" || q.origin != "" {
		list.Prefix = &gnmi.Path{Target: q.target, Origin: q.origin}
	}
	if len(paths) == 0 {
		paths = []string{"/"}
	}
	for _, text := range paths {
		path, err := parsePath(text)
		if err != nil {
			return nil, err
		}
		list.Subscription = append(list.Subscription, &gnmi.Subscription{
			Path:           path,
			Mode:           gnmi.SubscriptionMode(submode),
			SampleInterval: uint64(q.sample),
		})
	}
	return &gnmi.SubscribeRequest{Request: &gnmi.SubscribeRequest_Subscribe{Subscribe: list}}, nil
}
