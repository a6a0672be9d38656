package shortlist

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// engine makes calls: what all services of a client share.
type engine struct {
	conn         grpc.ClientConnInterface
	credentials  credentials
	budget       *retryBudget
	cache        *replyCache
	hooks        hookList
	interceptors []Interceptor
	clock        Clock
	random       func() float64
}

// invoke makes one unary call.
func invoke[R proto.Message](
	ctx context.Context, e *engine, method *Method, request proto.Message, newReply func() R, options []CallOption,
) (R, error) {
	call := e.newCall(method, request, settingsOf(options))
	call.newReply = func() proto.Message { return newReply() }
	ctx, cancel := limited(ctx, method, call.settings)
	defer cancel()
	var none R
	reply, err := e.observed(ctx, call)
	if err != nil {
		return none, err
	}
	typedReply, ok := reply.(R)
	if !ok {
		return none, errors.New("shortlist: an interceptor returned a reply of another type")
	}
	return typedReply, nil
}

func (e *engine) newCall(method *Method, request proto.Message, settings callSettings) *Call {
	call := &Call{Method: method, Request: request, Metadata: settings.metadata.Copy(), settings: settings}
	if call.Metadata == nil {
		call.Metadata = metadata.MD{}
	}
	key := settings.idempotencyKey
	if key == "" {
		key = newUUID()
	}
	call.Metadata.Set(idempotencyKeyHeader, key)
	if len(call.Metadata.Get(requestIDHeader)) == 0 {
		call.Metadata.Set(requestIDHeader, requestIDOf(method, request, key))
	}
	return call
}

// requestIDOf returns the id the caller gave in the request itself, or another.
func requestIDOf(method *Method, request proto.Message, other string) string {
	if field := fieldOf(request, method.requestIDField); field != nil {
		if id := request.ProtoReflect().Get(field).String(); id != "" {
			return id
		}
	}
	return other
}

func limited(ctx context.Context, method *Method, settings callSettings) (context.Context, context.CancelFunc) {
	_, hasDeadline := ctx.Deadline()
	switch {
	case settings.timeout > 0:
		return context.WithTimeout(ctx, settings.timeout)
	case !hasDeadline && method.DefaultTimeout > 0:
		return context.WithTimeout(ctx, method.DefaultTimeout)
	}
	return context.WithCancel(ctx)
}

// observed makes a call through the interceptors and tells the hooks.
func (e *engine) observed(ctx context.Context, call *Call) (proto.Message, error) {
	info := call.settings.info
	ctx = e.hooks.callStart(ctx, call.Method)
	started := e.clock.Now()
	reply, err := chain(e.interceptors, e.answered)(ctx, call)
	end := CallEnd{Method: call.Method, Attempts: info.Attempts, Info: *info, Duration: e.clock.Now().Sub(started)}
	if err != nil {
		failure := asAPIError(err)
		end.Code, end.Reason = failure.Code, failure.Reason
	}
	e.hooks.callEnd(ctx, end)
	return reply, err
}

// answered answers from the cache where that is on, else by attempts.
func (e *engine) answered(ctx context.Context, call *Call) (proto.Message, error) {
	if e.cache == nil || call.Method.CacheMaxAge <= 0 {
		return e.attempts(ctx, call)
	}
	return e.cache.answer(call, e.clock.Now, func() (proto.Message, error) {
		return e.attempts(ctx, call)
	})
}

// attempts sends a call until it succeeds or must not be repeated.
func (e *engine) attempts(ctx context.Context, call *Call) (proto.Message, error) {
	refreshed := false
	for n := 1; ; n++ {
		reply, credential, failure := e.attempt(ctx, call, n)
		if failure == nil {
			e.budget.succeeded()
			return reply, nil
		}
		if call.settings.noRetry || n == maxAttempts {
			return nil, typed(failure)
		}
		var wait time.Duration
		switch {
		case isRepeatable(call.Method, failure):
			wait = retryWait(failure, n, e.random)
		case retryOf(failure.Reason) == retryAfterRefresh && !refreshed:
			refreshed = true
			if ok, err := e.credentials.refresh(ctx, credential); !ok || err != nil {
				return nil, typed(failure)
			}
		default:
			return nil, typed(failure)
		}
		if !e.fits(ctx, wait) || !e.budget.take() || e.clock.Sleep(ctx, wait) != nil {
			return nil, typed(e.ended(ctx, call, failure))
		}
	}
}

// fits tells whether a wait ends before the call's deadline.
func (e *engine) fits(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || e.clock.Now().Add(wait).Before(deadline)
}

// ended returns why the call ended while it waited: the context's end, else the last failure.
func (e *engine) ended(ctx context.Context, call *Call, last *APIError) *APIError {
	if ctx.Err() == nil {
		return last
	}
	return failed(ctx.Err(), call.Method, last.RequestID)
}

// attempt sends a call once. It returns the credential it went with, too.
func (e *engine) attempt(ctx context.Context, call *Call, n int) (proto.Message, string, *APIError) {
	started := e.clock.Now()
	sent := attemptMetadata(call, n)
	requestID := sent.Get(requestIDHeader)[0]
	call.settings.info.Attempts, call.settings.info.RequestID = n, requestID
	name, credential, err := e.credentials.header(ctx)
	if err != nil {
		return nil, "", credentialsFailed(ctx, err, call.Method, requestID)
	}
	if name != "" {
		sent.Set(name, credential)
	}
	var header, trailer metadata.MD
	reply := call.newReply()
	err = e.conn.Invoke(metadata.NewOutgoingContext(ctx, joined(ctx, sent)), call.Method.FullName, call.Request, reply,
		grpc.Header(&header), grpc.Trailer(&trailer))
	end := AttemptEnd{Method: call.Method, Attempt: n, Duration: e.clock.Now().Sub(started)}
	var failure *APIError
	if err != nil {
		failure = failed(err, call.Method, requestID, header, trailer)
		end.Code = failure.Code
		call.settings.info.RequestID = failure.RequestID
	} else if ids := header.Get(requestIDHeader); len(ids) > 0 {
		call.settings.info.RequestID = ids[0]
	}
	e.hooks.attempt(ctx, end)
	return reply, credential, failure
}

// credentialsFailed tells a provider's failure from the call's own end.
func credentialsFailed(ctx context.Context, err error, method *Method, requestID string) *APIError {
	if ctx.Err() != nil {
		return failed(ctx.Err(), method, requestID)
	}
	return &APIError{
		Code: codes.Unauthenticated, Message: "credentials: " + err.Error(), RequestID: requestID,
		Method: method.FullName, status: statusOf(codes.Unauthenticated, err), cause: err,
	}
}

// joined adds the headers that the caller put into the context the gRPC way.
func joined(ctx context.Context, sent metadata.MD) metadata.MD {
	if outgoing, ok := metadata.FromOutgoingContext(ctx); ok {
		return metadata.Join(outgoing, sent)
	}
	return sent
}
