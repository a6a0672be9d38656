package music

import (
	"context"
	"time"

	musicv1 "github.com/music-rec/music-go/music/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Plays takes what is played.
//
// It is a field of [Client].
type Plays struct{ engine *engine }

// WritePlays writes plays and answers for each.
func (s *Plays) WritePlays(
	ctx context.Context, request *musicv1.WritePlaysRequest, options ...CallOption,
) (*musicv1.WritePlaysResponse, error) {
	return invoke(ctx, s.engine, playsWritePlays, request, fresh[musicv1.WritePlaysResponse], options)
}

// NewPlayQueue returns a queue that writes events by WritePlays, in batches and in the
// background. Close it before the client.
func (s *Plays) NewPlayQueue(options QueueOptions[*musicv1.Play]) *EventQueue[*musicv1.Play] {
	return newEventQueue(s.engine.clock, s.engine.random, options, queueBinding[*musicv1.Play]{
		maxEvents: 100,
		prepare: func(event *musicv1.Play, now time.Time) {
			if event.GetPlayId() == "" {
				event.PlayId = newUUID()
			}
			if event.GetPlayTime() == nil {
				event.PlayTime = timestamppb.New(now)
			}
		},
		send: func(ctx context.Context, events []*musicv1.Play, now time.Time) ([]error, error) {
			reply, err := s.WritePlays(ctx, &musicv1.WritePlaysRequest{
				Plays: events, Clock: timestamppb.New(now),
			})
			if err != nil {
				return nil, err
			}
			refusals := make([]error, len(events))
			for i, result := range reply.GetOutcomes() {
				if i < len(refusals) {
					refusals[i] = ErrorFromStatus(result.GetFailure())
				}
			}
			return refusals, nil
		},
	})
}

// StreamPlays writes plays as they come.
//
// The stream lasts until it ends, ctx does, or music.WithTimeout's time is over; it is not
// repeated when it breaks.
func (s *Plays) StreamPlays(
	ctx context.Context, options ...CallOption,
) (grpc.BidiStreamingClient[musicv1.StreamPlaysRequest, musicv1.StreamPlaysResponse], error) {
	conn := &streamConn{engine: s.engine, method: playsStreamPlays, settings: settingsOf(options)}
	return musicv1.NewPlayServiceClient(conn).StreamPlays(ctx)
}
