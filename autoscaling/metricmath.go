package autoscaling

import (
	"fmt"
	"math"
	"regexp"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// MetricMath is a metric computed from others. Where a series may be missing,
// as that of an instance type which has no instances now, its expression fills
// it, as in FILL(m1, 0): a missing value makes the whole result missing (fact G12).
type MetricMath struct {
	// Queries are the series: metrics and expressions over them, of which one
	// is the result.
	Queries []MetricQuery
}

// MetricQuery is one series of a MetricMath: a metric or an expression.
type MetricQuery struct {
	// ID names the series in expressions: a small letter, then letters, digits
	// and underscores.
	ID string `json:"id"`
	// Metric is a series as it was published. Default: none, an expression.
	Metric *Metric `json:"metric,omitempty"`
	// Expression computes a series from others, such as FILL(m1, 0) / 4; what
	// may be missing is to be filled. Default: none, a metric.
	Expression string `json:"expression,omitempty"`
	// Label is for readers. Default: none.
	Label string `json:"label,omitempty"`
	// ReturnData marks the one result. Default: false; in an environment's file
	// the last query is the result where none is marked.
	ReturnData bool `json:"returnData,omitempty"`
}

func (m MetricMath) specification() map[string]any {
	return map[string]any{"CustomizedMetricSpecification": map[string]any{"Metrics": m.cloudFormation(0)}}
}

// cloudFormation is the queries, with the period that an alarm has and a
// target tracking policy, which gives 0, has not (fact A16).
func (m MetricMath) cloudFormation(period time.Duration) []any {
	out := make([]any, len(m.Queries))
	for i, q := range m.Queries {
		query := map[string]any{"Id": q.ID, "ReturnData": q.ReturnData}
		setText(query, "Label", q.Label)
		setText(query, "Expression", q.Expression)
		if q.Metric != nil {
			stat := map[string]any{"Metric": q.Metric.cloudFormation(), "Stat": string(q.Metric.Statistic)}
			setText(stat, "Unit", q.Metric.Unit)
			if period > 0 {
				stat["Period"] = int(period.Seconds())
			}
			query["MetricStat"] = stat
		}
		out[i] = query
	}
	return out
}

// String names the result in problems.
func (m MetricMath) String() string {
	for _, q := range m.Queries {
		if q.ReturnData && q.Expression != "" {
			return q.Expression
		}
	}
	return "metric math"
}

// An alarm takes this many queries, and this many of either kind (fact A52). A
// target tracking policy lives on alarms that AWS makes of its queries.
const (
	maxQueries         = 20
	maxMathMetrics     = 10
	maxMathExpressions = 10
	maxExpression      = 2048 // characters
)

var (
	queryID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]{0,254}$`)
	quoted  = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	// Functions and keywords are written in capitals.
	variable = regexp.MustCompile(`\b[a-z][A-Za-z0-9_]*`)
)

func (m MetricMath) check(Dimension) problem.List { return m.validate() }

func (m MetricMath) alarm(period time.Duration) map[string]any {
	return map[string]any{"Metrics": m.cloudFormation(period)}
}

// subMinute reports whether every series may have values more often than once
// a minute: the result has values where all of them have.
func (m MetricMath) subMinute() bool {
	for _, q := range m.Queries {
		if q.Metric != nil && !q.Metric.subMinute() {
			return false
		}
	}
	return true
}

func (m MetricMath) validate() problem.List {
	var ps problem.List
	if n := len(m.Queries); n < 1 || n > maxQueries {
		ps.Add("Queries", n, fmt.Sprintf("metric math has 1 to %d queries", maxQueries),
			"give the metrics and the expression over them")
	}
	ids, results, metrics, expressions := map[string]int{}, 0, 0, 0
	for i, q := range m.Queries {
		at := fmt.Sprintf("Queries[%d]", i)
		ps = append(ps, q.validate().In(at)...)
		if first, twice := ids[q.ID]; twice {
			ps.Add(at+".ID", q.ID, fmt.Sprintf("«Queries»[%d] has the same «ID»", first), "give each query an ID of its own")
		} else {
			ids[q.ID] = i
		}
		if q.ReturnData {
			results++
		}
		if q.Metric != nil {
			metrics++
		} else {
			expressions++
		}
	}
	if len(m.Queries) > 0 && (metrics < 1 || metrics > maxMathMetrics) {
		ps.Add("Queries", metrics, fmt.Sprintf("1 to %d of the queries are metrics", maxMathMetrics),
			"compute from metrics as they were published")
	}
	if expressions > maxMathExpressions {
		ps.Add("Queries", expressions, fmt.Sprintf("at most %d of the queries are expressions", maxMathExpressions),
			"join expressions")
	}
	if len(m.Queries) > 0 && results != 1 {
		ps.Add("Queries", results, "exactly one query is the result",
			"set «ReturnData» on the last expression, and nowhere else")
	}
	for i, q := range m.Queries {
		for _, name := range q.variables() {
			if at, known := ids[name]; !known || at == i {
				ps.Add(fmt.Sprintf("Queries[%d].Expression", i), q.Expression,
					fmt.Sprintf("the expression speaks of %q, which is no other query's ID", name), "name queries by their IDs")
			}
		}
	}
	return ps
}

// variables are the other series that an expression speaks of; none where a part of it is
// known only at deployment.
func (q MetricQuery) variables() []string {
	if problem.Unresolved(q.Expression) {
		return nil
	}
	return variable.FindAllString(quoted.ReplaceAllString(q.Expression, ""), -1)
}

func (q MetricQuery) validate() problem.List {
	var ps problem.List
	if problem.Unresolved(q.ID) {
		ps.AddUnresolved("ID", "expressions are held against it")
	} else if !queryID.MatchString(q.ID) {
		ps.Add("ID", got(q.ID), "an ID begins with a small letter and has letters, digits and underscores", "such as \"m1\"")
	}
	switch {
	case q.Metric != nil && q.Expression != "":
		ps.Add("Expression", q.Expression, "a query is a metric or an expression, not both", "make two queries of them")
	case q.Metric != nil:
		ps = append(ps, q.Metric.validate().In("Metric")...)
	case q.Expression == "":
		ps.Add("Expression", nil, "a query is a metric or an expression", "give one of the two")
	case len(q.Expression) > maxExpression && !problem.Unresolved(q.Expression):
		ps.Add("Expression", len(q.Expression), fmt.Sprintf("an expression has at most %d characters", maxExpression),
			"split it into several queries")
	}
	return ps
}

// finite reports whether AWS can take v.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
