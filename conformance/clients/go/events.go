package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func enqueueEvents(s *session, step *step, _ *shortlist.CallInfo) (any, error) {
	queue, err := s.client.events()
	if err != nil {
		return nil, err
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(step.Request, &texts); err != nil {
		return nil, err
	}
	for _, text := range texts {
		event := new(shortlistv1.Event)
		if err := protojson.Unmarshal(text, event); err != nil {
			return nil, err
		}
		if err := queue.Enqueue(event); err != nil {
			return nil, err
		}
	}
	return struct{}{}, nil
}

func flush(s *session, _ *step, _ *shortlist.CallInfo) (any, error) {
	queue, err := s.client.events()
	if err != nil {
		return nil, err
	}
	// Of a failure the reply tells: the events stay pending, or are rejected.
	var failure *shortlist.APIError
	if err := queue.Flush(context.Background()); err != nil && !errors.As(err, &failure) {
		return nil, err
	}
	return map[string]any{
		"pending": queue.Len(), "rejected": s.client.rejections(), "dropped": queue.Dropped(),
	}, nil
}

func sendEventsThenFlush(s *session, step *step, info *shortlist.CallInfo) (any, error) {
	if reply, err := enqueueEvents(s, step, info); err != nil {
		return reply, err
	}
	return flush(s, step, info)
}

func shown(s *session, step *step, _ *shortlist.CallInfo) (any, error) {
	return s.onItem(step, func(tracker *shortlist.ImpressionTracker, item *shortlistv1.Recommendation) error {
		return tracker.Shown(item)
	})
}

func clicked(s *session, step *step, _ *shortlist.CallInfo) (any, error) {
	return s.onItem(step, (*shortlist.ImpressionTracker).Clicked)
}

// onItem tells the tracker of the last slate something of the item at the request's position.
func (s *session) onItem(
	step *step, tell func(*shortlist.ImpressionTracker, *shortlistv1.Recommendation) error,
) (any, error) {
	var at struct {
		Position int `json:"position"`
	}
	if len(step.Request) > 0 {
		if err := json.Unmarshal(step.Request, &at); err != nil {
			return nil, err
		}
	}
	if s.slate == nil {
		return nil, errors.New("no slate was asked for")
	}
	shown, ok := s.slate.reply.(shortlist.RecommendationSlate)
	if !ok || at.Position >= len(shown.GetRecommendations()) {
		return nil, fmt.Errorf("there is no item at %d", at.Position)
	}
	if s.tracker == nil {
		queue, err := s.client.events()
		if err != nil {
			return nil, err
		}
		s.tracker = shortlist.NewImpressionTracker(queue, shown, subject(s.slate.request))
	}
	return struct{}{}, tell(s.tracker, shown.GetRecommendations()[at.Position])
}

// subject returns whose slate a request asked for.
func subject(request proto.Message) shortlist.EventOption {
	text := func(name protoreflect.Name) string {
		field := request.ProtoReflect().Descriptor().Fields().ByName(name)
		if field == nil {
			return ""
		}
		return request.ProtoReflect().Get(field).String()
	}
	if user := text("user_id"); user != "" {
		return shortlist.EventUserId(user)
	}
	return shortlist.EventVisitorId(text("visitor_id"))
}
