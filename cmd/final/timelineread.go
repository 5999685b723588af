package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// sources is where a timeline is read from.
type sources struct {
	scaling applicationautoscaling.DescribeScalingActivitiesAPIClient
	metrics cloudwatch.GetMetricDataAPIClient
	alarms  cloudwatch.DescribeAlarmHistoryAPIClient
	stacks  cloudformation.DescribeStackEventsAPIClient
}

// patiently makes a client try throttled calls again: a long history is many pages.
func patiently() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = registrationAttempts, registrationBackoff
		o.RateLimiter = unlimited{} // the attempts are the bound
	})
}

// record is what AWS has on a span.
type record struct {
	env    config.Environment
	span   timespan
	things []history
	// traffic are the endpoint's series by name.
	traffic map[string]series
	alarms  []types.AlarmHistoryItem
	stacks  []cf.StackEvent
	// unread are the parts that could not be read, and why.
	unread []string
}

// history is what happened to one thing that scales.
type history struct {
	of scaled
	// activities are the oldest first; those before the span say what stood at its beginning.
	activities []scaling.ScalingActivity
	// running is how many are in service.
	running series
}

// record reads what AWS has on a span.
func (r *run) record(ctx context.Context, s timespan) (record, error) {
	things := endpointScaled(r.env)
	var unread []string
	if len(frontScaled(r.env)) > 0 {
		front, err := readFrontStack(ctx, r)
		if err != nil {
			unread = append(unread, "front end: "+oneLine(err.Error()))
		}
		things = append(things, front.scaled...)
	}
	cfg := r.aws.Copy()
	cfg.Retryer = patiently
	watch := cloudwatch.NewFromConfig(cfg)
	rec := readRecord(ctx, r.env, s, things, sources{applicationautoscaling.NewFromConfig(cfg), watch, watch,
		cloudformation.NewFromConfig(cfg)})
	rec.unread = append(unread, rec.unread...)
	return rec, ctx.Err()
}

// readRecord reads each part. One that cannot be read is named, and the rest is shown.
func readRecord(ctx context.Context, e config.Environment, s timespan, things []scaled, from sources) record {
	rec := record{env: e, span: s}
	read := func(name string, err error) {
		if err != nil {
			rec.unread = append(rec.unread, name+": "+oneLine(err.Error()))
		}
	}
	for _, t := range things {
		h := history{of: t}
		var err error
		h.activities, err = readHistory(ctx, from.scaling, t, s)
		read("activities of "+t.String(), err)
		rec.things = append(rec.things, h)
	}
	read("metrics", rec.readMetrics(ctx, from.metrics))
	var err error
	rec.alarms, err = readStates(ctx, from.alarms, e, s)
	read("alarms", err)
	for _, name := range []string{"network", "inference", "frontend", "monitoring"} {
		events, err := readDeployments(ctx, from.stacks, e.Name+"-"+name, s)
		read("deployments of "+e.Name+"-"+name, err)
		rec.stacks = append(rec.stacks, events...)
	}
	slices.SortStableFunc(rec.stacks, func(a, b cf.StackEvent) int {
		return cmp.Or(aws.ToTime(a.Timestamp).Compare(aws.ToTime(b.Timestamp)),
			strings.Compare(aws.ToString(a.EventId), aws.ToString(b.EventId)))
	})
	return rec
}

// beforeSpan is how far before a span activities are looked for that say what stood when
// it began.
const beforeSpan = 8 * day

