package main

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestTrainingIsTheSameEachTime(t *testing.T) {
	var files [2][]byte
	for i := range files {
		path := filepath.Join(t.TempDir(), "model", "model.tar.gz")
		if err := run([]string{"train", path}, io.Discard); err != nil {
			t.Fatal(err)
		}
		files[i], _ = os.ReadFile(path)
	}
	if len(files[0]) == 0 || !bytes.Equal(files[0], files[1]) {
		t.Errorf("archives of %d and %d bytes differ", len(files[0]), len(files[1]))
	}
}

func TestModelBeatsTheBaseline(t *testing.T) {
	training, heldOut := matches(1, 8000), matches(2, 4000)
	m := fit(training, true)
	if err := m.validate(); err != nil {
		t.Fatal(err)
	}
	accuracy, logLoss := score(m, heldOut)
	baseAccuracy, baseLogLoss := score(fit(training, false), heldOut)
	if accuracy < baseAccuracy+0.02 || logLoss > baseLogLoss-0.02 {
		t.Errorf("accuracy %.3f and log-loss %.3f, baseline %.3f and %.3f", accuracy, logLoss, baseAccuracy, baseLogLoss)
	}
	p := m.predict([]float64{1.5, 1, 0.5})
	if sum := p[0] + p[1] + p[2]; math.Abs(sum-1) > 1e-12 || p[0] < p[2] {
		t.Errorf("the better team at home: %v, which sum to %v", p, sum)
	}
}
