package history

import (
	"cmp"
	"slices"
	"time"
)

// A Violation is a rule that a history breaks.
type Violation struct {
	// At is when it was broken for too long, Since when it began to be.
	At, Since time.Duration
	Rule      string
	Subject   string
	Detail    string
}

// subject is one thing that one rule is about.
type subject struct {
	rule int
	name string
}

type lapse struct {
	since    time.Duration
	detail   string
	reported bool
}

// Check gives every violation of a history that was watched until end, in their order. Each lapse is given once,
// however long it lasts.
func Check(events []Event, end time.Duration, limits Limits) []Violation {
	w := newWorld(limits)
	lapses := map[subject]*lapse{}
	var found []Violation
	// due reports what was broken for longer than allowed before a moment.
	due := func(at time.Duration) {
		for s, l := range lapses {
			if deadline := l.since + rules[s.rule].allowed(limits); !l.reported && deadline < at {
				l.reported = true
				found = append(found, Violation{deadline, l.since, rules[s.rule].name, s.name, l.detail})
			}
		}
	}
	for _, e := range events {
		due(e.At)
		for _, f := range w.apply(e) {
			found = append(found, Violation{e.At, e.At, f.rule, f.subject, f.detail})
		}
		look(w, e.At, lapses)
	}
	due(end)
	slices.SortStableFunc(found, func(a, b Violation) int { return cmp.Compare(a.At, b.At) })
	return found
}

// look notes what is broken after an event, and forgets what no longer is.
func look(w *world, at time.Duration, lapses map[subject]*lapse) {
	now := map[subject]bool{}
	for i, r := range rules {
		r.broken(w, func(name, detail string) {
			s := subject{i, name}
			now[s] = true
			if lapses[s] == nil {
				lapses[s] = &lapse{since: at, detail: detail}
			}
		})
	}
	for s := range lapses {
		if !now[s] {
			delete(lapses, s)
		}
	}
}
