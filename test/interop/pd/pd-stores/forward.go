package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// forwardedHost is the metadata by which a client asks the member that it reached to pass a call on to another one.
const forwardedHost = "pd-forwarded-host"

// A forward names, in all calls but the first, the member that is to answer them: the leader's client URL.
type forward struct{ host string }

func (f *forward) options() []grpc.DialOption {
	named := func(ctx context.Context) context.Context {
		if f.host == "" {
			return ctx
		}
		return metadata.AppendToOutgoingContext(ctx, forwardedHost, f.host)
	}
	unary := func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		return invoke(named(ctx), method, request, reply, conn, options...)
	}
	stream := func(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
		return open(named(ctx), desc, conn, method, options...)
	}
	return []grpc.DialOption{grpc.WithUnaryInterceptor(unary), grpc.WithStreamInterceptor(stream)}
}
