package monitoring

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ValidateTopics returns the topics that are not in the partition, region and account of
// the alarms. What of these is "" or a token is not compared.
func (s Settings) ValidateTopics(partition, region, account string) problem.List {
	var ps problem.List
	for i, arn := range s.TopicARNs {
		parts := strings.Split(arn, ":")
		if problem.Unresolved(arn) || len(parts) != 6 {
			continue
		}
		for _, place := range []struct{ what, have, want string }{
			{"partition", parts[1], partition}, {"region", parts[3], region}, {"account", parts[4], account},
		} {
			if place.want != "" && !problem.Unresolved(place.want) && place.have != place.want {
				ps.Add(fmt.Sprintf("TopicARNs[%d]", i), arn, fmt.Sprintf("alarms tell topics of their own %s %s, this one is in %s",
					place.what, place.want, place.have), "make a topic in "+place.want+", and give its ARN")
				break
			}
		}
	}
	return ps
}
