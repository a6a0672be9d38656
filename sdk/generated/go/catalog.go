package shortlist

import (
	"context"
	"iter"

	longrunningpb "cloud.google.com/go/longrunning/autogen/longrunningpb"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"google.golang.org/protobuf/proto"
	emptypb "google.golang.org/protobuf/types/known/emptypb"
)

// Catalog keeps the catalogue. A written item is recommendable within seconds; while it is deleted
// or unavailable it never appears.
//
// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED, OVERLOADED,
// DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
//
// It is a field of [Client].
type Catalog struct{ engine *engine }

// GetCatalog returns the attribute schema.
func (s *Catalog) GetCatalog(
	ctx context.Context, request *shortlistv1.GetCatalogRequest, options ...CallOption,
) (*shortlistv1.Catalog, error) {
	return invoke(ctx, s.engine, catalogGetCatalog, request, fresh[shortlistv1.Catalog], options)
}

// UpdateCatalog declares attributes; additive only. Errors: INVALID_REQUEST for a removed attribute
// or a changed type.
func (s *Catalog) UpdateCatalog(
	ctx context.Context, request *shortlistv1.UpdateCatalogRequest, options ...CallOption,
) (*shortlistv1.Catalog, error) {
	return invoke(ctx, s.engine, catalogUpdateCatalog, request, fresh[shortlistv1.Catalog], options)
}

// GetItem returns one item. Errors: INVALID_REQUEST, ITEM_NOT_FOUND.
func (s *Catalog) GetItem(
	ctx context.Context, request *shortlistv1.GetItemRequest, options ...CallOption,
) (*shortlistv1.Item, error) {
	return invoke(ctx, s.engine, catalogGetItem, request, fresh[shortlistv1.Item], options)
}

// ListItems lists items in the order of their creation. Errors: INVALID_REQUEST, INVALID_FILTER,
// UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN.
func (s *Catalog) ListItems(
	ctx context.Context, request *shortlistv1.ListItemsRequest, options ...CallOption,
) (*shortlistv1.ListItemsResponse, error) {
	return invoke(ctx, s.engine, catalogListItems, request, fresh[shortlistv1.ListItemsResponse], options)
}

// ListItemsAll yields the items of all pages of ListItems, from the request's page token on, and
// fetches each page when it is needed. It ends after the first error.
func (s *Catalog) ListItemsAll(
	ctx context.Context, request *shortlistv1.ListItemsRequest, options ...CallOption,
) iter.Seq2[*shortlistv1.Item, error] {
	return s.listItemsPager().all(ctx, request, options)
}

// ListItemsPages yields the pages of ListItems, from the request's page token on. It ends after
// the first error.
func (s *Catalog) ListItemsPages(
	ctx context.Context, request *shortlistv1.ListItemsRequest, options ...CallOption,
) iter.Seq2[*shortlistv1.ListItemsResponse, error] {
	return s.listItemsPager().pages(ctx, request, options)
}

func (s *Catalog) listItemsPager() pager[*shortlistv1.ListItemsRequest, *shortlistv1.ListItemsResponse, *shortlistv1.Item] {
	return pager[*shortlistv1.ListItemsRequest, *shortlistv1.ListItemsResponse, *shortlistv1.Item]{
		clone: func(request *shortlistv1.ListItemsRequest, token string) *shortlistv1.ListItemsRequest {
			if token == "" {
				return request
			}
			next := proto.CloneOf(request)
			next.PageToken = token
			return next
		},
		fetch: func(ctx context.Context, request *shortlistv1.ListItemsRequest, options []CallOption) (*shortlistv1.ListItemsResponse, error) {
			return s.ListItems(ctx, request, options...)
		},
		items: (*shortlistv1.ListItemsResponse).GetItems,
		next:  (*shortlistv1.ListItemsResponse).GetNextPageToken,
	}
}

// CreateItem creates an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_ALREADY_EXISTS.
func (s *Catalog) CreateItem(
	ctx context.Context, request *shortlistv1.CreateItemRequest, options ...CallOption,
) (*shortlistv1.Item, error) {
	return invoke(ctx, s.engine, catalogCreateItem, request, fresh[shortlistv1.Item], options)
}

// UpdateItem changes an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_NOT_FOUND.
func (s *Catalog) UpdateItem(
	ctx context.Context, request *shortlistv1.UpdateItemRequest, options ...CallOption,
) (*shortlistv1.Item, error) {
	return invoke(ctx, s.engine, catalogUpdateItem, request, fresh[shortlistv1.Item], options)
}

// DeleteItem deletes an item; it never appears again from then on. Errors: INVALID_REQUEST,
// ITEM_NOT_FOUND.
func (s *Catalog) DeleteItem(
	ctx context.Context, request *shortlistv1.DeleteItemRequest, options ...CallOption,
) (*emptypb.Empty, error) {
	return invoke(ctx, s.engine, catalogDeleteItem, request, fresh[emptypb.Empty], options)
}

// BatchUpsertItems creates or replaces up to 1,000 items and answers for each. Errors of the whole
// batch: INVALID_REQUEST, BATCH_TOO_LARGE.
func (s *Catalog) BatchUpsertItems(
	ctx context.Context, request *shortlistv1.BatchUpsertItemsRequest, options ...CallOption,
) (*shortlistv1.BatchUpsertItemsResponse, error) {
	return invoke(ctx, s.engine, catalogBatchUpsertItems, request, fresh[shortlistv1.BatchUpsertItemsResponse], options)
}

// ImportItems imports a file of items that lies in the deployment's import folder. Errors:
// INVALID_REQUEST. The operation's response is ImportItemsResponse, its metadata
// ImportItemsMetadata.
//
// It returns when the operation has begun; Wait on it for the result.
func (s *Catalog) ImportItems(
	ctx context.Context, request *shortlistv1.ImportItemsRequest, options ...CallOption,
) (*Operation[*shortlistv1.ImportItemsResponse, *shortlistv1.ImportItemsMetadata], error) {
	started, err := invoke(ctx, s.engine, catalogImportItems, request, fresh[longrunningpb.Operation], options)
	if err != nil {
		return nil, err
	}
	return s.ImportItemsOperation(started), nil
}

// ImportItemsOperation takes up an operation that ImportItems began, also in another process; its
// name is enough.
func (s *Catalog) ImportItemsOperation(
	started *longrunningpb.Operation,
) *Operation[*shortlistv1.ImportItemsResponse, *shortlistv1.ImportItemsMetadata] {
	return &Operation[*shortlistv1.ImportItemsResponse, *shortlistv1.ImportItemsMetadata]{
		engine: s.engine, state: started,
		newResult:   fresh[shortlistv1.ImportItemsResponse],
		newMetadata: fresh[shortlistv1.ImportItemsMetadata],
	}
}
