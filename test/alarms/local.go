package alarms

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Local returns the metrics of a local AWS, whatever has put them there.
func Local(ctx context.Context, client *cloudwatch.Client) Source { return local{ctx, client} }

type local struct {
	ctx    context.Context
	client *cloudwatch.Client
}

// Points implements Source. What is known is known at once: there is no delay.
func (l local) Points(
	m Metric, stat string, period time.Duration, start time.Time, count int, _ time.Time,
) ([]float64, error) {
	points := make([]float64, count)
	for i := range points {
		points[i] = math.NaN()
	}
	metric := &types.Metric{Namespace: &m.Namespace, MetricName: &m.Name}
	for name, value := range m.Dimensions {
		metric.Dimensions = append(metric.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
	}
	pages := cloudwatch.NewGetMetricDataPaginator(l.client, &cloudwatch.GetMetricDataInput{
		StartTime: &start, EndTime: aws.Time(start.Add(time.Duration(count) * period)), ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("m"), MetricStat: &types.MetricStat{
			Metric: metric, Stat: &stat, Period: aws.Int32(int32(period / time.Second)), Unit: types.StandardUnit(m.Unit),
		}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(l.ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.MetricDataResults {
			for i, at := range r.Timestamps {
				if place := int(at.Sub(start) / period); place >= 0 && place < count {
					points[place] = r.Values[i]
				}
			}
		}
	}
	return points, nil
}

// Tick makes every alarm of a local AWS what CloudWatch would make of it at a
// moment: it evaluates the metric alarms, then the composite alarms, and sets the
// states that change. It returns all states by name. Call it every period where
// a state depends on the one before.
func Tick(ctx context.Context, client *cloudwatch.Client, at time.Time) (map[string]State, error) {
	metric, composite, err := described(ctx, client)
	if err != nil {
		return nil, err
	}
	states, source := map[string]State{}, Local(ctx, client)
	var errs []error
	for _, described := range metric {
		a, err := FromSDK(described)
		if err == nil {
			states[a.Name], err = Evaluate(a, source, at)
		}
		if err == nil {
			err = change(ctx, client, a.Name, a.State, states[a.Name], at)
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for len(composite) > 0 {
		i := slices.IndexFunc(composite, func(c waiting) bool { return c.ready(composite) })
		if i < 0 {
			return nil, fmt.Errorf("composite alarms that wait for each other: %q and %d more", composite[0].Name, len(composite)-1)
		}
		c := composite[i]
		if states[c.Name], err = c.Evaluate(states); err != nil {
			return nil, err
		}
		if err := change(ctx, client, c.Name, c.before, states[c.Name], at); err != nil {
			return nil, err
		}
		composite = slices.Delete(composite, i, i+1)
	}
	return states, nil
}

// waiting is a composite alarm that is not evaluated yet, with its state before.
type waiting struct {
	Composite
	before State
}

// ready says whether the rule names no composite alarm that waits.
func (c waiting) ready(all []waiting) bool {
	names := map[string]State{}
	for _, other := range all {
		names[other.Name] = other.before
	}
	return !slices.ContainsFunc(c.Alarms(), func(name string) bool {
		_, err := lookUp(names, name)
		return err == nil
	})
}

func described(ctx context.Context, client *cloudwatch.Client) (m []types.MetricAlarm, c []waiting, err error) {
	pages := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, nil, err
		}
		m = append(m, page.MetricAlarms...)
		for _, a := range page.CompositeAlarms {
			read, err := NewComposite(aws.ToString(a.AlarmName), aws.ToString(a.AlarmRule))
			if err != nil {
				return nil, nil, err
			}
			c = append(c, waiting{read, State(a.StateValue)})
		}
	}
	return m, c, nil
}

func change(ctx context.Context, client *cloudwatch.Client, name string, before, after State, at time.Time) error {
	if before == after {
		return nil
	}
	_, err := client.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
		AlarmName: &name, StateValue: types.StateValue(after),
		StateReason: aws.String("evaluated at " + at.UTC().Format(time.RFC3339)),
	})
	return err
}
