package shortlist

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

const (
	flushCount        = 50
	flushBytes        = 64 << 10
	flushAge          = 5 * time.Second
	queueMaxEvents    = 10_000
	queueMaxBytes     = 5 << 20
	queueBackoffBase  = time.Second
	queueBackoffLimit = 60 * time.Second
)

// ErrQueueClosed is returned by Enqueue after Close.
var ErrQueueClosed = errors.New("shortlist: the event queue is closed")

// QueueOptions configure an event queue; zero values stand for the defaults.
type QueueOptions[E proto.Message] struct {
	// OnRejected is told of events that the server refused; they are not sent again.
	OnRejected func(event E, err error)
	// OnDropped is told of events that were dropped because the queue was full: the oldest.
	OnDropped func(event E)
	// MaxEvents is how many events may wait; 0: 10,000.
	MaxEvents int
	// MaxBytes is how large they may be together; 0: 5 MiB.
	MaxBytes int
	// FlushCount is at how many events a batch is written; 0: 50.
	FlushCount int
	// FlushBytes is at how many bytes a batch is written; 0: 64 KiB.
	FlushBytes int
	// FlushAge is how long an event waits at most before it is written; 0: 5 seconds.
	FlushAge time.Duration
}

// queueBinding is what the queue must know of a method.
type queueBinding[E proto.Message] struct {
	maxEvents int
	prepare   func(event E, now time.Time)
	// send returns an error for each refused event, nil for the others, in order.
	send func(ctx context.Context, events []E, now time.Time) ([]error, error)
}

// EventQueue collects events and writes them in batches: at 50 events, 64 KiB, or when the oldest is
// 5 seconds old. Events wait in memory only; close the queue to write the last.
//
// While the server can't be reached they are kept and sent again; events have ids, so none counts twice.
type EventQueue[E proto.Message] struct {
	binding queueBinding[E]
	options QueueOptions[E]
	clock   Clock
	random  func() float64

	mu       sync.Mutex
	waiting  []queuedEvent[E]
	bytes    int
	dropped  int
	isClosed bool

	wake    chan struct{}
	sending chan struct{} // holds a token while a batch is in flight
	stop    context.CancelFunc
	stopped chan struct{}
}

type queuedEvent[E proto.Message] struct {
	event E
	size  int
	since time.Time
}

func newEventQueue[E proto.Message](
	clock Clock, random func() float64, options QueueOptions[E], binding queueBinding[E],
) *EventQueue[E] {
	if options.MaxEvents <= 0 {
		options.MaxEvents = queueMaxEvents
	}
	if options.MaxBytes <= 0 {
		options.MaxBytes = queueMaxBytes
	}
	if options.FlushCount <= 0 {
		options.FlushCount = flushCount
	}
	if options.FlushBytes <= 0 {
		options.FlushBytes = flushBytes
	}
	if options.FlushAge <= 0 {
		options.FlushAge = flushAge
	}
	ctx, stop := context.WithCancel(context.Background())
	q := &EventQueue[E]{
		binding: binding, options: options, clock: clock, random: random,
		wake: make(chan struct{}, 1), sending: make(chan struct{}, 1), stop: stop, stopped: make(chan struct{}),
	}
	go q.run(ctx)
	return q
}

