package shortlist

import (
	"context"

	longrunningpb "cloud.google.com/go/longrunning/autogen/longrunningpb"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
)

// Users keeps profiles and honours the rights of users over their data.
//
// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
// SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
//
// It is a field of [Client].
type Users struct{ engine *engine }

// GetUser returns a profile. Errors: INVALID_REQUEST, USER_NOT_FOUND.
func (s *Users) GetUser(
	ctx context.Context, request *shortlistv1.GetUserRequest, options ...CallOption,
) (*shortlistv1.User, error) {
	return invoke(ctx, s.engine, usersGetUser, request, fresh[shortlistv1.User], options)
}

// UpdateUser changes a profile. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, USER_NOT_FOUND.
func (s *Users) UpdateUser(
	ctx context.Context, request *shortlistv1.UpdateUserRequest, options ...CallOption,
) (*shortlistv1.User, error) {
	return invoke(ctx, s.engine, usersUpdateUser, request, fresh[shortlistv1.User], options)
}

// MergeUsers adds a visitor's events to a user, once: from then on the visitor's history counts as
// the user's, and later events of the visitor go to the user. Errors: INVALID_REQUEST.
func (s *Users) MergeUsers(
	ctx context.Context, request *shortlistv1.MergeUsersRequest, options ...CallOption,
) (*shortlistv1.MergeUsersResponse, error) {
	return invoke(ctx, s.engine, usersMergeUsers, request, fresh[shortlistv1.MergeUsersResponse], options)
}

// EraseUser erases everything about a user from every store. Errors: INVALID_REQUEST. The
// operation's response is ErasureReceipt, its metadata UserOperationMetadata.
//
// It returns when the operation has begun; Wait on it for the result.
func (s *Users) EraseUser(
	ctx context.Context, request *shortlistv1.EraseUserRequest, options ...CallOption,
) (*Operation[*shortlistv1.ErasureReceipt, *shortlistv1.UserOperationMetadata], error) {
	started, err := invoke(ctx, s.engine, usersEraseUser, request, fresh[longrunningpb.Operation], options)
	if err != nil {
		return nil, err
	}
	return s.EraseUserOperation(started), nil
}

// EraseUserOperation takes up an operation that EraseUser began, also in another process; its
// name is enough.
func (s *Users) EraseUserOperation(
	started *longrunningpb.Operation,
) *Operation[*shortlistv1.ErasureReceipt, *shortlistv1.UserOperationMetadata] {
	return &Operation[*shortlistv1.ErasureReceipt, *shortlistv1.UserOperationMetadata]{
		engine: s.engine, state: started,
		newResult:   fresh[shortlistv1.ErasureReceipt],
		newMetadata: fresh[shortlistv1.UserOperationMetadata],
	}
}

// ExportUser writes everything held about a user into files in the deployment's export folder.
// Errors: INVALID_REQUEST. The operation's response is UserExport, its metadata
// UserOperationMetadata.
//
// It returns when the operation has begun; Wait on it for the result.
func (s *Users) ExportUser(
	ctx context.Context, request *shortlistv1.ExportUserRequest, options ...CallOption,
) (*Operation[*shortlistv1.UserExport, *shortlistv1.UserOperationMetadata], error) {
	started, err := invoke(ctx, s.engine, usersExportUser, request, fresh[longrunningpb.Operation], options)
	if err != nil {
		return nil, err
	}
	return s.ExportUserOperation(started), nil
}

// ExportUserOperation takes up an operation that ExportUser began, also in another process; its
// name is enough.
func (s *Users) ExportUserOperation(
	started *longrunningpb.Operation,
) *Operation[*shortlistv1.UserExport, *shortlistv1.UserOperationMetadata] {
	return &Operation[*shortlistv1.UserExport, *shortlistv1.UserOperationMetadata]{
		engine: s.engine, state: started,
		newResult:   fresh[shortlistv1.UserExport],
		newMetadata: fresh[shortlistv1.UserOperationMetadata],
	}
}
