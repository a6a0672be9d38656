package shortlist

import (
	"context"
	"iter"

	shortlistadminv1 "github.com/shortlist-rec/shortlist-go/shortlist/admin/v1"
	"google.golang.org/protobuf/proto"
	emptypb "google.golang.org/protobuf/types/known/emptypb"
)

// Rules keeps the rules of the surfaces: pins, caps, boosts and blocks. A write is durable when it
// is answered, and counts for every request that begins after that.
//
// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED, OVERLOADED,
// DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
//
// It is a field of [Client].
type Rules struct{ engine *engine }

// GetRule returns one rule. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG, RULE_NOT_FOUND.
func (s *Rules) GetRule(
	ctx context.Context, request *shortlistadminv1.GetRuleRequest, options ...CallOption,
) (*shortlistadminv1.Rule, error) {
	return invoke(ctx, s.engine, rulesGetRule, request, fresh[shortlistadminv1.Rule], options)
}

// ListRules lists the rules of a surface in the order in which they apply: those of the settings
// file, then the others as they were created. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG,
// INVALID_PAGE_TOKEN.
func (s *Rules) ListRules(
	ctx context.Context, request *shortlistadminv1.ListRulesRequest, options ...CallOption,
) (*shortlistadminv1.ListRulesResponse, error) {
	return invoke(ctx, s.engine, rulesListRules, request, fresh[shortlistadminv1.ListRulesResponse], options)
}

// ListRulesAll yields the items of all pages of ListRules, from the request's page token on, and
// fetches each page when it is needed. It ends after the first error.
func (s *Rules) ListRulesAll(
	ctx context.Context, request *shortlistadminv1.ListRulesRequest, options ...CallOption,
) iter.Seq2[*shortlistadminv1.Rule, error] {
	return s.listRulesPager().all(ctx, request, options)
}

// ListRulesPages yields the pages of ListRules, from the request's page token on. It ends after
// the first error.
func (s *Rules) ListRulesPages(
	ctx context.Context, request *shortlistadminv1.ListRulesRequest, options ...CallOption,
) iter.Seq2[*shortlistadminv1.ListRulesResponse, error] {
	return s.listRulesPager().pages(ctx, request, options)
}

func (s *Rules) listRulesPager() pager[*shortlistadminv1.ListRulesRequest, *shortlistadminv1.ListRulesResponse, *shortlistadminv1.Rule] {
	return pager[*shortlistadminv1.ListRulesRequest, *shortlistadminv1.ListRulesResponse, *shortlistadminv1.Rule]{
		clone: func(request *shortlistadminv1.ListRulesRequest, token string) *shortlistadminv1.ListRulesRequest {
			if token == "" {
				return request
			}
			next := proto.CloneOf(request)
			next.PageToken = token
			return next
		},
		fetch: func(ctx context.Context, request *shortlistadminv1.ListRulesRequest, options []CallOption) (*shortlistadminv1.ListRulesResponse, error) {
			return s.ListRules(ctx, request, options...)
		},
		items: (*shortlistadminv1.ListRulesResponse).GetRules,
		next:  (*shortlistadminv1.ListRulesResponse).GetNextPageToken,
	}
}

// CreateRule creates a rule. Errors: INVALID_REQUEST (also for a wrong filter or an undeclared
// attribute), UNKNOWN_SERVING_CONFIG, RULE_ALREADY_EXISTS.
func (s *Rules) CreateRule(
	ctx context.Context, request *shortlistadminv1.CreateRuleRequest, options ...CallOption,
) (*shortlistadminv1.Rule, error) {
	return invoke(ctx, s.engine, rulesCreateRule, request, fresh[shortlistadminv1.Rule], options)
}

// UpdateRule changes a rule, also one of the settings file. Errors: INVALID_REQUEST (also for a
// wrong filter or an undeclared attribute), UNKNOWN_SERVING_CONFIG, RULE_NOT_FOUND, ETAG_MISMATCH.
func (s *Rules) UpdateRule(
	ctx context.Context, request *shortlistadminv1.UpdateRuleRequest, options ...CallOption,
) (*shortlistadminv1.Rule, error) {
	return invoke(ctx, s.engine, rulesUpdateRule, request, fresh[shortlistadminv1.Rule], options)
}

// DeleteRule deletes a rule, also one of the settings file, which comes back when its serving
// config is deleted (reset). Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG, RULE_NOT_FOUND,
// ETAG_MISMATCH.
func (s *Rules) DeleteRule(
	ctx context.Context, request *shortlistadminv1.DeleteRuleRequest, options ...CallOption,
) (*emptypb.Empty, error) {
	return invoke(ctx, s.engine, rulesDeleteRule, request, fresh[emptypb.Empty], options)
}