// Enqueue adds an event, and gives it an id and a time if it has none. The queue owns it from then on.
func (q *EventQueue[E]) Enqueue(event E) error {
	now := q.clock.Now()
	q.binding.prepare(event, now)
	q.mu.Lock()
	if q.isClosed {
		q.mu.Unlock()
		return ErrQueueClosed
	}
	size := proto.Size(event)
	q.waiting = append(q.waiting, queuedEvent[E]{event, size, now})
	q.bytes += size
	dropped := q.makeRoom()
	q.mu.Unlock()
	for _, each := range dropped {
		if q.options.OnDropped != nil {
			q.options.OnDropped(each.event)
		}
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return nil
}

// makeRoom takes out the oldest events that are too many.
func (q *EventQueue[E]) makeRoom() []queuedEvent[E] {
	n := 0
	for len(q.waiting)-n > q.options.MaxEvents || (q.bytes > q.options.MaxBytes && len(q.waiting)-n > 1) {
		q.bytes -= q.waiting[n].size
		n++
	}
	q.dropped += n
	dropped := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return dropped
}

// Len returns how many events wait.
func (q *EventQueue[E]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// Dropped returns how many events were dropped because the queue was full.
func (q *EventQueue[E]) Dropped() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

// Flush writes what waits. It returns the first failure of a batch; its events are kept, unless the
// server refused them for good.
func (q *EventQueue[E]) Flush(ctx context.Context) error {
	for left := q.Len(); left > 0; {
		n, err := q.sendBatch(ctx)
		if err != nil || n == 0 {
			return err
		}
		left -= n
	}
	return nil
}

// Close writes what waits and ends the queue. If it fails, events are left; it may be called again.
func (q *EventQueue[E]) Close(ctx context.Context) error {
	q.mu.Lock()
	q.isClosed = true
	q.mu.Unlock()
	q.stop()
	<-q.stopped
	return q.Flush(ctx)
}

// sendBatch writes one batch, when no other is in flight, and returns its size.
func (q *EventQueue[E]) sendBatch(ctx context.Context) (int, error) {
	select {
	case q.sending <- struct{}{}:
		defer func() { <-q.sending }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	q.mu.Lock()
	batch := append([]queuedEvent[E](nil), q.waiting[:min(len(q.waiting), q.binding.maxEvents)]...)
	q.mu.Unlock()
	if len(batch) == 0 {
		return 0, nil
	}
	events := make([]E, len(batch))
	for i, each := range batch {
		events[i] = each.event
	}
	refusals, err := q.binding.send(ctx, events, q.clock.Now())
	if err != nil && isWorthKeeping(err) {
		return 0, err
	}
	q.remove(batch)
	for i, event := range events {
		refusal := err
		if err == nil {
			refusal = refusals[i]
		}
		if refusal != nil && q.options.OnRejected != nil {
			q.options.OnRejected(event, refusal)
		}
	}
	return len(batch), err
}

// remove takes a sent batch out; some of it may have been dropped meanwhile.
func (q *EventQueue[E]) remove(batch []queuedEvent[E]) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, sent := range batch {
		if len(q.waiting) > 0 && proto.Message(q.waiting[0].event) == proto.Message(sent.event) {
			q.bytes -= sent.size
			q.waiting = q.waiting[1:]
		}
	}
}

// isWorthKeeping tells whether a batch that failed as a whole may succeed later.
func isWorthKeeping(err error) bool {
	switch asAPIError(err).Code {
	case codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.PermissionDenied,
		codes.FailedPrecondition, codes.OutOfRange, codes.Unimplemented, codes.DataLoss:
		return false
	}
	return true
}

// run flushes in the background.
func (q *EventQueue[E]) run(ctx context.Context) {
	defer close(q.stopped)
	failures := 0
	for ctx.Err() == nil {
		if wait := q.untilDue(); wait > 0 {
			q.pause(ctx, wait)
			continue
		}
		if _, err := q.sendBatch(ctx); err == nil || !isWorthKeeping(err) {
			failures = 0
			continue
		}
		if q.clock.Sleep(ctx, fullJitter(failures, queueBackoffBase, queueBackoffLimit, q.random)) != nil {
			return
		}
		failures++
	}
}

// untilDue returns how long the next flush may wait.
func (q *EventQueue[E]) untilDue() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(q.waiting) == 0:
		return time.Hour
	case len(q.waiting) >= q.options.FlushCount || q.bytes >= q.options.FlushBytes:
		return 0
	}
	return max(0, q.options.FlushAge-q.clock.Now().Sub(q.waiting[0].since))
}

// pause waits until the time is over or an event comes.
func (q *EventQueue[E]) pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	slept := make(chan struct{})
	go func() {
		defer close(slept)
		_ = q.clock.Sleep(ctx, d)
	}()
	select {
	case <-slept:
	case <-q.wake:
	}
}
