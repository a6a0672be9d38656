package shortlist

// The reasons of the contract.
const (
	// ReasonInvalidRequest is INVALID_ARGUMENT: a field is out of range; BadRequest names it.
	ReasonInvalidRequest Reason = "INVALID_REQUEST"
	// ReasonInvalidFilter is INVALID_ARGUMENT: the filter has a syntax or type error; BadRequest names
	// the place.
	ReasonInvalidFilter Reason = "INVALID_FILTER"
	// ReasonUnknownAttribute is INVALID_ARGUMENT: an attribute is not declared, or not filterable.
	ReasonUnknownAttribute Reason = "UNKNOWN_ATTRIBUTE"
	// ReasonInvalidPageToken is INVALID_ARGUMENT: the page token is malformed, foreign, or belongs to
	// another request.
	ReasonInvalidPageToken Reason = "INVALID_PAGE_TOKEN"
	// ReasonBatchTooLarge is INVALID_ARGUMENT: more entries than a batch may have.
	ReasonBatchTooLarge Reason = "BATCH_TOO_LARGE"
	// ReasonEventTooOld is INVALID_ARGUMENT: the event is more than 30 days old, or older than its
	// subject's erasure.
	ReasonEventTooOld Reason = "EVENT_TOO_OLD"
	// ReasonEventFromFuture is INVALID_ARGUMENT: the event is more than 5 minutes ahead.
	ReasonEventFromFuture Reason = "EVENT_FROM_FUTURE"
	// ReasonPageTokenExpired is FAILED_PRECONDITION: the feed has expired; start a new one.
	ReasonPageTokenExpired Reason = "PAGE_TOKEN_EXPIRED"
	// ReasonEventIdConflict is ALREADY_EXISTS: the event id was used with another payload.
	ReasonEventIdConflict Reason = "EVENT_ID_CONFLICT"
	// ReasonItemAlreadyExists is ALREADY_EXISTS: an item with this id exists.
	ReasonItemAlreadyExists Reason = "ITEM_ALREADY_EXISTS"
	// ReasonUnknownServingConfig is NOT_FOUND: no such surface.
	ReasonUnknownServingConfig Reason = "UNKNOWN_SERVING_CONFIG"
	// ReasonItemNotFound is NOT_FOUND: no such item.
	ReasonItemNotFound Reason = "ITEM_NOT_FOUND"
	// ReasonUserNotFound is NOT_FOUND: no such user.
	ReasonUserNotFound Reason = "USER_NOT_FOUND"
	// ReasonOperationNotFound is NOT_FOUND: no such operation.
	ReasonOperationNotFound Reason = "OPERATION_NOT_FOUND"
	// ReasonCredentialsMissing is UNAUTHENTICATED: no credentials were sent.
	ReasonCredentialsMissing Reason = "CREDENTIALS_MISSING"
	// ReasonCredentialsInvalid is UNAUTHENTICATED: the credentials are not valid here.
	ReasonCredentialsInvalid Reason = "CREDENTIALS_INVALID"
	// ReasonCredentialsExpired is UNAUTHENTICATED: the credentials have expired; refresh once and
	// retry.
	ReasonCredentialsExpired Reason = "CREDENTIALS_EXPIRED"
	// ReasonScopeInsufficient is PERMISSION_DENIED: the caller's scope does not allow the method.
	ReasonScopeInsufficient Reason = "SCOPE_INSUFFICIENT"
	// ReasonSubjectMismatch is PERMISSION_DENIED: the caller may act for its own subject only.
	ReasonSubjectMismatch Reason = "SUBJECT_MISMATCH"
	// ReasonQuotaExhausted is RESOURCE_EXHAUSTED: the caller's quota is used up; RetryInfo says when
	// to retry.
	ReasonQuotaExhausted Reason = "QUOTA_EXHAUSTED"
	// ReasonOverloaded is RESOURCE_EXHAUSTED: the server sheds load; RetryInfo says when to retry.
	ReasonOverloaded Reason = "OVERLOADED"
	// ReasonStorageFull is RESOURCE_EXHAUSTED: the server's disk is full.
	ReasonStorageFull Reason = "STORAGE_FULL"
	// ReasonDependencyUnavailable is UNAVAILABLE: a dependency did not answer.
	ReasonDependencyUnavailable Reason = "DEPENDENCY_UNAVAILABLE"
	// ReasonDeadlineTooShort is DEADLINE_EXCEEDED: too little time was left to answer.
	ReasonDeadlineTooShort Reason = "DEADLINE_TOO_SHORT"
	// ReasonInternal is INTERNAL: a fault of the server; quote the request id.
	ReasonInternal Reason = "INTERNAL"
	// ReasonServingConfigAlreadyExists is ALREADY_EXISTS: a surface with this name exists.
	ReasonServingConfigAlreadyExists Reason = "SERVING_CONFIG_ALREADY_EXISTS"
	// ReasonRuleNotFound is NOT_FOUND: the surface has no such rule.
	ReasonRuleNotFound Reason = "RULE_NOT_FOUND"
	// ReasonRuleAlreadyExists is ALREADY_EXISTS: the surface has a rule with this name.
	ReasonRuleAlreadyExists Reason = "RULE_ALREADY_EXISTS"
	// ReasonEtagMismatch is ABORTED: it was changed since it was read; read it again.
	ReasonEtagMismatch Reason = "ETAG_MISMATCH"
)

