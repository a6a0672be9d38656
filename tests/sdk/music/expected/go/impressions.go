package music

import (
	"sync"

	musicv1 "github.com/music-rec/music-go/music/v1"
)

// EventOption fills what all events of a tracker share: at least whose they are.
type EventOption func(event *musicv1.Play)

// EventListenerId sets whose events they are.
func EventListenerId(id string) EventOption {
	return func(event *musicv1.Play) { event.Whose = &musicv1.Play_ListenerId{ListenerId: id} }
}

// EventDeviceId sets whose events they are.
func EventDeviceId(id string) EventOption {
	return func(event *musicv1.Play) { event.Whose = &musicv1.Play_DeviceId{DeviceId: id} }
}

// PickSlate is a reply whose items are shown; replies of several methods, and parts of replies, are.
type PickSlate interface {
	GetPicks() []*musicv1.Pick
	GetRadioToken() string
}

// ImpressionTracker reports what becomes of a slate: each item's impression once, with its position and
// the attribution token, and the events it leads to. It is safe for concurrent use.
type ImpressionTracker struct {
	queue   *EventQueue[*musicv1.Play]
	slate   PickSlate
	options []EventOption

	mu    sync.Mutex
	shown map[string]bool
}

// NewImpressionTracker returns a tracker of one slate, for one subject.
func NewImpressionTracker(
	queue *EventQueue[*musicv1.Play], slate PickSlate, options ...EventOption,
) *ImpressionTracker {
	return &ImpressionTracker{queue: queue, slate: slate, options: options, shown: map[string]bool{}}
}

// Shown reports that items came into view; those that were reported before are left out.
func (t *ImpressionTracker) Shown(items ...*musicv1.Pick) error {
	for _, item := range items {
		t.mu.Lock()
		isNew := !t.shown[item.GetTrackId()]
		t.shown[item.GetTrackId()] = true
		t.mu.Unlock()
		if !isNew {
			continue
		}
		if err := t.Event(musicv1.PlayKind_PLAY_KIND_IMPRESSION, item); err != nil {
			return err
		}
	}
	return nil
}

// Clicked reports that an item was opened.
func (t *ImpressionTracker) Clicked(item *musicv1.Pick) error {
	return t.Event(musicv1.PlayKind_PLAY_KIND_CLICK, item)
}

// Event reports what the slate led to.
func (t *ImpressionTracker) Event(kind musicv1.PlayKind, item *musicv1.Pick) error {
	entry := &musicv1.PlayedTrack{TrackId: item.GetTrackId()}
	position := item.GetPlace()
	entry.Place = &position
	event := new(musicv1.Play)
	event.Kind = kind
	event.Tracks = []*musicv1.PlayedTrack{entry}
	event.RadioToken = t.slate.GetRadioToken()
	for _, option := range t.options {
		option(event)
	}
	return t.queue.Enqueue(event)
}
