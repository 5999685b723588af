package config

import "github.com/sagemaker-autoscaling-inference/cdk/internal/problem"

// nearest is the name that word was probably meant to be, or "" when none is
// near: one in three letters may differ, upper and lower case never count.
func nearest(word string, names []string) string {
	best, bestDistance := "", len(word)/3+1
	for _, name := range names {
		if d := problem.Distance(word, name); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}
