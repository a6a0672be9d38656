package shortlist

import (
	"context"
	"time"

	longrunningpb "cloud.google.com/go/longrunning/autogen/longrunningpb"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Events takes what users do. A reply means that the event is durable; a replay is harmless.
//
// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
// SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
//
// It is a field of [Client].
type Events struct{ engine *engine }

// WriteEvent writes one event. Errors: INVALID_REQUEST, EVENT_TOO_OLD, EVENT_FROM_FUTURE,
// EVENT_ID_CONFLICT.
func (s *Events) WriteEvent(
	ctx context.Context, request *shortlistv1.WriteEventRequest, options ...CallOption,
) (*shortlistv1.WriteEventResponse, error) {
	return invoke(ctx, s.engine, eventsWriteEvent, request, fresh[shortlistv1.WriteEventResponse], options)
}

// BatchWriteEvents writes up to 500 events and answers for each: one bad event does not fail the
// others. Errors of the whole batch: INVALID_REQUEST, BATCH_TOO_LARGE.
func (s *Events) BatchWriteEvents(
	ctx context.Context, request *shortlistv1.BatchWriteEventsRequest, options ...CallOption,
) (*shortlistv1.BatchWriteEventsResponse, error) {
	return invoke(ctx, s.engine, eventsBatchWriteEvents, request, fresh[shortlistv1.BatchWriteEventsResponse], options)
}

// NewEventQueue returns a queue that writes events by BatchWriteEvents, in batches and in the
// background. Close it before the client.
func (s *Events) NewEventQueue(options QueueOptions[*shortlistv1.Event]) *EventQueue[*shortlistv1.Event] {
	return newEventQueue(s.engine.clock, s.engine.random, options, queueBinding[*shortlistv1.Event]{
		maxEvents: 500,
		prepare: func(event *shortlistv1.Event, now time.Time) {
			if event.GetEventId() == "" {
				event.EventId = newUUID()
			}
			if event.GetEventTime() == nil {
				event.EventTime = timestamppb.New(now)
			}
		},
		send: func(ctx context.Context, events []*shortlistv1.Event, now time.Time) ([]error, error) {
			reply, err := s.BatchWriteEvents(ctx, &shortlistv1.BatchWriteEventsRequest{
				Events: events, SentTime: timestamppb.New(now),
			})
			if err != nil {
				return nil, err
			}
			refusals := make([]error, len(events))
			for i, result := range reply.GetResults() {
				if i < len(refusals) {
					refusals[i] = ErrorFromStatus(result.GetError())
				}
			}
			return refusals, nil
		},
	})
}

// StreamEvents writes events as they come and acknowledges each, in any order.
//
// The stream lasts until it ends, ctx does, or shortlist.WithTimeout's time is over; it is not
// repeated when it breaks.
func (s *Events) StreamEvents(
	ctx context.Context, options ...CallOption,
) (grpc.BidiStreamingClient[shortlistv1.StreamEventsRequest, shortlistv1.StreamEventsResponse], error) {
	conn := &streamConn{engine: s.engine, method: eventsStreamEvents, settings: settingsOf(options)}
	return shortlistv1.NewEventServiceClient(conn).StreamEvents(ctx)
}

// ImportEvents imports a file of events that lies in the deployment's import folder. Errors:
// INVALID_REQUEST. The operation's response is ImportEventsResponse, its metadata
// ImportEventsMetadata.
//
// It returns when the operation has begun; Wait on it for the result.
func (s *Events) ImportEvents(
	ctx context.Context, request *shortlistv1.ImportEventsRequest, options ...CallOption,
) (*Operation[*shortlistv1.ImportEventsResponse, *shortlistv1.ImportEventsMetadata], error) {
	started, err := invoke(ctx, s.engine, eventsImportEvents, request, fresh[longrunningpb.Operation], options)
	if err != nil {
		return nil, err
	}
	return s.ImportEventsOperation(started), nil
}

// ImportEventsOperation takes up an operation that ImportEvents began, also in another process; its
// name is enough.
func (s *Events) ImportEventsOperation(
	started *longrunningpb.Operation,
) *Operation[*shortlistv1.ImportEventsResponse, *shortlistv1.ImportEventsMetadata] {
	return &Operation[*shortlistv1.ImportEventsResponse, *shortlistv1.ImportEventsMetadata]{
		engine: s.engine, state: started,
		newResult:   fresh[shortlistv1.ImportEventsResponse],
		newMetadata: fresh[shortlistv1.ImportEventsMetadata],
	}
}
