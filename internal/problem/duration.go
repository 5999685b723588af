package problem

import (
	"strings"
	"time"
)

// Duration writes d as a person would: Go's notation without trailing zero
// units, such as 6m, 1h30m, 1m30s, 250ms and 0s.
func Duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
