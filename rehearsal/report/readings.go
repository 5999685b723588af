package report

import (
	"fmt"
	"math"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// Reread is the result of the report's input under another reading.
type Reread struct {
	Reading rehearsal.Reading
	Result  rehearsal.Result
}

// Differences from which a result rests on a reading: 0.01 points of availability, or
// 2 % of cost.
const (
	differentAvailability = 0.0001
	differentCost         = 0.02
)

// restsOn reports whether the results under two readings differ.
func restsOn(a, b rehearsal.Result) bool {
	return math.Abs(a.Requests.Availability-b.Requests.Availability) > differentAvailability ||
		math.Abs(a.Cost.InstanceHours-b.Cost.InstanceHours) > differentCost*a.Cost.InstanceHours
}

// readingLines say on which readings the result rests, and what it is under others.
func (r Report) readingLines() (out [][2]string) {
	base := r.Input.WithDefaults().Reading
	for _, other := range r.Readings {
		if !restsOn(r.Result, other.Result) {
			continue
		}
		label := ""
		if len(out) == 0 {
			label = "reading"
		}
		q, c := other.Result.Requests, other.Result.Cost
		out = append(out, [2]string{label, fmt.Sprintf("%s, which AWS does not document; if %s: %s answered, %s "+
			"instance hours, %.2f × the oracle's", base.Beside(other.Reading), other.Reading.Beside(base),
			percent(q.Availability), number(c.InstanceHours), c.OverOracle)})
	}
	return out
}

// readingDocument is the JSON of a result under another reading.
type readingDocument struct {
	// If says in what the reading differs from that of the report.
	If                  string  `json:"if"`
	AvailabilityPercent float64 `json:"availabilityPercent"`
	Failed              float64 `json:"failed"`
	InstanceHours       float64 `json:"instanceHours"`
	// RestsOn says that the result differs by more than 0.01 points or 2 % of cost.
	RestsOn bool `json:"restsOn"`
}

func (r Report) readingDocuments() []readingDocument {
	base, out := r.Input.WithDefaults().Reading, []readingDocument{}
	for _, other := range r.Readings {
		q := other.Result.Requests
		out = append(out, readingDocument{other.Reading.Beside(base), q.Availability * 100, q.Failed,
			other.Result.Cost.InstanceHours, restsOn(r.Result, other.Result)})
	}
	return out
}
