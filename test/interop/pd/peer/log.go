package peer

import (
	"fmt"
	"os"

	"github.com/pingcap/log"
	"go.uber.org/zap/zapcore"
)

// LogToStderr leaves stdout, where PD logs by default, to the console.
func LogToStderr(level string) error {
	output := zapcore.Lock(os.Stderr)
	logger, properties, err := log.InitLoggerWithWriteSyncer(&log.Config{Level: level}, output, output)
	if err != nil {
		return fmt.Errorf("log level %q: %w", level, err)
	}
	log.ReplaceGlobals(logger, properties)
	return nil
}
