package music

import (
	"time"
)

const (
	maxAttempts = 4
	backoffBase = 100 * time.Millisecond
	backoffCap  = 5 * time.Second
)

// retryPolicy is when the contract lets a reason be repeated.
type retryPolicy int

const (
	retryNever retryPolicy = iota
	retryIfIdempotent
	retryAfterDelay
	retryAfterRefresh
)

// fullJitter returns a random wait below min(base*2^n, limit), for the n-th repetition from 0.
func fullJitter(n int, base, limit time.Duration, random func() float64) time.Duration {
	ceiling := limit
	if n < 30 { // beyond, the shift would overflow
		ceiling = min(limit, base<<n)
	}
	return time.Duration(random() * float64(ceiling))
}

// retryWait returns the wait before the next attempt: at least what the server asked for.
func retryWait(failure *APIError, attempt int, random func() float64) time.Duration {
	if failure.RetryDelay > 0 {
		return failure.RetryDelay + time.Duration(random()*float64(backoffBase))
	}
	return fullJitter(attempt-1, backoffBase, backoffCap, random)
}

// isRepeatable tells whether a failed attempt may be repeated as it was, without new credentials.
func isRepeatable(method *Method, failure *APIError) bool {
	if failure.RetryDelay > 0 && retryOf(failure.Reason) == retryAfterDelay {
		return true
	}
	return method.isRetryable(failure.Code)
}
