package music

import (
	"context"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// Call is a logical call on its way: all attempts together.
type Call struct {
	// Method is what is called.
	Method *Method
	// Request may be replaced, never changed: it is the caller's.
	Request proto.Message
	// Metadata are the headers of every attempt; interceptors may add to them.
	Metadata metadata.MD

	settings  callSettings
	newReply  func() proto.Message
	requestID string
}

// Invoker makes the call, or what is left of the chain.
type Invoker func(ctx context.Context, call *Call) (proto.Message, error)

// Interceptor stands around every unary call. It may change the context and the call, answer itself,
// or look at what next returns. The reply must be of the method's type.
type Interceptor func(ctx context.Context, call *Call, next Invoker) (proto.Message, error)

// chain puts interceptors around an invoker; the first is the outermost.
func chain(interceptors []Interceptor, last Invoker) Invoker {
	invoke := last
	for i := len(interceptors) - 1; i >= 0; i-- {
		interceptor, next := interceptors[i], invoke
		invoke = func(ctx context.Context, call *Call) (proto.Message, error) {
			return interceptor(ctx, call, next)
		}
	}
	return invoke
}