// readHistory reads the activities of one thing, the newest first, until the bounds and the
// count at the beginning of the span are known.
func readHistory(ctx context.Context, client applicationautoscaling.DescribeScalingActivitiesAPIClient, t scaled,
	s timespan) (found []scaling.ScalingActivity, err error) {
	pages := applicationautoscaling.NewDescribeScalingActivitiesPaginator(client,
		&applicationautoscaling.DescribeScalingActivitiesInput{
			ServiceNamespace:  scaling.ServiceNamespace(t.target.Dimension.Namespace()),
			ResourceId:        &t.target.ResourceID,
			ScalableDimension: scaling.ScalableDimension(t.target.Dimension),
			MaxResults:        aws.Int32(50),
		})
	bounds, capacity := false, false
	for pages.HasMorePages() && !(bounds && capacity) {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, unsupported("application-autoscaling:DescribeScalingActivities", err)
		}
		for _, a := range page.ScalingActivities {
			at := aws.ToTime(a.StartTime)
			if !at.Before(s.to) {
				continue
			}
			if at.Before(s.from.Add(-beforeSpan)) {
				bounds, capacity = true, true
				break
			}
			if at.Before(s.from) {
				_, _, isBounds := boundsOf(a)
				_, isCapacity := capacityOf(a)
				bounds, capacity = bounds || isBounds, capacity || isCapacity && succeeded(a)
			}
			found = append(found, a)
		}
	}
	slices.SortStableFunc(found, func(a, b scaling.ScalingActivity) int {
		return cmp.Or(aws.ToTime(a.StartTime).Compare(aws.ToTime(b.StartTime)),
			strings.Compare(aws.ToString(a.ActivityId), aws.ToString(b.ActivityId)))
	})
	return found, nil
}

// readStates reads the states of the environment's alarms, and of its policies'.
func readStates(ctx context.Context, client cloudwatch.DescribeAlarmHistoryAPIClient, e config.Environment,
	s timespan) (found []types.AlarmHistoryItem, err error) {
	own := regexp.MustCompile("^" + regexp.QuoteMeta(e.Name) + "-(network|inference|frontend|monitoring)-")
	prefixes := []string{"TargetTracking-endpoint/" + e.Endpoint.Name + "/"}
	for _, c := range e.Components {
		prefixes = append(prefixes, "TargetTracking-inference-component/"+c.Name+"-")
	}
	pages := cloudwatch.NewDescribeAlarmHistoryPaginator(client, &cloudwatch.DescribeAlarmHistoryInput{
		HistoryItemType: types.HistoryItemTypeStateUpdate, StartDate: &s.from, EndDate: &s.to,
		ScanBy:     types.ScanByTimestampAscending,
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Error("cloudwatch:DescribeAlarmHistory", err)
		}
		for _, item := range page.AlarmHistoryItems {
			name := aws.ToString(item.AlarmName)
			if s.has(aws.ToTime(item.Timestamp)) && (own.MatchString(name) || slices.ContainsFunc(prefixes,
				func(p string) bool { return strings.HasPrefix(name, p) })) {
				found = append(found, item)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b types.AlarmHistoryItem) int {
		return cmp.Or(aws.ToTime(a.Timestamp).Compare(aws.ToTime(b.Timestamp)),
			strings.Compare(aws.ToString(a.AlarmName), aws.ToString(b.AlarmName)),
			strings.Compare(aws.ToString(a.HistorySummary), aws.ToString(b.HistorySummary)))
	})
	return found, nil
}

// readDeployments reads when a stack as a whole changed its status. A stack that is not
// there has no deployments.
func readDeployments(ctx context.Context, client cloudformation.DescribeStackEventsAPIClient, name string,
	s timespan) (found []cf.StackEvent, err error) {
	pages := cloudformation.NewDescribeStackEventsPaginator(client,
		&cloudformation.DescribeStackEventsInput{StackName: &name})
	for older := false; pages.HasMorePages() && !older; {
		page, err := pages.NextPage(ctx)
		var answer interface{ ErrorCode() string }
		if errors.As(err, &answer) && answer.ErrorCode() == "ValidationError" &&
			strings.Contains(err.Error(), "does not exist") {
			return nil, nil
		}
		if err != nil {
			return nil, account.Error("cloudformation:DescribeStackEvents", err)
		}
		for _, e := range page.StackEvents {
			at := aws.ToTime(e.Timestamp)
			older = at.Before(s.from)
			if s.has(at) && aws.ToString(e.PhysicalResourceId) == aws.ToString(e.StackId) {
				found = append(found, e)
			}
		}
	}
	return found, nil
}

// nothing is the error that nothing is known of the span.
func (rec record) nothing() error {
	text := fmt.Sprintf("%s: AWS has nothing on %s to %s: no request, no scaling, no alarm, no deployment: look at "+
		"--env, --from and --to", rec.env.Name, rec.span.from.Format(time.RFC3339), rec.span.to.Format(time.RFC3339))
	for _, u := range rec.unread {
		text += "; not read: " + u
	}
	return errors.New(text)
}
