package gateway

import (
	"os"
	"runtime/debug"
	"sync/atomic"
)

const (
	// programBytes is Go's memory beside request bodies, connections and requests, loadBytes
	// that of a connection, or of a request in flight. The program's own pages, which Go
	// does not count, are some 20 MB more, and the collector is late by some 30 MB where other
	// programs have the processors.
	programBytes, loadBytes = 12 << 20, 64 << 10
	// The limit rises in steps, since each step costs a lock of the runtime.
	loadStep = 256
	// gcPercent stands for GOGC: the live heap is a few MB, and at 100 Go would collect it many
	// times a second under load. The limit bounds the heap all the same.
	gcPercent = 300
)

// memoryLimit keeps the process within MaxHeldBytes, programBytes, and loadBytes for
// each connection and request at its busiest. Go's collector alone would let the memory
// grow to twice what is in use, bodies included.
type memoryLimit struct {
	base          int64 // 0: there is no limit
	load, highest atomic.Int64
}

// start sets the limit, unless the user has set one, and with it gcPercent, unless GOGC is set.
func (m *memoryLimit) start(maxHeldBytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		m.base = maxHeldBytes + programBytes
		m.highest.Store(loadStep)
		debug.SetMemoryLimit(m.base + loadStep*loadBytes)
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(gcPercent)
		}
	}
}

// grow counts connections and requests.
func (m *memoryLimit) grow(by int64) {
	load, highest := m.load.Add(by), m.highest.Load()
	if by > 0 && m.base > 0 && load > highest {
		if more := load + loadStep; m.highest.CompareAndSwap(highest, more) {
			debug.SetMemoryLimit(m.base + more*loadBytes)
		}
	}
}
