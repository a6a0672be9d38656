package music

import (
	"context"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	pollBase = 200 * time.Millisecond
	pollCap  = 10 * time.Second
)

var getOperation = &Method{
	FullName:       longrunningpb.Operations_GetOperation_FullMethodName,
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var cancelOperation = &Method{
	FullName:       longrunningpb.Operations_CancelOperation_FullMethodName,
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

// Operation is work that goes on at the server, also when this program ends. R is its result, M what
// it tells of its progress.
type Operation[R, M proto.Message] struct {
	engine      *engine
	state       *longrunningpb.Operation
	newResult   func() R
	newMetadata func() M
}

// Name returns the name by which the server knows the operation.
func (o *Operation[R, M]) Name() string { return o.state.GetName() }

// Done reports whether it had ended when it was last looked at.
func (o *Operation[R, M]) Done() bool { return o.state.GetDone() }

// Metadata returns its progress when it was last looked at; nil if the server told none.
func (o *Operation[R, M]) Metadata() (M, error) {
	var none M
	if o.state.GetMetadata() == nil {
		return none, nil
	}
	metadata := o.newMetadata()
	if err := o.state.GetMetadata().UnmarshalTo(metadata); err != nil {
		return none, err
	}
	return metadata, nil
}

// Poll looks at it again.
func (o *Operation[R, M]) Poll(ctx context.Context, options ...CallOption) error {
	request := &longrunningpb.GetOperationRequest{Name: o.Name()}
	state, err := invoke(ctx, o.engine, getOperation, request, fresh[longrunningpb.Operation], options)
	if err != nil {
		return err
	}
	o.state = state
	return nil
}

// Wait looks at it, ever more rarely, until it has ended or ctx does, and returns its result or why it
// failed. Cancelling ctx ends the waiting, not the operation.
func (o *Operation[R, M]) Wait(ctx context.Context) (R, error) {
	var none R
	for n := 0; !o.Done(); n++ {
		if err := o.Poll(ctx); err != nil {
			return none, err
		}
		if o.Done() {
			break
		}
		wait := min(pollCap, pollBase<<min(n, 10))
		if err := o.engine.clock.Sleep(ctx, wait); err != nil {
			return none, typed(failed(err, getOperation, ""))
		}
	}
	if failure := o.state.GetError(); failure != nil {
		return none, ErrorFromStatus(failure)
	}
	result := o.newResult()
	if err := o.state.GetResponse().UnmarshalTo(result); err != nil {
		return none, err
	}
	return result, nil
}

// Cancel asks the server to end it; Wait then returns an error with the code CANCELED.
func (o *Operation[R, M]) Cancel(ctx context.Context, options ...CallOption) error {
	request := &longrunningpb.CancelOperationRequest{Name: o.Name()}
	_, err := invoke(ctx, o.engine, cancelOperation, request, fresh[emptypb.Empty], options)
	return err
}
