package monitoring

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// queries collects the queries of a MetricMath.
type queries []autoscaling.MetricQuery

// sum adds metrics and returns an expression of their sum. What is missing counts as 0,
// whatever arithmetic makes of a gap (fact A66).
func (q *queries) sum(id string, metrics ...autoscaling.Metric) string {
	terms := make([]string, len(metrics))
	for i := range metrics {
		name := id
		if len(metrics) > 1 {
			name += strconv.Itoa(i + 1)
		}
		terms[i] = "FILL(" + q.metric(name, metrics[i]) + ", 0)"
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return "(" + strings.Join(terms, " + ") + ")"
}

// metric adds a metric and returns its ID, or the ID of the query that has it already: an
// alarm costs by the metrics that it retrieves.
func (q *queries) metric(id string, metric autoscaling.Metric) string {
	for _, known := range *q {
		if known.Metric != nil && reflect.DeepEqual(*known.Metric, metric) {
			return known.ID
		}
	}
	*q = append(*q, autoscaling.MetricQuery{ID: id, Metric: &metric})
	return id
}

// let adds an expression and returns its ID.
func (q *queries) let(id, expression string) string {
	*q = append(*q, autoscaling.MetricQuery{ID: id, Expression: expression})
	return id
}

// result adds the expression that is judged.
func (q *queries) result(id, label, expression string) autoscaling.MetricMath {
	*q = append(*q, autoscaling.MetricQuery{ID: id, Label: label, Expression: expression, ReturnData: true})
	return autoscaling.MetricMath{Queries: *q}
}

// share is the share of all that is bad, 0 where a minute has fewer than least.
func share(bad, all []autoscaling.Metric, least int) autoscaling.MetricMath {
	var q queries
	b, a := q.sum("bad", bad...), q.sum("all", all...)
	return q.result("share", "share", fmt.Sprintf("IF(%s >= %d, %s / %s, 0)", a, least, b, a))
}

// enough is a metric where a minute has at least so many of counted, else 0.
func enough(value string, counted string, least int) string {
	return fmt.Sprintf("IF(%s >= %d, %s, 0)", counted, least, value)
}

// number writes v without an exponent.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
