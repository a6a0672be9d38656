package shortlist

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const errorDomain = "shortlist"

// Reason is why a call failed, as the contract names it. A Reason is itself an error, so that
// errors.Is(err, shortlist.Reason...) works; reasons this package does not know are kept.
type Reason string

// Error returns the reason's name.
func (r Reason) Error() string { return string(r) }

// APIError is a failed call. Every error of this package is one, or wraps one; errors.As finds it.
type APIError struct {
	// Code is the canonical status code.
	Code codes.Code
	// Reason is empty when the failure did not come from the API itself (a lost connection).
	Reason Reason
	// Message is for developers, in English; it may change.
	Message string
	// Details are the server's typed details, those of unknown types left out.
	Details []proto.Message
	// Metadata belongs to the reason.
	Metadata map[string]string
	// RequestID is what to quote when asking about the failure.
	RequestID string
	// RetryDelay is how long the server asked to wait; 0: it did not say.
	RetryDelay time.Duration
	// Method is the gRPC path of the call; empty for a refused event of a batch.
	Method string

	status *status.Status
	cause  error
}

// FieldViolation is a field of the request that was refused.
type FieldViolation struct {
	// Field is its path, "context.locale".
	Field string
	// Description says what is wrong.
	Description string
}

// Error describes the failure in one line.
func (e *APIError) Error() string {
	text := e.Code.String()
	if e.Reason != "" {
		text += " " + string(e.Reason)
	}
	text = "shortlist: " + text + ": " + e.Message
	if e.RequestID != "" {
		text += fmt.Sprintf(" (request %s)", e.RequestID)
	}
	return text
}

// Unwrap returns what caused the failure on this side, if anything.
func (e *APIError) Unwrap() error { return e.cause }

// Is reports whether target is this error's Reason, or context.DeadlineExceeded or context.Canceled
// for failures with these codes.
func (e *APIError) Is(target error) bool {
	switch target {
	case context.DeadlineExceeded:
		return e.Code == codes.DeadlineExceeded
	case context.Canceled:
		return e.Code == codes.Canceled
	}
	reason, ok := target.(Reason)
	return ok && reason == e.Reason
}

// GRPCStatus makes status.FromError and status.Code work.
func (e *APIError) GRPCStatus() *status.Status { return e.status }

// FieldViolations returns the refused fields of the request.
func (e *APIError) FieldViolations() []FieldViolation {
	var found []FieldViolation
	for _, detail := range e.Details {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, each := range bad.GetFieldViolations() {
				found = append(found, FieldViolation{each.GetField(), each.GetDescription()})
			}
		}
	}
	return found
}

// ErrorFromStatus returns the typed error of a status, such as a refused event's; nil for OK.
func ErrorFromStatus(s *statuspb.Status) error {
	if codes.Code(s.GetCode()) == codes.OK {
		return nil
	}
	return typed(parseStatus(status.FromProto(s)))
}

// asAPIError returns the APIError in an error, made from any other error if there is none.
func asAPIError(err error) *APIError {
	var found *APIError
	if errors.As(err, &found) {
		return found
	}
	s, ok := status.FromError(err)
	if !ok {
		s = status.FromContextError(err)
	}
	made := parseStatus(s)
	made.cause = err
	return made
}

func parseStatus(s *status.Status) *APIError {
	made := &APIError{Code: s.Code(), Message: s.Message(), status: s}
	for _, detail := range s.Details() {
		message, ok := detail.(proto.Message)
		if !ok { // an error: of a type that is not linked in
			continue
		}
		made.Details = append(made.Details, message)
		switch detail := message.(type) {
		case *errdetails.ErrorInfo:
			if detail.GetDomain() == errorDomain {
				made.Reason, made.Metadata = Reason(detail.GetReason()), detail.GetMetadata()
			}
		case *errdetails.RetryInfo:
			made.RetryDelay = detail.GetRetryDelay().AsDuration()
		case *errdetails.RequestInfo:
			made.RequestID = detail.GetRequestId()
		}
	}
	return made
}

// failed turns what an attempt ended with into this package's error.
func failed(err error, method *Method, sent string, headers ...metadata.MD) *APIError {
	found := asAPIError(err)
	found.Method = method.FullName
	for _, header := range headers {
		if ids := header.Get(requestIDHeader); len(ids) > 0 {
			found.RequestID = ids[0]
		}
	}
	if found.RequestID == "" {
		found.RequestID = sent
	}
	return found
}
