package music

import (
	"context"
	"iter"

	longrunningpb "cloud.google.com/go/longrunning/autogen/longrunningpb"
	musicv1 "github.com/music-rec/music-go/music/v1"
	"google.golang.org/protobuf/proto"
	emptypb "google.golang.org/protobuf/types/known/emptypb"
)

// Albums keeps albums.
//
// It is a field of [Client].
type Albums struct{ engine *engine }

// GetAlbum returns an album. Errors: ALBUM_NOT_FOUND.
func (s *Albums) GetAlbum(
	ctx context.Context, request *musicv1.GetAlbumRequest, options ...CallOption,
) (*musicv1.Album, error) {
	return invoke(ctx, s.engine, albumsGetAlbum, request, fresh[musicv1.Album], options)
}

// ListAlbums lists albums.
func (s *Albums) ListAlbums(
	ctx context.Context, request *musicv1.ListAlbumsRequest, options ...CallOption,
) (*musicv1.ListAlbumsResponse, error) {
	return invoke(ctx, s.engine, albumsListAlbums, request, fresh[musicv1.ListAlbumsResponse], options)
}

// ListAlbumsAll yields the items of all pages of ListAlbums, from the request's page token on, and
// fetches each page when it is needed. It ends after the first error.
func (s *Albums) ListAlbumsAll(
	ctx context.Context, request *musicv1.ListAlbumsRequest, options ...CallOption,
) iter.Seq2[*musicv1.Album, error] {
	return s.listAlbumsPager().all(ctx, request, options)
}

// ListAlbumsPages yields the pages of ListAlbums, from the request's page token on. It ends after
// the first error.
func (s *Albums) ListAlbumsPages(
	ctx context.Context, request *musicv1.ListAlbumsRequest, options ...CallOption,
) iter.Seq2[*musicv1.ListAlbumsResponse, error] {
	return s.listAlbumsPager().pages(ctx, request, options)
}

func (s *Albums) listAlbumsPager() pager[*musicv1.ListAlbumsRequest, *musicv1.ListAlbumsResponse, *musicv1.Album] {
	return pager[*musicv1.ListAlbumsRequest, *musicv1.ListAlbumsResponse, *musicv1.Album]{
		clone: func(request *musicv1.ListAlbumsRequest, token string) *musicv1.ListAlbumsRequest {
			if token == "" {
				return request
			}
			next := proto.CloneOf(request)
			next.Cursor = token
			return next
		},
		fetch: func(ctx context.Context, request *musicv1.ListAlbumsRequest, options []CallOption) (*musicv1.ListAlbumsResponse, error) {
			return s.ListAlbums(ctx, request, options...)
		},
		items: (*musicv1.ListAlbumsResponse).GetAlbums,
		next:  (*musicv1.ListAlbumsResponse).GetNextCursor,
	}
}

// UpdateAlbum changes an album.
func (s *Albums) UpdateAlbum(
	ctx context.Context, request *musicv1.UpdateAlbumRequest, options ...CallOption,
) (*musicv1.Album, error) {
	return invoke(ctx, s.engine, albumsUpdateAlbum, request, fresh[musicv1.Album], options)
}

// Delete deletes an album. Its name is a keyword in some languages.
func (s *Albums) Delete(
	ctx context.Context, request *musicv1.DeleteRequest, options ...CallOption,
) (*emptypb.Empty, error) {
	return invoke(ctx, s.engine, albumsDelete, request, fresh[emptypb.Empty], options)
}

// Import imports a folder of albums.
//
// It returns when the operation has begun; Wait on it for the result.
func (s *Albums) Import(
	ctx context.Context, request *musicv1.ImportRequest, options ...CallOption,
) (*Operation[*musicv1.ImportResponse, *musicv1.ImportMetadata], error) {
	started, err := invoke(ctx, s.engine, albumsImport, request, fresh[longrunningpb.Operation], options)
	if err != nil {
		return nil, err
	}
	return s.ImportOperation(started), nil
}

// ImportOperation takes up an operation that Import began, also in another process; its
// name is enough.
func (s *Albums) ImportOperation(
	started *longrunningpb.Operation,
) *Operation[*musicv1.ImportResponse, *musicv1.ImportMetadata] {
	return &Operation[*musicv1.ImportResponse, *musicv1.ImportMetadata]{
		engine: s.engine, state: started,
		newResult:   fresh[musicv1.ImportResponse],
		newMetadata: fresh[musicv1.ImportMetadata],
	}
}
