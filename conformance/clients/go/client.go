package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
)

// refreshTime is how long a token takes, as with a token endpoint: calls at once meet there.
const refreshTime = 20 * time.Millisecond

// testClient is the client of one test, opened when it is needed.
type testClient struct {
	asked  *request
	opened *shortlist.Client
	queue  *shortlist.EventQueue[*shortlistv1.Event]

	mu       sync.Mutex
	rejected []map[string]any
}

func (c *testClient) get() (*shortlist.Client, error) {
	if c.opened != nil {
		return c.opened, nil
	}
	opened, err := shortlist.New("http://"+c.asked.Target.Address, c.options()...)
	c.opened = opened
	return opened, err
}

func (c *testClient) options() []shortlist.Option {
	var found []shortlist.Option
	switch target := c.asked.Target; {
	case len(target.Tokens) > 0:
		found = append(found, shortlist.WithTokenProvider(&tokens{left: target.Tokens}))
	case target.APIKey != "":
		found = append(found, shortlist.WithAPIKey(target.APIKey))
	}
	if c.asked.Options.Cache {
		found = append(found, shortlist.WithCache(0))
	}
	if seed := c.asked.Options.RandomSeed; seed != nil {
		found = append(found, shortlist.WithRandom(seeded(*seed)))
	}
	return found
}

func (c *testClient) events() (*shortlist.EventQueue[*shortlistv1.Event], error) {
	if c.queue != nil {
		return c.queue, nil
	}
	client, err := c.get()
	if err != nil {
		return nil, err
	}
	limits := c.asked.Options.EventQueue
	c.queue = client.Events.NewEventQueue(shortlist.QueueOptions[*shortlistv1.Event]{
		MaxEvents:  limits.Capacity,
		FlushCount: limits.MaxEvents,
		FlushBytes: limits.MaxBytes,
		FlushAge:   time.Duration(limits.MaxAgeMS) * time.Millisecond,
		OnRejected: c.noteRejected,
	})
	return c.queue, nil
}

func (c *testClient) noteRejected(event *shortlistv1.Event, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rejected = append(c.rejected, map[string]any{"event_id": event.GetEventId(), "error": errorJSON(err)})
}

func (c *testClient) rejections() []map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]map[string]any{}, c.rejected...)
}

// close ends the queue and the client as an application does.
func (c *testClient) close() error {
	if c.queue != nil {
		// What could not be written is lost, as with any program that ends.
		_ = c.queue.Close(context.Background())
	}
	return c.kill()
}

// kill lets go of everything as a process that dies does: the connections end and nothing is written.
func (c *testClient) kill() error {
	opened := c.opened
	c.mu.Lock()
	c.rejected = nil
	c.mu.Unlock()
	c.opened, c.queue = nil, nil
	if opened == nil {
		return nil
	}
	return opened.Close()
}

// tokens gives the tokens of the target one after the other, the last again and again.
type tokens struct {
	mu   sync.Mutex
	left []string
}

func (t *tokens) Token(context.Context, bool) (shortlist.Token, error) {
	time.Sleep(refreshTime)
	t.mu.Lock()
	defer t.mu.Unlock()
	next := t.left[0]
	if len(t.left) > 1 {
		t.left = t.left[1:]
	}
	return shortlist.Token{Value: next}, nil
}

// seeded returns chance that a seed decides, for concurrent use.
func seeded(seed uint64) func() float64 {
	var mu sync.Mutex
	source := rand.New(rand.NewPCG(seed, 0))
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return source.Float64()
	}
}
