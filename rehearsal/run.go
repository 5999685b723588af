package rehearsal

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Run rehearses. Its error is a problem.List with every problem of the input.
func Run(in Input) (Result, error) {
	if err := in.Validate().Err(); err != nil {
		return Result{}, err
	}
	return prepare(in).play(in.Trace)
}

// Prepared is a validated input that can be rehearsed on several traces, by several
// goroutines at a time.
type Prepared struct {
	given   Input // in before its defaults
	in      Input
	actions []parsedAction
	cache   *cache
}

// Prepare validates an input, with one of its traces. The error is that of Run.
func Prepare(in Input) (Prepared, error) {
	if err := in.Validate().Err(); err != nil {
		return Prepared{}, err
	}
	return prepare(in), nil
}

func prepare(in Input) Prepared {
	return Prepared{in, in.WithDefaults(), parseActions(in.Subject.Target.ScheduledActions, in.Faults.Missed),
		newCache()}
}

// With returns p with its input changed, and reuses what the change does not affect.
// The error is that of Run.
func (p Prepared) With(change func(*Input)) (Prepared, error) {
	in := p.given
	change(&in)
	if err := in.Validate().Err(); err != nil {
		return Prepared{}, err
	}
	out := prepare(in)
	same := out.in.Service
	same.Start, same.InstanceStart = p.in.Service.Start, p.in.Service.InstanceStart
	if same == p.in.Service && out.in.Objective == p.in.Objective {
		out.cache = p.cache
	}
	return out, nil
}

// Run rehearses on a trace. Its error is a problem.List with every problem of it.
func (p Prepared) Run(traffic trace.Source) (Result, error) {
	if err := (Input{Trace: traffic}).validateTrace().Err(); err != nil {
		return Result{}, err
	}
	return p.play(traffic)
}

func (p Prepared) play(traffic trace.Source) (Result, error) {
	e := p.engine(traffic)
	start, period := traffic.Grid()
	end, rate := start.Unix(), 0.0
	perSecond := e.share / period.Seconds()
	for count := range traffic.All() {
		if err := checkCount(count, end); err != nil {
			return Result{}, err
		}
		rate = count * perSecond
		if end == start.Unix() {
			e.warmUp(rate)
		}
		e.oracle.add(end, end+int64(period/time.Second), e.oracle.needed(rate))
		needed := ceilTo(rate / e.in.Service.RequestsPerSecond)
		end += int64(period / time.Second)
		for e.now < end {
			e.processDue()
			e.advance(e.nextEvent(end), rate, needed)
		}
	}
	if end == start.Unix() {
		return Result{}, emptyTrace()
	}
	return e.result(), nil
}
