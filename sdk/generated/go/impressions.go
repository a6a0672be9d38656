package shortlist

import (
	"sync"

	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
)

// EventOption fills what all events of a tracker share: at least whose they are.
type EventOption func(event *shortlistv1.Event)

// EventUserId sets whose events they are.
func EventUserId(id string) EventOption {
	return func(event *shortlistv1.Event) { event.Subject = &shortlistv1.Event_UserId{UserId: id} }
}

// EventVisitorId sets whose events they are.
func EventVisitorId(id string) EventOption {
	return func(event *shortlistv1.Event) { event.Subject = &shortlistv1.Event_VisitorId{VisitorId: id} }
}

// RecommendationSlate is a reply whose items are shown; replies of several methods, and parts of replies, are.
type RecommendationSlate interface {
	GetRecommendations() []*shortlistv1.Recommendation
	GetAttributionToken() string
}

// ImpressionTracker reports what becomes of a slate: each item's impression once, with its position and
// the attribution token, and the events it leads to. It is safe for concurrent use.
type ImpressionTracker struct {
	queue   *EventQueue[*shortlistv1.Event]
	slate   RecommendationSlate
	options []EventOption

	mu    sync.Mutex
	shown map[string]bool
}

// NewImpressionTracker returns a tracker of one slate, for one subject.
func NewImpressionTracker(
	queue *EventQueue[*shortlistv1.Event], slate RecommendationSlate, options ...EventOption,
) *ImpressionTracker {
	return &ImpressionTracker{queue: queue, slate: slate, options: options, shown: map[string]bool{}}
}

// Shown reports that items came into view; those that were reported before are left out.
func (t *ImpressionTracker) Shown(items ...*shortlistv1.Recommendation) error {
	for _, item := range items {
		t.mu.Lock()
		isNew := !t.shown[item.GetItemId()]
		t.shown[item.GetItemId()] = true
		t.mu.Unlock()
		if !isNew {
			continue
		}
		if err := t.Event(shortlistv1.EventType_EVENT_TYPE_IMPRESSION, item); err != nil {
			return err
		}
	}
	return nil
}

// Clicked reports that an item was opened.
func (t *ImpressionTracker) Clicked(item *shortlistv1.Recommendation) error {
	return t.Event(shortlistv1.EventType_EVENT_TYPE_CLICK, item)
}

// Event reports what the slate led to.
func (t *ImpressionTracker) Event(kind shortlistv1.EventType, item *shortlistv1.Recommendation) error {
	entry := &shortlistv1.EventItem{ItemId: item.GetItemId()}
	position := item.GetPosition()
	entry.Position = &position
	event := new(shortlistv1.Event)
	event.Type = kind
	event.Items = []*shortlistv1.EventItem{entry}
	event.AttributionToken = t.slate.GetAttributionToken()
	for _, option := range t.options {
		option(event)
	}
	return t.queue.Enqueue(event)
}
