package frontend

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// validateServiceScaling holds the model against a service: a placeholder stands
// for the names that CloudFormation gives.
func validateServiceScaling(model autoscaling.ScalableTarget) problem.List {
	var ps problem.List
	switch {
	case model.Dimension != autoscaling.ServiceTaskCount:
		ps.Add("Dimension", string(model.Dimension), "a service's dimension is "+string(autoscaling.ServiceTaskCount), "take EventCalendar.ServiceTarget")
		return ps
	case model.ResourceID != "":
		ps.Add("ResourceID", model.ResourceID, "the service is made here", "leave it out")
	}
	model.ResourceID = autoscaling.ServiceResourceID("gateway", "gateway")
	return append(ps, model.Validate()...)
}

// scale registers the service's count, which the service itself leaves alone.
func (g *GatewayService) scale(cluster awsecs.ICluster, model autoscaling.ScalableTarget) {
	model.ResourceID = autoscaling.ServiceResourceID(*cluster.ClusterName(), *g.Service.ServiceName())
	g.Scaling = scaling.NewScalableTarget(g, "Scaling", scaling.ScalableTargetProps{
		Model: model, Dependencies: []constructs.IConstruct{g.Service},
	})
}
