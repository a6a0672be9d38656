package shortlist

import (
	"context"
	"sync"
	"time"
)

const (
	// tokenSkew is how long before its expiry a token is replaced.
	tokenSkew = 30 * time.Second
	// refreshTimeout limits a refresh, which outlives the call that began it: others wait for it too.
	refreshTimeout = 30 * time.Second
)

// Token is a bearer token.
type Token struct {
	// Value goes into the authorization header, without "Bearer".
	Value string
	// Expiry is when it stops being valid. Zero: unknown; it is used until the server refuses it.
	Expiry time.Time
}

// TokenProvider gets tokens. It is asked by one goroutine at a time.
type TokenProvider interface {
	// Token returns a valid token. forceRefresh: the last one was refused; get a new one.
	Token(ctx context.Context, forceRefresh bool) (Token, error)
}

// TokenProviderFunc is a function as a TokenProvider.
type TokenProviderFunc func(ctx context.Context, forceRefresh bool) (Token, error)

// Token calls the function.
func (f TokenProviderFunc) Token(ctx context.Context, forceRefresh bool) (Token, error) {
	return f(ctx, forceRefresh)
}

// credentials give each attempt its header.
type credentials interface {
	// header returns the name and value of the header; an empty name: none.
	header(ctx context.Context) (name, value string, err error)
	// refresh replaces what the given header value stood for; false: it can't.
	refresh(ctx context.Context, refused string) (bool, error)
}

type noCredentials struct{}

func (noCredentials) header(context.Context) (string, string, error) { return "", "", nil }

func (noCredentials) refresh(context.Context, string) (bool, error) { return false, nil }

type apiKey string

func (k apiKey) header(context.Context) (string, string, error) { return apiKeyHeader, string(k), nil }

func (apiKey) refresh(context.Context, string) (bool, error) { return false, nil }

// tokenCache keeps the provider's token and lets concurrent calls share one refresh.
type tokenCache struct {
	provider TokenProvider
	clock    Clock

	mu      sync.Mutex
	token   Token
	pending *tokenRefresh
}

type tokenRefresh struct {
	done  chan struct{}
	token Token
	err   error
}

func (c *tokenCache) header(ctx context.Context) (string, string, error) {
	token, err := c.get(ctx, "", false)
	return authorizationHeader, "Bearer " + token.Value, err
}

func (c *tokenCache) refresh(ctx context.Context, refused string) (bool, error) {
	_, err := c.get(ctx, refused, true)
	return err == nil, err
}

// get returns the kept token, or that of the refresh that is under way, or begins one. A refresh is
// forced only while the kept token is still the refused one: another call may have replaced it.
func (c *tokenCache) get(ctx context.Context, refused string, force bool) (Token, error) {
	c.mu.Lock()
	if c.isFresh() && (!force || "Bearer "+c.token.Value != refused) {
		defer c.mu.Unlock()
		return c.token, nil
	}
	pending := c.pending
	if pending == nil {
		pending = &tokenRefresh{done: make(chan struct{})}
		c.pending = pending
		go c.fetch(context.WithoutCancel(ctx), pending, force)
	}
	c.mu.Unlock()
	select {
	case <-pending.done:
		return pending.token, pending.err
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
}

func (c *tokenCache) isFresh() bool {
	if c.token.Value == "" {
		return false
	}
	return c.token.Expiry.IsZero() || c.clock.Now().Before(c.token.Expiry.Add(-tokenSkew))
}

func (c *tokenCache) fetch(ctx context.Context, pending *tokenRefresh, force bool) {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	pending.token, pending.err = c.provider.Token(ctx, force)
	c.mu.Lock()
	if pending.err == nil {
		c.token = pending.token
	}
	c.pending = nil
	c.mu.Unlock()
	close(pending.done)
}
