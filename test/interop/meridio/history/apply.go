package history

import (
	"fmt"
	"slices"
	"strings"
)

// A fault is a rule that one event breaks by itself.
type fault struct {
	rule    string
	subject string
	detail  string
}

// apply brings the world to after the event, and tells what no event may say.
func (w *world) apply(e Event) []fault {
	c := w.client(e.Tap)
	switch e.Kind {
	case OpenCalled, CloseCalled:
		s := c.stream(e.Stream)
		s.was, s.want, s.since = s.want, changing, e.At
		if e.Kind == OpenCalled {
			w.ever[e.Stream] = true
		}
	case OpenAnswered, CloseAnswered:
		return w.answered(c, e)
	case WatchBegun:
		c.views[e.Watch] = &view{filter: e.Stream, begun: e.At}
	case Listed:
		return w.listed(c, e)
	case WatchEnded:
		delete(c.views, e.Watch)
		if e.Error != "" {
			return []fault{{"a tap does not end a watch", fmt.Sprint("tap ", e.Tap), e.Error}}
		}
	case Targets:
		again := w.targetsKnown && slices.EqualFunc(w.targets, e.Targets, sameTarget)
		w.targets, w.targetsKnown = e.Targets, true
		if again {
			return []fault{{"a list is not sent twice", "the registry", "the same targets as before"}}
		}
	case TargetsLost:
		w.targetsKnown = false
		return w.lost("the registry", e.Error)
	case Connected:
		w.connections, w.connectionsKnown = e.Connections, true
	case ConnectedLost:
		w.connectionsKnown = false
		return w.lost("the proxy", e.Error)
	case Configured:
		w.config = *e.Config
	case ConfiguredLost:
		return w.lost("the configuration", e.Error)
	}
	return nil
}

func (w *world) lost(subject, why string) []fault {
	if w.limits.Outages {
		return nil
	}
	return []fault{{"a server does not end a watch", subject, why}}
}

func (w *world) answered(c *client, e Event) []fault {
	s := c.stream(e.Stream)
	s.since, s.seen = e.At, nil
	if e.Error != "" {
		s.want = s.was
		switch {
		case e.Kind == CloseAnswered:
			return []fault{{"a Close is not refused", e.Stream, e.Error}}
		case strings.HasSuffix(e.Error, ": "):
			return []fault{{"a refused Open says why", e.Stream, e.Error}}
		}
		return nil
	}
	s.want = closed
	if e.Kind == OpenAnswered {
		s.want = opened
	}
	return nil
}

func (w *world) listed(c *client, e Event) []fault {
	v := c.views[e.Watch]
	if v == nil {
		return nil
	}
	var faults []fault
	if v.listed && slices.Equal(v.list, e.Statuses) {
		faults = append(faults, fault{"a list is not sent twice", fmt.Sprint("watch ", e.Watch), "the same as before"})
	}
	names := map[string]bool{}
	for _, one := range e.Statuses {
		if names[one.Stream] {
			faults = append(faults, fault{"a stream is listed once", one.Stream, "it is there twice"})
		}
		names[one.Stream] = true
		if !matches(v.filter, one.Stream) {
			faults = append(faults, fault{"a watch shows what its filter matches", one.Stream, "the filter is " + v.filter})
		}
	}
	if !v.listed {
		faults = append(faults, w.firstList(c, v, names)...)
	}
	v.listed, v.list = true, e.Statuses
	if e.Watch == 0 {
		faults = append(faults, w.returned(c, e.Statuses)...)
	}
	return faults
}

// firstList checks the list that a watch begins with, which is of a moment after the calls that were answered before.
func (w *world) firstList(c *client, v *view, names map[string]bool) []fault {
	var faults []fault
	for name := range names {
		if s := c.stream(name); s.want == closed && s.since <= v.begun {
			faults = append(faults, fault{"a closed stream is not listed", name, "by a watch that was opened after the Close"})
		}
	}
	for name, s := range c.streams {
		if s.want == opened && s.since <= v.begun && !names[name] && matches(v.filter, name) {
			faults = append(faults, fault{"an opened stream is listed", name, "not by a watch that was opened after the Open"})
		}
	}
	return faults
}

// returned notes the statuses of opened streams, and finds those that one comes back to when nothing makes it.
func (w *world) returned(c *client, list []Status) []fault {
	var faults []fault
	for _, one := range list {
		s := c.stream(one.Stream)
		if s.want != opened || (len(s.seen) > 0 && s.seen[len(s.seen)-1] == one.Status) {
			continue
		}
		if w.limits.Steady && slices.Contains(s.seen, one.Status) {
			faults = append(faults, fault{"a stream does not come back to a status", one.Stream,
				fmt.Sprintf("%v, then %s", s.seen, one.Status)})
		}
		s.seen = append(s.seen, one.Status)
	}
	return faults
}

func sameTarget(a, b Target) bool {
	return a.Stream == b.Stream && a.Identifier == b.Identifier && a.Status == b.Status && slices.Equal(a.IPs, b.IPs)
}
