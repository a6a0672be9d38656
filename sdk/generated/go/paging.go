package shortlist

import (
	"context"
	"iter"
)

// pager knows the fields of a paged method.
type pager[Q, P, T any] struct {
	// clone copies a request and sets its page token, unless that is empty.
	clone func(request Q, token string) Q
	fetch func(ctx context.Context, request Q, options []CallOption) (P, error)
	items func(page P) []T
	next  func(page P) string
}

// pages yields pages until the list ends, the first error, or the caller breaks.
func (p pager[Q, P, T]) pages(ctx context.Context, request Q, options []CallOption) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		for token := ""; ; {
			page, err := p.fetch(ctx, p.clone(request, token), options)
			if !yield(page, err) || err != nil {
				return
			}
			if token = p.next(page); token == "" {
				return
			}
		}
	}
}

// all yields the items of the pages, fetching each page when it is needed.
func (p pager[Q, P, T]) all(ctx context.Context, request Q, options []CallOption) iter.Seq2[T, error] {
	limit := settingsOf(options).maxItems
	return func(yield func(T, error) bool) {
		count := 0
		for page, err := range p.pages(ctx, request, options) {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range p.items(page) {
				if !yield(item, nil) {
					return
				}
				if count++; count == limit {
					return
				}
			}
		}
	}
}
