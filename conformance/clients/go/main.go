// Command conformance is the program under test of the Go SDK (conformance/docs/programs.md).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/shortlist-rec/shortlist-go"
)

// lines writes one JSON object a line; requests run beside each other.
type lines struct {
	mu sync.Mutex
}

func (l *lines) write(value any) {
	line, err := json.Marshal(value)
	if err != nil {
		fmt.Fprintln(os.Stderr, "not written:", err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

func main() {
	var out lines
	var tests sync.WaitGroup
	out.write(map[string]any{
		"ready": map[string]any{"language": "go", "version": shortlist.Version, "protocols": []string{"grpc"}},
	})
	// A request with large messages is one line: no limit as a Scanner has it.
	for in := bufio.NewReader(os.Stdin); ; {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			tests.Go(func() { answer(line, &out) })
		}
		if err != nil {
			break
		}
	}
	tests.Wait()
}

// answer runs a test and writes its answer.
func answer(line []byte, out *lines) {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		fmt.Fprintln(os.Stderr, "unreadable request:", err)
		return
	}
	if reason := asked.unsupported(); reason != "" {
		out.write(map[string]any{"test": asked.Test, "unsupported": reason})
		return
	}
	session := newSession(&asked)
	defer session.client.kill()
	outcomes := []*outcome{}
	for i := range asked.Steps {
		out.write(map[string]any{"test": asked.Test, "step": i + 1})
		outcomes = append(outcomes, session.run(&asked.Steps[i]))
	}
	out.write(map[string]any{"test": asked.Test, "outcomes": outcomes})
}
