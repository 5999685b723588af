package schedule_test

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

func Example() {
	kickOff, err := schedule.Parse("cron(0 18 ? * SAT *)")
	if err != nil {
		fmt.Println(err)
		return
	}
	london, err := schedule.ParseZone("Europe/London")
	if err != nil {
		fmt.Println(err)
		return
	}
	from := time.Date(2027, 3, 19, 0, 0, 0, 0, time.UTC)
	for _, run := range kickOff.Between(from, from.AddDate(0, 0, 16), london) {
		fmt.Println(run.Format("Mon 2 Jan 15:04 MST"), "is", run.UTC().Format("15:04 MST"))
	}
	// Output:
	// Sat 20 Mar 18:00 GMT is 18:00 UTC
	// Sat 27 Mar 18:00 GMT is 18:00 UTC
	// Sat 3 Apr 18:00 BST is 17:00 UTC
}

func ExampleParse_problems() {
	_, err := schedule.Parse("cron(0 25 * * 1-5)")
	fmt.Println(problem.From(err).In("schedule[1]"))
	// Output:
	// schedule[1]: got "cron(0 25 * * 1-5)": cron has 5 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; add the year, * for every year
	// schedule[1].hours: got "25": hours must be 0-23, with the wildcards , - * /; write for instance 0
}
