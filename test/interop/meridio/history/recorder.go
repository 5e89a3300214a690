package history

import (
	"sync"
	"time"
)

// A Recorder keeps events in the order and with the times in which they were seen. It is safe for many goroutines.
type Recorder struct {
	began  time.Time
	mu     sync.Mutex
	events []Event
	// changed is closed and replaced at each event.
	changed chan struct{}
}

// NewRecorder begins a history.
func NewRecorder() *Recorder {
	return &Recorder{began: time.Now(), changed: make(chan struct{})}
}

// Add records an event as of this moment.
func (r *Recorder) Add(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.At = time.Since(r.began)
	r.events = append(r.events, e)
	close(r.changed)
	r.changed = make(chan struct{})
}

// Events is all until now, and a channel that closes at the next one.
func (r *Recorder) Events() ([]Event, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events[:len(r.events):len(r.events)], r.changed
}

// Now is the time of the history.
func (r *Recorder) Now() time.Duration { return time.Since(r.began) }