// retryOf returns when the contract lets a reason be repeated.
func retryOf(reason Reason) retryPolicy {
	switch reason {
	case ReasonDependencyUnavailable:
		return retryIfIdempotent
	case ReasonQuotaExhausted, ReasonOverloaded:
		return retryAfterDelay
	case ReasonCredentialsExpired:
		return retryAfterRefresh
	}
	return retryNever
}

// typed wraps an error in the type of its reason.
func typed(err *APIError) error {
	switch err.Reason {
	case ReasonInvalidRequest:
		return &InvalidRequestError{err}
	case ReasonInvalidFilter:
		return &InvalidFilterError{err}
	case ReasonUnknownAttribute:
		return &UnknownAttributeError{err}
	case ReasonInvalidPageToken:
		return &InvalidPageTokenError{err}
	case ReasonBatchTooLarge:
		return &BatchTooLargeError{err}
	case ReasonEventTooOld:
		return &EventTooOldError{err}
	case ReasonEventFromFuture:
		return &EventFromFutureError{err}
	case ReasonPageTokenExpired:
		return &PageTokenExpiredError{err}
	case ReasonEventIdConflict:
		return &EventIdConflictError{err}
	case ReasonItemAlreadyExists:
		return &ItemAlreadyExistsError{err}
	case ReasonUnknownServingConfig:
		return &UnknownServingConfigError{err}
	case ReasonItemNotFound:
		return &ItemNotFoundError{err}
	case ReasonUserNotFound:
		return &UserNotFoundError{err}
	case ReasonOperationNotFound:
		return &OperationNotFoundError{err}
	case ReasonCredentialsMissing:
		return &CredentialsMissingError{err}
	case ReasonCredentialsInvalid:
		return &CredentialsInvalidError{err}
	case ReasonCredentialsExpired:
		return &CredentialsExpiredError{err}
	case ReasonScopeInsufficient:
		return &ScopeInsufficientError{err}
	case ReasonSubjectMismatch:
		return &SubjectMismatchError{err}
	case ReasonQuotaExhausted:
		return &QuotaExhaustedError{err}
	case ReasonOverloaded:
		return &OverloadedError{err}
	case ReasonStorageFull:
		return &StorageFullError{err}
	case ReasonDependencyUnavailable:
		return &DependencyUnavailableError{err}
	case ReasonDeadlineTooShort:
		return &DeadlineTooShortError{err}
	case ReasonInternal:
		return &InternalError{err}
	case ReasonServingConfigAlreadyExists:
		return &ServingConfigAlreadyExistsError{err}
	case ReasonRuleNotFound:
		return &RuleNotFoundError{err}
	case ReasonRuleAlreadyExists:
		return &RuleAlreadyExistsError{err}
	case ReasonEtagMismatch:
		return &EtagMismatchError{err}
	}
	return err
}

// InvalidRequestError is an APIError with ReasonInvalidRequest.
type InvalidRequestError struct{ *APIError }

// Unwrap returns the APIError.
func (e *InvalidRequestError) Unwrap() error { return e.APIError }

// InvalidFilterError is an APIError with ReasonInvalidFilter.
type InvalidFilterError struct{ *APIError }

// Unwrap returns the APIError.
func (e *InvalidFilterError) Unwrap() error { return e.APIError }

// UnknownAttributeError is an APIError with ReasonUnknownAttribute.
type UnknownAttributeError struct{ *APIError }

// Unwrap returns the APIError.
func (e *UnknownAttributeError) Unwrap() error { return e.APIError }

// InvalidPageTokenError is an APIError with ReasonInvalidPageToken.
type InvalidPageTokenError struct{ *APIError }

// Unwrap returns the APIError.
func (e *InvalidPageTokenError) Unwrap() error { return e.APIError }

// BatchTooLargeError is an APIError with ReasonBatchTooLarge.
type BatchTooLargeError struct{ *APIError }

// Unwrap returns the APIError.
func (e *BatchTooLargeError) Unwrap() error { return e.APIError }

// EventTooOldError is an APIError with ReasonEventTooOld.
type EventTooOldError struct{ *APIError }

// Unwrap returns the APIError.
func (e *EventTooOldError) Unwrap() error { return e.APIError }

// EventFromFutureError is an APIError with ReasonEventFromFuture.
type EventFromFutureError struct{ *APIError }

// Unwrap returns the APIError.
func (e *EventFromFutureError) Unwrap() error { return e.APIError }

// PageTokenExpiredError is an APIError with ReasonPageTokenExpired.
type PageTokenExpiredError struct{ *APIError }

// Unwrap returns the APIError.
func (e *PageTokenExpiredError) Unwrap() error { return e.APIError }

