package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math"
	"math/rand/v2"
)

// match is one row of the data: its features, and the outcome's index.
type match struct {
	x       []float64
	outcome int
}

// matches draws n matches from a seeded generator: the same ones for a seed.
// Goals are Poisson, of rates that the features decide, so the outcome is not a
// function of what is learned and no model is right each time.
func matches(seed uint64, n int) []match {
	r := rand.New(rand.NewPCG(seed, 1))
	goals := func(rate float64) int {
		k, p, limit := 0, r.Float64(), math.Exp(-rate)
		for ; p > limit; k++ {
			p *= r.Float64()
		}
		return k
	}
	all := make([]match, n)
	for i := range all {
		rating, rest := 1.2*r.NormFloat64(), r.NormFloat64()
		home := 0.0 // A neutral ground, one match in five.
		if r.Float64() > 0.2 {
			home = 1
		}
		edge := 0.28*rating + 0.16*home + 0.06*rest
		a, b := goals(1.3*math.Exp(edge)), goals(1.3*math.Exp(-edge))
		all[i] = match{[]float64{rating, home, rest}, 1}
		if a > b {
			all[i].outcome = 0
		} else if a < b {
			all[i].outcome = 2
		}
	}
	return all
}

// fit finds a multinomial logistic regression by gradient descent. With none of
// the features it is the baseline, which knows how often each outcome happens.
func fit(data []match, withFeatures bool) odds {
	m := odds{Features: features, Outcomes: outcomes, Intercept: make([]float64, len(outcomes))}
	for range outcomes {
		m.Weights = append(m.Weights, make([]float64, len(features)))
	}
	step := 0.5 / float64(len(data))
	for range 400 {
		intercept, weights := make([]float64, len(outcomes)), make([][]float64, len(outcomes))
		for i := range weights {
			weights[i] = make([]float64, len(features))
		}
		for _, d := range data {
			for i, p := range m.predict(d.x) {
				if i == d.outcome {
					p--
				}
				intercept[i] += p
				for j, v := range d.x {
					weights[i][j] += p * v
				}
			}
		}
		for i := range outcomes {
			m.Intercept[i] -= step * intercept[i]
			for j := range features {
				if withFeatures {
					m.Weights[i][j] -= step * weights[i][j]
				}
			}
		}
	}
	// Rounded, so that a processor that fuses multiply and add gives the same file.
	round := func(v []float64) {
		for i := range v {
			v[i] = math.Round(v[i]*1e6) / 1e6
		}
	}
	round(m.Intercept)
	for _, row := range m.Weights {
		round(row)
	}
	return m
}

// score returns the share of matches whose likeliest outcome happened, and the
// mean of the negative logarithm of what the model gave the one that happened.
func score(m odds, data []match) (accuracy, logLoss float64) {
	for _, d := range data {
		p := m.predict(d.x)
		if p[d.outcome] == max(p[0], p[1], p[2]) {
			accuracy++
		}
		logLoss -= math.Log(p[d.outcome])
	}
	return accuracy / float64(len(data)), logLoss / float64(len(data))
}

// archive is model.tar.gz, with model.json at its root and no time in it.
func archive(m odds) ([]byte, error) {
	body, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	files := tar.NewWriter(zipped)
	if err := files.WriteHeader(&tar.Header{Name: "model.json", Mode: 0o644, Size: int64(len(body))}); err != nil {
		return nil, err
	}
	if _, err := files.Write(body); err != nil {
		return nil, err
	}
	if err := files.Close(); err != nil {
		return nil, err
	}
	if err := zipped.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
