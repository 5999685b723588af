//go:build soak

package main

import (
	"testing"
	"time"
)

// TestCredentialSourceFailsForMinutes is TestCredentialSourceFails with five minutes of
// failures. The log says them once a minute.
func TestCredentialSourceFailsForMinutes(t *testing.T) {
	t.Parallel()
	sourceRun{
		validFor: 10*time.Minute + 20*time.Second,
		quiet:    5 * time.Minute,
		load:     5*time.Minute + 15*time.Second,
		rate:     200,
		warnings: map[string][2]int{"answers 500": {5, 6}, "hangs": {4, 6}},
	}.test(
		t,
	)
}
