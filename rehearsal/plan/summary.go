package plan

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Summary is the plan as text, in lines of YAML comments.
func (p Plan) Summary() string {
	var b strings.Builder
	e := p.event
	fmt.Fprintf(&b, "%s, %s, peak %s requests/s\n\n", e.Name, e.KickOff.Format("Mon 2 Jan 2006 15:04 MST"),
		strconv.FormatFloat(e.Peak, 'f', -1, 64))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "this plan\t%s\t%s\t%s\n", p.Setting.describe(), p.Learned, holds(p.Holds, p.margin))
	fmt.Fprintf(w, "without floors\t%s\t%s\t%s\n", p.Tracking.describe(), p.TrackingLearned,
		holds(p.TrackingHolds, p.margin))
	_ = w.Flush() // a strings.Builder takes everything
	fmt.Fprintf(&b, "\nboth on the evening learned from; %d settings in %d rehearsals were tried", p.Settings,
		p.Rehearsals)
	if p.Stopped != "" {
		fmt.Fprintf(&b, ", and %s", p.Stopped)
	}
	fmt.Fprintln(&b)
	if p.Checked != nil {
		fmt.Fprintf(&b, "on the evening to check it by: %s\n", *p.Checked)
	}
	fmt.Fprintln(&b)
	fmt.Fprint(&b, p.table())
	commented := "# " + strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", "\n# ") + "\n"
	return strings.ReplaceAll(commented, "# \n", "#\n")
}

// table is p.Wrong as a table.
func (p Plan) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "AVAILABILITY %, COST ÷ ORACLE\tTHIS PLAN\t\tITS TRACKING ALONE\t\tTODAY, WITHOUT FLOORS\t")
	for _, r := range p.Wrong {
		fmt.Fprintf(w, "%s", r.Name)
		for _, o := range []Outcome{r.Plan, r.Alone, r.Today} {
			fmt.Fprintf(w, "\t%.4f\t%.2f", o.percent(), o.OverOracle)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // a strings.Builder takes everything
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func holds(does bool, m Margin) string {
	what := "the forecast"
	if m.Peak > 1 || m.Early > 0 {
		what = fmt.Sprintf("%g times the peak and a kick-off %s early", m.Peak, problem.Duration(m.Early))
	}
	if does {
		return "holds " + what
	}
	return "does not hold " + what
}

// String is the outcome as a phrase.
func (o Outcome) String() string {
	text := fmt.Sprintf("%.4f %% answered, %.1f instance hours, %.2f × the oracle's", o.percent(), o.InstanceHours,
		o.OverOracle)
	if o.Money > 0 {
		text += fmt.Sprintf(", %.2f to pay", o.Money)
	}
	return text
}

// percent is the availability, below 100 if a request failed.
func (o Outcome) percent() float64 {
	const digit = 1e4
	percent := 100 * o.Availability
	if o.Failed < halfRequest {
		return 100
	}
	return float64(int(percent*digit)) / digit
}

// describe is the setting in one line.
func (s Setting) describe() string {
	text := fmt.Sprintf("%.4g %% aimed at, %d to %d, cooldowns %s out and %s in", 100*s.SafetyFactor, s.MinCapacity,
		s.MaxCapacity,
		problem.Duration(s.ScaleOutCooldown), problem.Duration(s.ScaleInCooldown))
	if f := s.Floors; f.Share == 0 {
		text += ", no floors"
	} else {
		text += fmt.Sprintf(", floors of %.4g %% in %d steps for %s", 100*f.Share, f.Steps,
			problem.Duration(f.Until.Round(time.Minute)))
	}
	return text
}
