package events_test

import (
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
	"pgregory.net/rapid"
)

// TestFloorsHold plays the actions of random events as AWS does: each overwrites
// the minimum, which then stays (facts B6, B7). At every minute the minimum is
// what the events want; with any one firing lost, it is so again AssertEvery
// after a change.
func TestFloorsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// Around a change of clocks somewhere, or the end of a month or year.
		middle := rapid.SampledFrom([]string{
			"2026-10-25", "2027-03-28", "2026-11-01", "2027-03-14", "2026-10-04", "2027-04-04", "2026-09-06",
			"2026-12-31", "2028-02-29", "2027-06-30", "2027-06-16",
		}).Draw(t, "middle")
		day, err := time.Parse(time.DateOnly, middle)
		if err != nil {
			t.Fatal(err)
		}
		c := autoscalingtest.DrawCalendar(t, day)
		if ps := c.Validate(); ps != nil {
			t.Fatalf("%v\n%+v", ps, c)
		}
		autoscalingtest.CheckFloors(t, c, day.AddDate(0, 0, -16), day.AddDate(0, 0, 17))
	})
}
