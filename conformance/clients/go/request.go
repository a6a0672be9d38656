package main

import (
	"encoding/json"
	"slices"
)

// request is a test to run: ProgramRequest of program.proto.
type request struct {
	Test    string `json:"test"`
	Target  target `json:"target"`
	Steps   []step `json:"steps"`
	Options struct {
		Retry      *bool       `json:"retry"`
		Cache      bool        `json:"cache"`
		RandomSeed *uint64     `json:"random_seed"`
		EventQueue queueLimits `json:"event_queue"`
	} `json:"options"`
}

type queueLimits struct {
	MaxEvents int `json:"max_events"`
	MaxBytes  int `json:"max_bytes"`
	MaxAgeMS  int `json:"max_age_ms"`
	Capacity  int `json:"capacity"`
}

type target struct {
	Address  string   `json:"address"`
	Protocol string   `json:"protocol"`
	APIKey   string   `json:"api_key"`
	Tokens   []string `json:"tokens"`
}

// step is one thing to do.
type step struct {
	Do             string            `json:"do"`
	Method         string            `json:"method"`
	Request        json.RawMessage   `json:"request"`
	RequestBytes   [][]byte          `json:"request_bytes"`
	TimeoutMS      int               `json:"timeout_ms"`
	AfterMS        int               `json:"after_ms"`
	Metadata       map[string]string `json:"metadata"`
	MaxItems       int               `json:"max_items"`
	Times          int               `json:"times"`
	IdempotencyKey string            `json:"idempotency_key"`
}

// outcome is what came of a step.
type outcome struct {
	Reply     any            `json:"reply,omitempty"`
	Error     map[string]any `json:"error,omitempty"`
	Info      map[string]any `json:"info,omitempty"`
	ElapsedMS int64          `json:"elapsed_ms"`
}

// unsupported returns why the SDK can't do what the test asks for; empty: it can.
func (r *request) unsupported() string {
	if r.Target.Protocol != "" && r.Target.Protocol != "grpc" {
		return "the SDK speaks gRPC, not " + r.Target.Protocol
	}
	is := func(do string) bool {
		return slices.ContainsFunc(r.Steps, func(s step) bool { return s.Do == do })
	}
	switch {
	case is("background"):
		return "there is no screen to leave"
	case is("kill_and_restart") && (is("enqueue_events") || is("send_events_then_flush")):
		return "events wait in memory alone"
	}
	for _, each := range r.Steps {
		if actions[each.Do] == nil {
			return each.Do + " is not known"
		}
	}
	return ""
}
