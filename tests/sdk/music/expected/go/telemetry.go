package music

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
)

// Hooks are told what calls do; any may be nil. They run on the calling goroutine and must be quick.
// The OpenTelemetry adapter (musicotel) is made of them.
type Hooks struct {
	// OnCallStart may return another context for the call, with a span in it.
	OnCallStart func(ctx context.Context, method *Method) context.Context
	// OnAttempt is told of each attempt as it ends.
	OnAttempt func(ctx context.Context, attempt AttemptEnd)
	// OnCallEnd is told of each call as it ends.
	OnCallEnd func(ctx context.Context, end CallEnd)
}

// AttemptEnd is an attempt that ended.
type AttemptEnd struct {
	Method *Method
	// Attempt counts from 1.
	Attempt int
	// Code is codes.OK for a success.
	Code     codes.Code
	Duration time.Duration
}

// CallEnd is a call that ended.
type CallEnd struct {
	Method   *Method
	Attempts int
	Code     codes.Code
	Reason   Reason
	Duration time.Duration
	Info     CallInfo
}

type hookList []Hooks

func (l hookList) callStart(ctx context.Context, method *Method) context.Context {
	for _, hooks := range l {
		if hooks.OnCallStart != nil {
			ctx = hooks.OnCallStart(ctx, method)
		}
	}
	return ctx
}

func (l hookList) attempt(ctx context.Context, end AttemptEnd) {
	for _, hooks := range l {
		if hooks.OnAttempt != nil {
			hooks.OnAttempt(ctx, end)
		}
	}
}

func (l hookList) callEnd(ctx context.Context, end CallEnd) {
	for _, hooks := range l {
		if hooks.OnCallEnd != nil {
			hooks.OnCallEnd(ctx, end)
		}
	}
}