// EventIdConflictError is an APIError with ReasonEventIdConflict.
type EventIdConflictError struct{ *APIError }

// Unwrap returns the APIError.
func (e *EventIdConflictError) Unwrap() error { return e.APIError }

// ItemAlreadyExistsError is an APIError with ReasonItemAlreadyExists.
type ItemAlreadyExistsError struct{ *APIError }

// Unwrap returns the APIError.
func (e *ItemAlreadyExistsError) Unwrap() error { return e.APIError }

// UnknownServingConfigError is an APIError with ReasonUnknownServingConfig.
type UnknownServingConfigError struct{ *APIError }

// Unwrap returns the APIError.
func (e *UnknownServingConfigError) Unwrap() error { return e.APIError }

// ItemNotFoundError is an APIError with ReasonItemNotFound.
type ItemNotFoundError struct{ *APIError }

// Unwrap returns the APIError.
func (e *ItemNotFoundError) Unwrap() error { return e.APIError }

// UserNotFoundError is an APIError with ReasonUserNotFound.
type UserNotFoundError struct{ *APIError }

// Unwrap returns the APIError.
func (e *UserNotFoundError) Unwrap() error { return e.APIError }

// OperationNotFoundError is an APIError with ReasonOperationNotFound.
type OperationNotFoundError struct{ *APIError }

// Unwrap returns the APIError.
func (e *OperationNotFoundError) Unwrap() error { return e.APIError }

// CredentialsMissingError is an APIError with ReasonCredentialsMissing.
type CredentialsMissingError struct{ *APIError }

// Unwrap returns the APIError.
func (e *CredentialsMissingError) Unwrap() error { return e.APIError }

// CredentialsInvalidError is an APIError with ReasonCredentialsInvalid.
type CredentialsInvalidError struct{ *APIError }

// Unwrap returns the APIError.
func (e *CredentialsInvalidError) Unwrap() error { return e.APIError }

// CredentialsExpiredError is an APIError with ReasonCredentialsExpired.
type CredentialsExpiredError struct{ *APIError }

// Unwrap returns the APIError.
func (e *CredentialsExpiredError) Unwrap() error { return e.APIError }

// ScopeInsufficientError is an APIError with ReasonScopeInsufficient.
type ScopeInsufficientError struct{ *APIError }

// Unwrap returns the APIError.
func (e *ScopeInsufficientError) Unwrap() error { return e.APIError }

// SubjectMismatchError is an APIError with ReasonSubjectMismatch.
type SubjectMismatchError struct{ *APIError }

// Unwrap returns the APIError.
func (e *SubjectMismatchError) Unwrap() error { return e.APIError }

// QuotaExhaustedError is an APIError with ReasonQuotaExhausted.
type QuotaExhaustedError struct{ *APIError }

// Unwrap returns the APIError.
func (e *QuotaExhaustedError) Unwrap() error { return e.APIError }

// OverloadedError is an APIError with ReasonOverloaded.
type OverloadedError struct{ *APIError }

// Unwrap returns the APIError.
func (e *OverloadedError) Unwrap() error { return e.APIError }

// StorageFullError is an APIError with ReasonStorageFull.
type StorageFullError struct{ *APIError }

// Unwrap returns the APIError.
func (e *StorageFullError) Unwrap() error { return e.APIError }

// DependencyUnavailableError is an APIError with ReasonDependencyUnavailable.
type DependencyUnavailableError struct{ *APIError }

// Unwrap returns the APIError.
func (e *DependencyUnavailableError) Unwrap() error { return e.APIError }

// DeadlineTooShortError is an APIError with ReasonDeadlineTooShort.
type DeadlineTooShortError struct{ *APIError }

// Unwrap returns the APIError.
func (e *DeadlineTooShortError) Unwrap() error { return e.APIError }

// InternalError is an APIError with ReasonInternal.
type InternalError struct{ *APIError }

// Unwrap returns the APIError.
func (e *InternalError) Unwrap() error { return e.APIError }

// ServingConfigAlreadyExistsError is an APIError with ReasonServingConfigAlreadyExists.
type ServingConfigAlreadyExistsError struct{ *APIError }

// Unwrap returns the APIError.
func (e *ServingConfigAlreadyExistsError) Unwrap() error { return e.APIError }

// RuleNotFoundError is an APIError with ReasonRuleNotFound.
type RuleNotFoundError struct{ *APIError }

// Unwrap returns the APIError.
func (e *RuleNotFoundError) Unwrap() error { return e.APIError }

// RuleAlreadyExistsError is an APIError with ReasonRuleAlreadyExists.
type RuleAlreadyExistsError struct{ *APIError }

// Unwrap returns the APIError.
func (e *RuleAlreadyExistsError) Unwrap() error { return e.APIError }

// EtagMismatchError is an APIError with ReasonEtagMismatch.
type EtagMismatchError struct{ *APIError }

// Unwrap returns the APIError.
func (e *EtagMismatchError) Unwrap() error { return e.APIError }
