package main

import (
	"errors"
	"fmt"
	"strconv"

	"syncline/interop/pd/console"
	"syncline/interop/pd/peer"
	"syncline/interop/pd/region"
)

// A state is what the leader holds, and who follows it.
type state struct {
	Regions   int      `json:"regions"`
	Index     uint64   `json:"index"`
	Followers []string `json:"followers"`
	peer.Memory
}

func (l *leader) state() state {
	return state{
		Regions:   l.world.cluster.GetTotalRegionCount(),
		Index:     peer.NextIndex(l.syncer),
		Followers: l.syncer.GetAllDownstreamNames(),
		Memory:    peer.MeasureMemory(),
	}
}

var errChurn = errors.New("regions are churning: churn 0 first")

func (l *leader) commands() map[string]console.Command {
	return map[string]console.Command{
		"status": func([]string) (any, error) { return l.state(), nil },
		"digest": func([]string) (any, error) {
			return struct {
				state
				Digest string `json:"digest"`
			}{l.state(), region.Digest(l.host.GetRegions())}, nil
		},
		"change": l.still(func(words []string) error {
			return numberAndKind(words, l.change)
		}),
		"edit": l.still(func(words []string) error {
			return numberAndKind(words, func(n int, kind string) error {
				for range n {
					if _, err := l.world.changeOne(kind); err != nil {
						return err
					}
				}
				return nil
			})
		}),
		"remove": l.still(func(words []string) error {
			n, err := number(words)
			if err == nil && l.world.remove(n) < n {
				err = fmt.Errorf("there are no %d regions to remove in the upper half", n)
			}
			return err
		}),
		"restart": l.still(func([]string) error { return l.restart() }),
		"churn":   l.setChurn,
	}
}

// still makes a command of one that needs the world for itself, and answers with the state.
func (l *leader) still(do func(words []string) error) console.Command {
	return func(words []string) (any, error) {
		if l.churn.quit != nil {
			return nil, errChurn
		}
		if err := do(words); err != nil {
			return nil, err
		}
		return l.state(), nil
	}
}

func (l *leader) setChurn(words []string) (any, error) {
	n, err := number(words)
	if err != nil {
		return nil, err
	}
	if err := l.churn.stop(); err != nil {
		return nil, err
	}
	if n > 0 {
		err = numberAndKind(words, func(n int, kind string) error {
			l.churn.start(l, n, kind)
			return nil
		})
	}
	return l.state(), err
}

func numberAndKind(words []string, do func(n int, kind string) error) error {
	n, err := number(words)
	if err != nil {
		return err
	}
	if len(words) != 2 {
		return fmt.Errorf("a number and a kind of change are wanted, not %q", words)
	}
	if _, ok := changes[words[1]]; !ok {
		return fmt.Errorf("unknown kind of change %q", words[1])
	}
	return do(n, words[1])
}

func number(words []string) (int, error) {
	if len(words) == 0 {
		return 0, errors.New("a number is wanted")
	}
	n, err := strconv.Atoi(words[0])
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is negative", n)
	}
	return n, err
}
