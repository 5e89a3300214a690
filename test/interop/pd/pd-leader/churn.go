package main

import (
	"time"
)

// tick is how often a churn makes the changes that are due.
const tick = time.Millisecond

// churn is changes at a rate, made by a goroutine to which the world belongs in the meantime.
type churn struct {
	quit, ended chan struct{}
	failed      error
}

// start makes n changes a second until stop.
func (c *churn) start(l *leader, n int, kind string) {
	c.quit, c.ended, c.failed = make(chan struct{}), make(chan struct{}), nil
	go func() {
		defer close(c.ended)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		begun, made := time.Now(), 0
		for {
			select {
			case <-c.quit:
				return
			case <-ticker.C:
			}
			due := int(time.Since(begun).Seconds()*float64(n)) - made
			if c.failed = l.change(due, kind); c.failed != nil {
				return
			}
			made += due
		}
	}()
}

// stop gives the error that ended the churn before its time; nil too when there was no churn.
func (c *churn) stop() error {
	if c.quit == nil {
		return nil
	}
	close(c.quit)
	<-c.ended
	c.quit = nil
	return c.failed
}
