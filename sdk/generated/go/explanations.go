package shortlist

import (
	"context"

	shortlistadminv1 "github.com/shortlist-rec/shortlist-go/shortlist/admin/v1"
)

// Explanations says why a request is answered as it is.
//
// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED, OVERLOADED,
// DEADLINE_TOO_SHORT and INTERNAL.
//
// It is a field of [Client].
type Explanations struct{ engine *engine }

// ExplainRecommendation answers a request as RecommendationService.Recommend would now, with the
// trace of every stage instead of a slate. Nothing is logged as served and no state changes.
// Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
func (s *Explanations) ExplainRecommendation(
	ctx context.Context, request *shortlistadminv1.ExplainRecommendationRequest, options ...CallOption,
) (*shortlistadminv1.ExplainRecommendationResponse, error) {
	return invoke(ctx, s.engine, explanationsExplainRecommendation, request, fresh[shortlistadminv1.ExplainRecommendationResponse], options)
}
