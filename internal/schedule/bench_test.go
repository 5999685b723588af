package schedule_test

import (
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

func BenchmarkNext(b *testing.B) {
	london, err := schedule.ParseZone("Europe/London")
	if err != nil {
		b.Fatal(err)
	}
	after := time.Date(2027, 5, 29, 12, 0, 0, 0, time.UTC)
	for _, text := range []string{"at(2027-05-29T18:00:00)", "cron(0 18 ? * MON-FRI *)", "cron(0 0 29 2 ? *)"} {
		expression, err := schedule.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := expression.Next(after, london); !ok {
					b.Fatal("no run")
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := schedule.Parse("cron(0 18 ? * MON-FRI *)"); err != nil {
			b.Fatal(err)
		}
	}
}
