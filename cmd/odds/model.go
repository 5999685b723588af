package main

import (
	"errors"
	"fmt"
	"math"
)

// features are what the model reads of a match, in the order of an instance.
var features = []string{"ratingDifference", "homeAdvantage", "restDays"}

// outcomes are what the model predicts, in the order of a prediction.
var outcomes = []string{"home", "draw", "away"}

// odds is the content of model.json: for each outcome an intercept and a weight
// for each feature.
type odds struct {
	Features  []string    `json:"features"`
	Outcomes  []string    `json:"outcomes"`
	Intercept []float64   `json:"intercept"`
	Weights   [][]float64 `json:"weights"`
}

// validate says what of a model.json does not fit this program.
func (m odds) validate() error {
	if fmt.Sprint(m.Features) != fmt.Sprint(features) || fmt.Sprint(m.Outcomes) != fmt.Sprint(outcomes) {
		return fmt.Errorf("features %v and outcomes %v: this program has %v and %v",
			m.Features, m.Outcomes, features, outcomes)
	}
	if len(m.Intercept) != len(outcomes) || len(m.Weights) != len(outcomes) {
		return fmt.Errorf("%d intercepts and %d rows of weights: want %d of each",
			len(m.Intercept), len(m.Weights), len(outcomes))
	}
	var errs []error
	for i, row := range m.Weights {
		if len(row) != len(features) {
			errs = append(errs, fmt.Errorf("weights of %s: %d values, want %d", outcomes[i], len(row), len(features)))
		}
	}
	return errors.Join(errs...)
}

// predict returns the probability of each outcome. They sum to 1.
func (m odds) predict(x []float64) []float64 {
	p := make([]float64, len(m.Intercept))
	highest := math.Inf(-1)
	for i := range p {
		p[i] = m.Intercept[i]
		for j, w := range m.Weights[i] {
			p[i] += w * x[j]
		}
		highest = max(highest, p[i])
	}
	sum := 0.0
	for i := range p {
		p[i] = math.Exp(p[i] - highest)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}
