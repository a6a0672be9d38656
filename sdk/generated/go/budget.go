package shortlist

import "sync"

const (
	budgetTokens     = 10.0
	budgetPerSuccess = 0.1
)

// retryBudget bounds a client's retries, so that they don't multiply the load of a server in trouble:
// each retry takes a token, each success gives a tenth of one back.
type retryBudget struct {
	mu     sync.Mutex
	tokens float64
}

func newRetryBudget() *retryBudget { return &retryBudget{tokens: budgetTokens} }

// take reports whether there was a token for a retry.
func (b *retryBudget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

func (b *retryBudget) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(budgetTokens, b.tokens+budgetPerSuccess)
}
