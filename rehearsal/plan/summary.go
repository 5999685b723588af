package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// columns is the width of a plan's text.
const columns = 80

// Summary is the plan as text, in lines of YAML comments.
func (p Plan) Summary() string {
	var b strings.Builder
	e := p.event
	fmt.Fprintf(&b, "%s, %s, peak %s requests/s\n\n", e.Name, e.KickOff.Format("Mon 2 Jan 2006 15:04 MST"),
		strconv.FormatFloat(e.Peak, 'f', -1, 64))
	fmt.Fprint(&b, wrap("", p.Setting.describe()+p.describeFloors()))
	if p.NoFloor != "" {
		fmt.Fprint(&b, wrap("", "no floor: "+p.NoFloor))
	}
	for _, w := range p.Warnings {
		fmt.Fprint(&b, wrap("warning: ", w))
	}
	fmt.Fprint(&b, "\n", wrap("", p.held()))
	fmt.Fprintf(&b, "\n%-32s %14s %14s %14s\n", "AVAILABILITY %, COST ÷ ORACLE", "THIS PLAN", "TRACKING ALONE",
		"TODAY")
	learned := "each earlier evening:"
	if p.FromOthers {
		learned = "each earlier evening, planned from the others:"
	}
	fmt.Fprintln(&b, learned)
	writeRows(&b, p.Evenings)
	if p.Checked != nil {
		fmt.Fprintln(&b, "the evening to check by:")
		writeRows(&b, []Row{*p.Checked})
	}
	fmt.Fprintln(&b, "errors and faults, on the last of these:")
	writeRows(&b, p.Wrong)
	if less := p.less(); len(less) > 0 {
		fmt.Fprint(&b, wrap("", "less available than tracking alone or today: "+strings.Join(less, "; ")))
	}
	for _, h := range p.Harder {
		fmt.Fprint(&b, wrap("", h.String()))
	}
	if p.TraceRead != "" {
		fmt.Fprint(&b, wrap("the trace: ", p.TraceRead))
	}
	commented := "# " + strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", "\n# ") + "\n"
	return strings.ReplaceAll(commented, "# \n", "#\n")
}

// less are the rows where the plan is less available than its tracking alone or today's
// scaling.
func (p Plan) less() []string {
	var out []string
	for _, rows := range [][]Row{p.Evenings, p.Wrong} {
		for _, r := range rows {
			if r.Plan.Failed >= min(r.Alone.Failed, r.Today.Failed)+halfRequest {
				out = append(out, r.Name)
			}
		}
	}
	return out
}

func writeRows(b *strings.Builder, rows []Row) {
	for _, r := range rows {
		line := fmt.Sprintf("  %-30s", r.Name)
		for _, o := range []Outcome{r.Plan, r.Alone, r.Today} {
			line += fmt.Sprintf(" %8.4f %5.2f", o.percent(), o.OverOracle)
		}
		fmt.Fprintln(b, line)
	}
}

// wrap breaks a text into lines of columns, less the "# " before each.
func wrap(before, text string) string {
	var b strings.Builder
	line := strings.TrimSuffix(before, " ")
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) > columns-2:
			fmt.Fprintln(&b, line)
			line = "  " + word
		default:
			line += " " + word
		}
	}
	fmt.Fprintln(&b, line)
	return b.String()
}

// held says what the plan holds.
func (p Plan) held() string {
	what := "every earlier evening"
	if p.FromOthers {
		what = "every earlier evening, planned from the others"
	}
	if p.Checked != nil {
		what = "the evening to check by"
	}
	if p.Holds {
		return "holds " + what
	}
	return "does not hold " + what
}

// String is what the condition costs, as a sentence.
func (h Harder) String() string {
	return fmt.Sprintf("%s: %.4f %% answered. Floors made for it answer %.4f %%, and cost %.2f × the oracle's instead of "+
		"%.2f as forecast", h.Name, h.Plan.percent(), h.Held.percent(), h.HeldUsual.OverOracle, h.Usual.OverOracle)
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
	return fmt.Sprintf("%.4g %% aimed at, %d to %d, cooldowns %s out and %s in", 100*s.SafetyFactor, s.MinCapacity,
		s.MaxCapacity, problem.Duration(s.ScaleOutCooldown), problem.Duration(s.ScaleInCooldown))
}

func (p Plan) describeFloors() string {
	floors := p.Calendar.Floors()
	if len(floors) == 0 {
		return ""
	}
	from, to := "", ""
	for _, f := range floors {
		if f.MinCapacity > p.Setting.MinCapacity {
			if from == "" {
				from = f.From.Format("15:04")
			}
			to = f.To.Format("15:04")
		}
	}
	return fmt.Sprintf(", floors of up to %d from %s to %s in %d scheduled actions", p.Calendar.HighestFloor(), from, to,
		len(p.floorActions()))
}
