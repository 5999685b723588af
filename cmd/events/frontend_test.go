package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

func TestFrontEnd(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"prepared", "service"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loaded, err := config.Load("testdata/frontend", name)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			for _, now := range []time.Time{
				time.Date(2027, 5, 28, 12, 0, 0, 0, time.UTC),
				time.Date(2027, 5, 29, 20, 0, 0, 0, time.UTC),
				time.Date(2027, 8, 1, 0, 0, 0, 0, time.UTC),
			} {
				showFrontEnd(&out, loaded[0], now, now.AddDate(0, 0, 4))
			}
			golden := "testdata/frontend/" + name + ".txt"
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
