package monitoring

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

// addDashboard makes the dashboard, with the states of the alarms, the most urgent first. It
// has no name: CloudFormation gives it one, so that a second stack does not collide.
func (m *Monitoring) addDashboard() {
	stack := awscdk.Stack_Of(m)
	urgency := []monitoring.Severity{monitoring.Critical, monitoring.Warning, monitoring.Notice}
	sorted := slices.SortedStableFunc(slices.Values(m.Alarms), func(a, b Alarm) int {
		return slices.Index(urgency, a.Severity) - slices.Index(urgency, b.Severity)
	})
	arns := make([]string, len(sorted))
	for i, a := range sorted {
		arns[i] = *a.Resource.AttrArn()
	}
	body := m.subject.Dashboard(m.props.Settings, *stack.Region(), arns...).Body()
	m.Dashboard = awscloudwatch.NewCfnDashboard(m, jsii.String("Dashboard"), &awscloudwatch.CfnDashboardProps{
		DashboardBody: stack.ToJsonString(body, nil),
	})
}
