package shortlist

import (
	"context"
	"iter"

	shortlistadminv1 "github.com/shortlist-rec/shortlist-go/shortlist/admin/v1"
	"google.golang.org/protobuf/proto"
	emptypb "google.golang.org/protobuf/types/known/emptypb"
)

// ServingConfigs keeps the surfaces. A write is durable when it is answered, and counts for every
// request that begins after that; feeds go on.
//
// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED, OVERLOADED,
// DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
//
// It is a field of [Client].
type ServingConfigs struct{ engine *engine }

// GetServingConfig returns one surface. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG.
func (s *ServingConfigs) GetServingConfig(
	ctx context.Context, request *shortlistadminv1.GetServingConfigRequest, options ...CallOption,
) (*shortlistadminv1.ServingConfig, error) {
	return invoke(ctx, s.engine, servingConfigsGetServingConfig, request, fresh[shortlistadminv1.ServingConfig], options)
}

// ListServingConfigs lists the surfaces by name. Errors: INVALID_REQUEST, INVALID_PAGE_TOKEN.
func (s *ServingConfigs) ListServingConfigs(
	ctx context.Context, request *shortlistadminv1.ListServingConfigsRequest, options ...CallOption,
) (*shortlistadminv1.ListServingConfigsResponse, error) {
	return invoke(ctx, s.engine, servingConfigsListServingConfigs, request, fresh[shortlistadminv1.ListServingConfigsResponse], options)
}

// ListServingConfigsAll yields the items of all pages of ListServingConfigs, from the request's page token on, and
// fetches each page when it is needed. It ends after the first error.
func (s *ServingConfigs) ListServingConfigsAll(
	ctx context.Context, request *shortlistadminv1.ListServingConfigsRequest, options ...CallOption,
) iter.Seq2[*shortlistadminv1.ServingConfig, error] {
	return s.listServingConfigsPager().all(ctx, request, options)
}

// ListServingConfigsPages yields the pages of ListServingConfigs, from the request's page token on. It ends after
// the first error.
func (s *ServingConfigs) ListServingConfigsPages(
	ctx context.Context, request *shortlistadminv1.ListServingConfigsRequest, options ...CallOption,
) iter.Seq2[*shortlistadminv1.ListServingConfigsResponse, error] {
	return s.listServingConfigsPager().pages(ctx, request, options)
}

func (s *ServingConfigs) listServingConfigsPager() pager[*shortlistadminv1.ListServingConfigsRequest, *shortlistadminv1.ListServingConfigsResponse, *shortlistadminv1.ServingConfig] {
	return pager[*shortlistadminv1.ListServingConfigsRequest, *shortlistadminv1.ListServingConfigsResponse, *shortlistadminv1.ServingConfig]{
		clone: func(request *shortlistadminv1.ListServingConfigsRequest, token string) *shortlistadminv1.ListServingConfigsRequest {
			if token == "" {
				return request
			}
			next := proto.CloneOf(request)
			next.PageToken = token
			return next
		},
		fetch: func(ctx context.Context, request *shortlistadminv1.ListServingConfigsRequest, options []CallOption) (*shortlistadminv1.ListServingConfigsResponse, error) {
			return s.ListServingConfigs(ctx, request, options...)
		},
		items: (*shortlistadminv1.ListServingConfigsResponse).GetServingConfigs,
		next:  (*shortlistadminv1.ListServingConfigsResponse).GetNextPageToken,
	}
}

// CreateServingConfig creates a surface, without rules. Errors: INVALID_REQUEST,
// SERVING_CONFIG_ALREADY_EXISTS.
func (s *ServingConfigs) CreateServingConfig(
	ctx context.Context, request *shortlistadminv1.CreateServingConfigRequest, options ...CallOption,
) (*shortlistadminv1.ServingConfig, error) {
	return invoke(ctx, s.engine, servingConfigsCreateServingConfig, request, fresh[shortlistadminv1.ServingConfig], options)
}

// UpdateServingConfig changes a surface, also one of the server's own. Errors: INVALID_REQUEST,
// UNKNOWN_SERVING_CONFIG, ETAG_MISMATCH.
func (s *ServingConfigs) UpdateServingConfig(
	ctx context.Context, request *shortlistadminv1.UpdateServingConfigRequest, options ...CallOption,
) (*shortlistadminv1.ServingConfig, error) {
	return invoke(ctx, s.engine, servingConfigsUpdateServingConfig, request, fresh[shortlistadminv1.ServingConfig], options)
}

// DeleteServingConfig deletes what was written of a surface and its rules: a created one is gone,
// one of the server's own is again what the settings file says, with the rules that it has there.
// Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG, ETAG_MISMATCH.
func (s *ServingConfigs) DeleteServingConfig(
	ctx context.Context, request *shortlistadminv1.DeleteServingConfigRequest, options ...CallOption,
) (*emptypb.Empty, error) {
	return invoke(ctx, s.engine, servingConfigsDeleteServingConfig, request, fresh[emptypb.Empty], options)
}
