// Package console is how a test speaks with a peer: commands on stdin, and on stdout one JSON object a line, which is
// either the answer to command number n, in the order of the commands, or an event.
package console

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// A Command does one thing with the words behind its name, and gives what to answer.
type Command func(words []string) (any, error)

// A Console writes to stdout; it may be used by several goroutines.
type Console struct {
	mu  sync.Mutex
	out *json.Encoder
}

// New makes the console of this process.
func New() *Console { return &Console{out: json.NewEncoder(os.Stdout)} }

type event struct {
	Event string `json:"event"`
	With  any    `json:"with"`
}

type answer struct {
	Answer int    `json:"answer"`
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"`
}

// Tell writes an event.
func (c *Console) Tell(name string, with any) { c.write(event{name, with}) }

// Serve answers the lines of in, one at a time and numbered from 1, until "quit" or the end of in.
func (c *Console) Serve(in io.Reader, commands map[string]Command) {
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 1 && words[0] == "quit" {
			return
		}
		c.write(answerTo(n, words, commands))
	}
}

func answerTo(n int, words []string, commands map[string]Command) answer {
	if len(words) == 0 {
		return answer{Answer: n, Error: "an empty command"}
	}
	command, ok := commands[words[0]]
	if !ok {
		return answer{Answer: n, Error: fmt.Sprintf("unknown command %q", words[0])}
	}
	result, err := command(words[1:])
	if err != nil {
		return answer{Answer: n, Error: err.Error()}
	}
	return answer{Answer: n, Result: result}
}

func (c *Console) write(line any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.out.Encode(line); err != nil {
		fmt.Fprintln(os.Stderr, "console:", err)
	}
}
