package peer

import (
	"fmt"
	"os"
	"strings"
)

// Memory is what the kernel says of this process, in bytes; both are 0 where there is no /proc.
type Memory struct {
	RSS  uint64 `json:"rss"`
	Peak uint64 `json:"peakRss"`
}

// MeasureMemory reads /proc.
func MeasureMemory() Memory {
	var memory Memory
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return memory
	}
	for line := range strings.Lines(string(text)) {
		memory.RSS = max(memory.RSS, kibibytes(line, "VmRSS:"))
		memory.Peak = max(memory.Peak, kibibytes(line, "VmHWM:"))
	}
	return memory
}

func kibibytes(line, name string) uint64 {
	var kib uint64
	if rest, ok := strings.CutPrefix(line, name); ok {
		fmt.Sscanf(rest, "%d kB", &kib)
	}
	return kib << 10
}
