package shortlist

import (
	"context"
	"iter"

	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"google.golang.org/protobuf/proto"
)

// Recommendations answers with slates: ranked lists of items for a subject, an item or a page.
//
// An unknown user, an unknown seed, an empty history and fewer candidates than asked for are not
// errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, SUBJECT_MISMATCH,
// QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and INTERNAL. A reply may
// be kept for 5 seconds, so long as an item that was deleted meanwhile may still be in it.
//
// It is a field of [Client].
type Recommendations struct{ engine *engine }

// Recommend returns one page of a personal feed. Errors: INVALID_REQUEST, INVALID_FILTER,
// UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN, PAGE_TOKEN_EXPIRED, UNKNOWN_SERVING_CONFIG.
func (s *Recommendations) Recommend(
	ctx context.Context, request *shortlistv1.RecommendRequest, options ...CallOption,
) (*shortlistv1.RecommendResponse, error) {
	return invoke(ctx, s.engine, recommendationsRecommend, request, fresh[shortlistv1.RecommendResponse], options)
}

// RecommendAll yields the items of all pages of Recommend, from the request's page token on, and
// fetches each page when it is needed. It ends after the first error.
func (s *Recommendations) RecommendAll(
	ctx context.Context, request *shortlistv1.RecommendRequest, options ...CallOption,
) iter.Seq2[*shortlistv1.Recommendation, error] {
	return s.recommendPager().all(ctx, request, options)
}

// RecommendPages yields the pages of Recommend, from the request's page token on. It ends after
// the first error.
func (s *Recommendations) RecommendPages(
	ctx context.Context, request *shortlistv1.RecommendRequest, options ...CallOption,
) iter.Seq2[*shortlistv1.RecommendResponse, error] {
	return s.recommendPager().pages(ctx, request, options)
}

func (s *Recommendations) recommendPager() pager[*shortlistv1.RecommendRequest, *shortlistv1.RecommendResponse, *shortlistv1.Recommendation] {
	return pager[*shortlistv1.RecommendRequest, *shortlistv1.RecommendResponse, *shortlistv1.Recommendation]{
		clone: func(request *shortlistv1.RecommendRequest, token string) *shortlistv1.RecommendRequest {
			if token == "" {
				return request
			}
			next := proto.CloneOf(request)
			next.PageToken = token
			return next
		},
		fetch: func(ctx context.Context, request *shortlistv1.RecommendRequest, options []CallOption) (*shortlistv1.RecommendResponse, error) {
			return s.Recommend(ctx, request, options...)
		},
		items: (*shortlistv1.RecommendResponse).GetRecommendations,
		next:  (*shortlistv1.RecommendResponse).GetNextPageToken,
	}
}

// RecommendSimilar returns items similar to one item, without a subject; an unknown item gets
// popular items. Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE,
// UNKNOWN_SERVING_CONFIG.
func (s *Recommendations) RecommendSimilar(
	ctx context.Context, request *shortlistv1.RecommendSimilarRequest, options ...CallOption,
) (*shortlistv1.RecommendSimilarResponse, error) {
	return invoke(ctx, s.engine, recommendationsRecommendSimilar, request, fresh[shortlistv1.RecommendSimilarResponse], options)
}

// ListTrending returns the items that are engaged with unusually often right now, without a
// subject. Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
func (s *Recommendations) ListTrending(
	ctx context.Context, request *shortlistv1.ListTrendingRequest, options ...CallOption,
) (*shortlistv1.ListTrendingResponse, error) {
	return invoke(ctx, s.engine, recommendationsListTrending, request, fresh[shortlistv1.ListTrendingResponse], options)
}

// RankItems ranks the given items for a subject. Items that are unknown, deleted or unavailable are
// listed in `skipped_item_ids`. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG.
func (s *Recommendations) RankItems(
	ctx context.Context, request *shortlistv1.RankItemsRequest, options ...CallOption,
) (*shortlistv1.RankItemsResponse, error) {
	return invoke(ctx, s.engine, recommendationsRankItems, request, fresh[shortlistv1.RankItemsResponse], options)
}

// ComposePage composes a page of several shelves; no item appears twice on the page. Errors:
// INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
func (s *Recommendations) ComposePage(
	ctx context.Context, request *shortlistv1.ComposePageRequest, options ...CallOption,
) (*shortlistv1.ComposePageResponse, error) {
	return invoke(ctx, s.engine, recommendationsComposePage, request, fresh[shortlistv1.ComposePageResponse], options)
}
