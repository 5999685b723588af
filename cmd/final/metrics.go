package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
)

// minute is the period of the metrics that are read.
const minute = time.Minute

// trafficMinutes is how many full minutes are looked at: the newest with data is shown.
const trafficMinutes = 5

// readTraffic reads what the gateway publishes: requests summed over its tasks, latencies
// of the slowest task.
func (g *gathering) readTraffic() error {
	end := g.page.At.UTC().Truncate(minute)
	metrics := []struct{ id, name, statistic string }{
		{"offered", "ArrivedRequests", "Sum"}, {"shed", "ShedRequests", "Sum"},
		{"p50", "LatencyP50", "Maximum"}, {"p90", "LatencyP90", "Maximum"}, {"p99", "LatencyP99", "Maximum"},
	}
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(end.Add(-trafficMinutes * minute)), EndTime: &end,
		ScanBy: types.ScanByTimestampDescending,
	}
	for _, m := range metrics {
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{
			Id: aws.String(m.id), ReturnData: aws.Bool(true), MetricStat: &types.MetricStat{
				Metric: &types.Metric{
					Namespace: aws.String("SageMakerInference/Gateway"), MetricName: aws.String(m.name),
					Dimensions: []types.Dimension{{Name: aws.String("EndpointName"), Value: &g.page.Endpoint}},
				},
				Period: aws.Int32(int32(minute / time.Second)), Stat: aws.String(m.statistic),
			},
		})
	}
	found, err := cloudwatch.NewFromConfig(g.r.aws).GetMetricData(g.ctx, in)
	if err != nil {
		return account.Error("cloudwatch:GetMetricData", err)
	}
	at := map[string]map[time.Time]float64{}
	var newest time.Time
	for _, result := range found.MetricDataResults {
		id := aws.ToString(result.Id)
		at[id] = map[time.Time]float64{}
		for i, t := range result.Timestamps {
			if i < len(result.Values) {
				t = t.UTC().Truncate(minute)
				at[id][t] = result.Values[i]
				if id == "offered" && t.After(newest) {
					newest = t
				}
			}
		}
	}
	if newest.IsZero() {
		return fmt.Errorf("the gateway has published nothing in the last %d minutes; one on AWS Lambda never does",
			trafficMinutes)
	}
	one := &traffic{Minute: newest, OfferedRequestsPerSecond: at["offered"][newest] / minute.Seconds()}
	if offered := at["offered"][newest]; offered > 0 {
		one.ShedPercent = 100 * at["shed"][newest] / offered
	}
	for id, into := range map[string]**float64{"p50": &one.LatencyP50, "p90": &one.LatencyP90, "p99": &one.LatencyP99} {
		if value, ok := at[id][newest]; ok {
			*into = &value
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.page.Traffic = one
	return nil
}

// readAlarms reads which of the environment's alarms are in ALARM: those whose names its
// stacks have given, and the reminder. The alarms of target tracking are no news.
func (g *gathering) readAlarms() error {
	client, env := cloudwatch.NewFromConfig(g.r.aws), g.r.env.Name
	own := regexp.MustCompile("^" + regexp.QuoteMeta(env) + "-(network|inference|frontend|monitoring)-")
	reminder := reminderName(g.page.Endpoint)
	var found []alarmPage
	for _, prefix := range []string{env + "-", reminder} {
		pages := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{
			AlarmNamePrefix: &prefix, StateValue: types.StateValueAlarm,
			AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(g.ctx)
			if err != nil {
				return account.Error("cloudwatch:DescribeAlarms", err)
			}
			add := func(name, description *string, state types.StateValue, since *time.Time) {
				n := aws.ToString(name)
				if state != types.StateValueAlarm || !own.MatchString(n) && n != reminder {
					return
				}
				one := alarmPage{n, severity(n, aws.ToString(description)), aws.ToTime(since)}
				if n == reminder {
					one.Severity = "notice"
				}
				found = append(found, one)
			}
			for _, a := range page.MetricAlarms {
				add(a.AlarmName, a.AlarmDescription, a.StateValue, a.StateUpdatedTimestamp)
			}
			for _, a := range page.CompositeAlarms {
				add(a.AlarmName, a.AlarmDescription, a.StateValue, a.StateUpdatedTimestamp)
			}
		}
	}
	slices.SortFunc(found, func(a, b alarmPage) int {
		if c := urgency(a.Severity) - urgency(b.Severity); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.page.Alarms = append(g.page.Alarms, found...)
	return nil
}

// urgency orders severities, the most urgent first.
func urgency(severity string) int {
	for i, s := range []string{critical, "warning", "", "notice"} {
		if s == severity {
			return i
		}
	}
	return 2
}
