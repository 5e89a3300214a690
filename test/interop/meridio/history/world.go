package history

import (
	"slices"
	"strings"
	"time"
)

// want is what a client has asked of a stream.
type want int

const (
	// closed: the Close was answered, or there was no Open.
	closed want = iota
	// changing: a call is under way.
	changing
	// opened: the Open was answered.
	opened
)

// A view is what one watch of a tap shows.
type view struct {
	filter string
	// begun is when it was asked for.
	begun  time.Duration
	listed bool
	list   []Status
}

func (v *view) status(stream string) (string, bool) {
	for _, one := range v.list {
		if one.Stream == stream {
			return one.Status, true
		}
	}
	return "", false
}

// A stream as one tap was asked for it.
type asked struct {
	want want
	// was is the want before the call that is under way.
	was want
	// since is when the call that is under way was sent, or when the last one was answered.
	since time.Duration
	// seen is the statuses that the standing watch showed since the Open was answered.
	seen []string
}

// A client is one tap and what was asked of it.
type client struct {
	streams map[string]*asked
	views   map[int]*view
}

func (c *client) stream(name string) *asked {
	if c.streams[name] == nil {
		c.streams[name] = &asked{}
	}
	return c.streams[name]
}

// world is all that is known at one moment.
type world struct {
	limits  Limits
	clients map[int]*client
	// targets and connections mean nothing while they are not known.
	targets          []Target
	targetsKnown     bool
	connections      []Connection
	connectionsKnown bool
	config           Config
	// opened ever, by any client.
	ever map[string]bool
}

func newWorld(limits Limits) *world {
	return &world{limits: limits, clients: map[int]*client{}, ever: map[string]bool{}}
}

func (w *world) client(number int) *client {
	if w.clients[number] == nil {
		w.clients[number] = &client{streams: map[string]*asked{}, views: map[int]*view{}}
	}
	return w.clients[number]
}

// wanting counts the clients that may have open what has this full name: a stream, or any stream of a conduit.
func (w *world) wanting(fullName string) int {
	n := 0
	for _, c := range w.clients {
		for name, stream := range c.streams {
			if strings.HasSuffix("."+name, "."+fullName) && stream.want != closed {
				n++
				break
			}
		}
	}
	return n
}

// targetsOf counts the targets of a stream that have one of the statuses; of any status when none is given.
func (w *world) targetsOf(stream string, statuses ...string) int {
	n := 0
	for _, target := range w.targets {
		if target.Stream == stream && (len(statuses) == 0 || slices.Contains(statuses, target.Status)) {
			n++
		}
	}
	return n
}

// matches tells whether a filter of a watch, with empty names and absent parents, lets a stream through.
func matches(filter, stream string) bool {
	if filter == "" {
		return true
	}
	names := strings.Split(stream, ".")
	for i, name := range strings.Split(filter, ".") {
		if name != "" && (i >= len(names) || names[i] != name) {
			return false
		}
	}
	return true
}
