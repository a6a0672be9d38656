// Package shortlisttest stands in for the server in tests of programs that use shortlist.
package shortlisttest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/shortlist-rec/shortlist-go"
)

// Handler answers one attempt of a call.
type Handler func(ctx context.Context, request proto.Message) (proto.Message, error)

// Call is an attempt that reached the mock.
type Call struct {
	// Method is the gRPC path; the message packages have constants for it.
	Method string
	// Request is a copy of what was sent.
	Request proto.Message
	// Metadata are the headers.
	Metadata metadata.MD
}

// Mock is a transport that answers from what was registered; hand it to shortlist.WithTransport.
// Retries, deadlines, credentials and all else work as with a server. Streams are not mocked: run a
// gRPC server on a bufconn listener for these.
type Mock struct {
	mu       sync.Mutex
	handlers map[string][]Handler
	calls    []Call
}

// New returns a mock without any answers.
func New() *Mock { return &Mock{handlers: map[string][]Handler{}} }

// Handle adds an answer for a method. Answers are used in turn, and the last of them ever after.
func (m *Mock) Handle(method string, handler Handler) *Mock {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handlers[method] = append(m.handlers[method], handler)
	return m
}

// Reply adds a reply for a method, as Handle does.
func (m *Mock) Reply(method string, reply proto.Message) *Mock {
	return m.Handle(method, func(context.Context, proto.Message) (proto.Message, error) { return reply, nil })
}

// Fail adds an error for a method, as Handle does; see Error.
func (m *Mock) Fail(method string, err error) *Mock {
	return m.Handle(method, func(context.Context, proto.Message) (proto.Message, error) { return nil, err })
}

// Calls returns the attempts that reached a method, in order; of all methods if it is empty.
func (m *Mock) Calls(method string) []Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Call
	for _, call := range m.calls {
		if method == "" || call.Method == method {
			found = append(found, call)
		}
	}
	return found
}

// Error returns an error as the server sends it. retryDelay 0: without RetryInfo.
func Error(code codes.Code, reason shortlist.Reason, message string, retryDelay time.Duration) error {
	details := []protoadapt.MessageV1{
		&errdetails.ErrorInfo{Reason: string(reason), Domain: "shortlist"},
	}
	if retryDelay > 0 {
		delay := &errdetails.RetryInfo{RetryDelay: durationpb.New(retryDelay)}
		details = append(details, delay)
	}
	made, err := status.New(code, message).WithDetails(details...)
	if err != nil { // code is OK, which is no error
		return nil
	}
	return made.Err()
}

// Invoke implements grpc.ClientConnInterface.
func (m *Mock) Invoke(ctx context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	handler, request := m.record(ctx, method, args.(proto.Message))
	if handler == nil {
		return status.Error(codes.Unimplemented, "shortlisttest: no answer is registered for "+method)
	}
	answer, err := handler(ctx, request)
	if err != nil {
		return err
	}
	target := reply.(proto.Message)
	if answer.ProtoReflect().Descriptor() != target.ProtoReflect().Descriptor() {
		return status.Error(codes.Internal, fmt.Sprintf("shortlisttest: %s does not answer with a %T", method, answer))
	}
	proto.Reset(target)
	proto.Merge(target, answer)
	return nil
}

// NewStream implements grpc.ClientConnInterface; streams are not mocked.
func (m *Mock) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "shortlisttest: streams are not mocked")
}

func (m *Mock) record(ctx context.Context, method string, request proto.Message) (Handler, proto.Message) {
	sent, _ := metadata.FromOutgoingContext(ctx)
	request = proto.Clone(request)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, Call{method, request, sent})
	handlers := m.handlers[method]
	if len(handlers) == 0 {
		return nil, nil
	}
	if len(handlers) > 1 {
		m.handlers[method] = handlers[1:]
	}
	return handlers[0], request
}
