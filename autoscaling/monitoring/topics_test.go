package monitoring_test

import (
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

func TestTopicsOfOtherPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ arn, partition, region, account, want string }{
		{"arn:aws:sns:eu-west-1:123456789012:alarms", "aws", "eu-west-1", "123456789012", ""},
		{"arn:aws-cn:sns:eu-west-1:123456789012:alarms", "aws", "eu-west-1", "123456789012", "their own partition aws,"},
		{"arn:aws:sns:us-east-1:123456789012:alarms", "aws", "eu-west-1", "123456789012", "their own region eu-west-1,"},
		{"arn:aws:sns:eu-west-1:999999999999:alarms", "aws", "eu-west-1", "123456789012", "own account 123456789012,"},
		{"arn:aws:sns:us-east-1:999999999999:alarms", "", "", "", ""},
		{"arn:aws:sns:us-east-1:999999999999:alarms", "", "${Token[Region.4]}", "${Token[Account.5]}", ""},
		{"${Token[TopicArn.6]}", "aws", "eu-west-1", "123456789012", ""},
	} {
		ps := monitoring.Settings{TopicARNs: []string{c.arn}}.ValidateTopics(c.partition, c.region, c.account)
		if c.want == "" && len(ps) > 0 || c.want != "" && !strings.Contains(ps.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.arn, ps, c.want)
		}
	}
}
