package music

// The reasons of the contract.
const (
	// ReasonAlbumNotFound is NOT_FOUND: no such album.
	ReasonAlbumNotFound Reason = "ALBUM_NOT_FOUND"
	// ReasonOutOfTune is UNAVAILABLE: between two stations.
	ReasonOutOfTune Reason = "OUT_OF_TUNE"
	// ReasonSoldOut is RESOURCE_EXHAUSTED: too many listeners; RetryInfo says when to come back.
	ReasonSoldOut Reason = "SOLD_OUT"
	// ReasonTicketExpired is UNAUTHENTICATED: the ticket is from yesterday.
	ReasonTicketExpired Reason = "TICKET_EXPIRED"
)

// retryOf returns when the contract lets a reason be repeated.
func retryOf(reason Reason) retryPolicy {
	switch reason {
	case ReasonOutOfTune:
		return retryIfIdempotent
	case ReasonSoldOut:
		return retryAfterDelay
	case ReasonTicketExpired:
		return retryAfterRefresh
	}
	return retryNever
}

// typed wraps an error in the type of its reason.
func typed(err *APIError) error {
	switch err.Reason {
	case ReasonAlbumNotFound:
		return &AlbumNotFoundError{err}
	case ReasonOutOfTune:
		return &OutOfTuneError{err}
	case ReasonSoldOut:
		return &SoldOutError{err}
	case ReasonTicketExpired:
		return &TicketExpiredError{err}
	}
	return err
}

// AlbumNotFoundError is an APIError with ReasonAlbumNotFound.
type AlbumNotFoundError struct{ *APIError }

// Unwrap returns the APIError.
func (e *AlbumNotFoundError) Unwrap() error { return e.APIError }

// OutOfTuneError is an APIError with ReasonOutOfTune.
type OutOfTuneError struct{ *APIError }

// Unwrap returns the APIError.
func (e *OutOfTuneError) Unwrap() error { return e.APIError }

// SoldOutError is an APIError with ReasonSoldOut.
type SoldOutError struct{ *APIError }

// Unwrap returns the APIError.
func (e *SoldOutError) Unwrap() error { return e.APIError }

// TicketExpiredError is an APIError with ReasonTicketExpired.
type TicketExpiredError struct{ *APIError }

// Unwrap returns the APIError.
func (e *TicketExpiredError) Unwrap() error { return e.APIError }
