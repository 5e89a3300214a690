package history

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A Summary is what a history was about.
type Summary struct {
	Opens    int `json:"opens"`
	Closes   int `json:"closes"`
	Refused  int `json:"refused"`
	Watches  int `json:"watches"`
	Lists    int `json:"lists"`
	Registry int `json:"registry"`
	// Reached counts the Opens after which the standing watch showed the status, by status.
	Reached map[string]int `json:"reached"`
	// Of calls.
	SlowestCallMs int64 `json:"slowest_call_ms"`
	// From the call of an Open to a list that shows it OPEN.
	SlowestOpenMs int64 `json:"slowest_open_ms"`
	// MostTargets is how many the registry had at once.
	MostTargets int `json:"most_targets"`
}

// Summarize counts a history.
func Summarize(events []Event) Summary {
	type key struct {
		tap    int
		stream string
	}
	s := Summary{Reached: map[string]int{}}
	called, reached := map[key]time.Duration{}, map[key]map[string]bool{}
	for _, e := range events {
		k := key{e.Tap, e.Stream}
		switch e.Kind {
		case OpenCalled:
			s.Opens++
			called[k], reached[k] = e.At, map[string]bool{}
		case CloseCalled:
			s.Closes++
			called[k] = e.At
			delete(reached, k)
		case OpenAnswered, CloseAnswered:
			s.SlowestCallMs = max(s.SlowestCallMs, (e.At - called[k]).Milliseconds())
			if e.Error != "" {
				s.Refused++
			}
		case WatchBegun:
			s.Watches++
		case Targets:
			s.Registry++
			s.MostTargets = max(s.MostTargets, len(e.Targets))
		case Listed:
			s.Lists++
			for _, one := range e.Statuses {
				k := key{e.Tap, one.Stream}
				if e.Watch != 0 || reached[k] == nil || reached[k][one.Status] {
					continue
				}
				reached[k][one.Status] = true
				s.Reached[one.Status]++
				if one.Status == "OPEN" {
					s.SlowestOpenMs = max(s.SlowestOpenMs, (e.At - called[k]).Milliseconds())
				}
			}
		}
	}
	return s
}

// Bounds of what is told of a violation: how long before it, and how many events, the last ones.
const (
	toldBefore = 2 * time.Second
	toldEvents = 40
)

// Tell writes a violation and the events about its subject before and in it.
func Tell(w io.Writer, v Violation, events []Event) {
	fmt.Fprintf(w, "VIOLATION at %s since %s: %s\n  %s: %s\n", v.At, v.Since, v.Rule, v.Subject, v.Detail)
	name, _, _ := strings.Cut(v.Subject, " ")
	var told []Event
	for _, e := range events {
		if e.At >= v.Since-toldBefore && e.At <= v.At && about(e, name) {
			told = append(told, e)
		}
	}
	for _, e := range told[max(0, len(told)-toldEvents):] {
		text, err := json.Marshal(e)
		if err != nil {
			panic(err) // plain text and numbers
		}
		fmt.Fprintf(w, "    %9.3f %s\n", e.At.Seconds(), text)
	}
}

// about tells whether an event says something of a stream, or of anything when the name is none of a stream.
func about(e Event, stream string) bool {
	if strings.Count(stream, ".") != 2 || e.Stream == stream {
		return true
	}
	return slices.ContainsFunc(e.Statuses, func(s Status) bool { return s.Stream == stream }) ||
		e.Kind == Targets || e.Kind == Listed
}
