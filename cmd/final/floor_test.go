package main

import (
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

const untouched = `endpoint/predictions/variant/main 6 to 40
predictions has 6 instances`

// TestFloorAndResume: the minimum, what is suspended, the tag and the reminder stand, a
// second floor keeps what stood before the first, and resume puts back what the calendar
// says at that time.
func TestFloorAndResume(t *testing.T) {
	n := newNight(t, "eu-west-1")
	n.stands(untouched)
	n.answer(before, "n\n", "floor", "10").is(t, 3, "No event is under way. The next is final, prepared from "+
		"Sat 29 May 19:30 BST (18:30 UTC).", "What it leaves out, until it is taken back: minimum 20 at "+
		"Sat 29 May 19:30 BST (18:30 UTC) (final).", "Set it? [y/N]", "nothing was changed; answer y, or give --yes")
	n.answer(during, "", "floor", "10").is(t, 3, "WARNING: the calendar expects 20 now (final).")
	n.stands(untouched)
	n.run(during, "floor", "30", "--until", "22:45", "--yes").is(t, 0,
		"variant main of predictions in eu-west-1: the minimum becomes 30 instances, from 6; the maximum stays 40.",
		"At Sat 29 May 22:45 BST (21:45 UTC) an alarm reminds of it.",
		"Take it back with: final resume --env prod",
		"The environment has no topic: the alarm final-reminder-predictions reminds of it in the console")
	n.stands(`endpoint/predictions/variant/main 30 to 40 in=false out=false scheduled=true
tag final/floor/main: min=30 was=6 suspended=false set=2027-05-29T20:05:00Z until=2027-05-29T21:45:00Z
predictions has 30 instances
alarm final-reminder-predictions: IF(EPOCH(requests) >= 1811627100, 1, 0) breaching to []`)
	n.run("2027-05-29T20:15:00Z", "floor", "35", "--yes").is(t, 0, "the minimum becomes 35 instances, from 30")
	n.stands(`endpoint/predictions/variant/main 35 to 40 in=false out=false scheduled=true
tag final/floor/main: min=35 was=6 suspended=false set=2027-05-29T20:15:00Z
predictions has 35 instances
alarm final-reminder-predictions: IF(EPOCH(requests) >= 1811621700, 1, 0) breaching to []`)

	asked := n.answer("2027-05-29T20:20:00Z", "n\n", "resume")
	asked.is(t, 3, "the minimum becomes 20 instances, the calendar's for final; it is 35. "+
		"Suspended: nothing; it is scheduled scaling.", "Take it back? [y/N]", "nothing was changed")
	n.run("2027-05-29T20:20:00Z", "resume", "--yes").is(t, 0, "The calendar steers prod again.")
	n.stands(`endpoint/predictions/variant/main 20 to 40 in=false out=false scheduled=false
predictions has 35 instances`)
	n.run("2027-05-29T20:21:00Z", "resume").is(t, 0, "Nothing of prod is suspended.")
	n.run(after, "floor", "8", "--yes").is(t, 0, "No event is under way. None is to come.")
	n.run(after, "resume", "--yes").is(t, 0, "the minimum becomes 6 instances, the file's")
	n.stands(`endpoint/predictions/variant/main 6 to 40 in=false out=false scheduled=false
predictions has 35 instances`)
}

// TestFreeze suspends scale-in only, beside a floor too, and each is taken back to what
// stood before it.
func TestFreeze(t *testing.T) {
	n := newNight(t, "eu-west-2")
	n.answer(during, "y\n", "freeze").is(t, 0, "scale-in is suspended. The minimum stays 6, the maximum 40",
		"Freeze it? [y/N]", "variant main does not become smaller.")
	n.stands(`endpoint/predictions/variant/main 6 to 40 in=true out=false scheduled=false
tag final/freeze/main: min=0 was=6 suspended=false set=2027-05-29T20:05:00Z
predictions has 6 instances
alarm final-reminder-predictions: IF(EPOCH(requests) >= 1811621100, 1, 0) breaching to []`)
	n.run(during, "freeze", "--yes").is(t, 0,
		"variant main is frozen since Sat 29 May 21:05 BST (20:05 UTC): nothing was changed.")
	n.run(during, "floor", "25", "--yes").is(t, 0)
	n.stands(`endpoint/predictions/variant/main 25 to 40 in=true out=false scheduled=true
tag final/freeze/main: min=0 was=6 suspended=false set=2027-05-29T20:05:00Z
tag final/floor/main: min=25 was=6 suspended=false set=2027-05-29T20:05:00Z
predictions has 25 instances
alarm final-reminder-predictions: IF(EPOCH(requests) >= 1811621100, 1, 0) breaching to []`)
	n.run(during, "resume", "--yes").is(t, 0, "Suspended: nothing; it is scheduled scaling, scale-in.")
	n.stands(`endpoint/predictions/variant/main 20 to 40 in=false out=false scheduled=false
predictions has 25 instances`)
}

// TestResumeByHand takes back what somebody has suspended without this program, and what
// the file suspends stays.
func TestResumeByHand(t *testing.T) {
	n := newNight(t, "eu-west-3")
	suspend := func() {
		n.must(register(t.Context(), n.aws.Config(n.region), endpointScaled(n.load())[0], 6,
			autoscaling.SuspendedState{ScaleOut: true, Scheduled: true}))
	}
	suspend()
	n.run(during, "resume", "--yes").is(t, 0, "the minimum becomes 20 instances",
		"Suspended: nothing; it is scheduled scaling, scale-out.")
	n.stands(`endpoint/predictions/variant/main 20 to 40 in=false out=false scheduled=false
predictions has 20 instances`)
	suspend()
	n.environment("prod", strings.Replace(nightFile, "maxCapacity: 40", "maxCapacity: 40, suspended: {scaleOut: true}", 1))
	n.run(after, "resume", "--yes").is(t, 0, "Suspended: scale-out; it is scheduled scaling, scale-out.")
	n.run(after, "resume", "--yes").is(t, 0, "Nothing of prod is suspended.")
	n.stands(`endpoint/predictions/variant/main 6 to 40 in=false out=true scheduled=false
predictions has 20 instances`)
}
