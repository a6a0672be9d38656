package music

import (
	"context"
	"iter"

	musicv1 "github.com/music-rec/music-go/music/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// Radios plays without end.
//
// It is a field of [Client].
type Radios struct{ engine *engine }

// NextTracks returns the next tracks of a station.
func (s *Radios) NextTracks(
	ctx context.Context, request *musicv1.NextTracksRequest, options ...CallOption,
) (*musicv1.NextTracksResponse, error) {
	return invoke(ctx, s.engine, radiosNextTracks, request, fresh[musicv1.NextTracksResponse], options)
}

// NextTracksAll yields the items of all pages of NextTracks, from the request's page token on, and
// fetches each page when it is needed. It ends after the first error.
func (s *Radios) NextTracksAll(
	ctx context.Context, request *musicv1.NextTracksRequest, options ...CallOption,
) iter.Seq2[*musicv1.Pick, error] {
	return s.nextTracksPager().all(ctx, request, options)
}

// NextTracksPages yields the pages of NextTracks, from the request's page token on. It ends after
// the first error.
func (s *Radios) NextTracksPages(
	ctx context.Context, request *musicv1.NextTracksRequest, options ...CallOption,
) iter.Seq2[*musicv1.NextTracksResponse, error] {
	return s.nextTracksPager().pages(ctx, request, options)
}

func (s *Radios) nextTracksPager() pager[*musicv1.NextTracksRequest, *musicv1.NextTracksResponse, *musicv1.Pick] {
	return pager[*musicv1.NextTracksRequest, *musicv1.NextTracksResponse, *musicv1.Pick]{
		clone: func(request *musicv1.NextTracksRequest, token string) *musicv1.NextTracksRequest {
			if token == "" {
				return request
			}
			next := proto.CloneOf(request)
			next.Cursor = token
			return next
		},
		fetch: func(ctx context.Context, request *musicv1.NextTracksRequest, options []CallOption) (*musicv1.NextTracksResponse, error) {
			return s.NextTracks(ctx, request, options...)
		},
		items: (*musicv1.NextTracksResponse).GetPicks,
		next:  (*musicv1.NextTracksResponse).GetNextCursor,
	}
}

// WatchStation tells what a station plays, until the caller has heard enough.
//
// The stream lasts until it ends, ctx does, or music.WithTimeout's time is over; it is not
// repeated when it breaks.
func (s *Radios) WatchStation(
	ctx context.Context, request *musicv1.WatchStationRequest, options ...CallOption,
) (grpc.ServerStreamingClient[musicv1.WatchStationResponse], error) {
	conn := &streamConn{engine: s.engine, method: radiosWatchStation, settings: settingsOf(options)}
	return musicv1.NewRadioServiceClient(conn).WatchStation(ctx, request)
}
