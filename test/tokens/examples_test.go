package tokens_test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	front "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	watch "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// example is valid props of one construct.
type example struct {
	name  string
	props func(stack awscdk.Stack) any // a pointer
	make  func(stack awscdk.Stack, props any)
}

// of is an example; newConstruct is the construct's constructor.
func of[Props, Made any](
	name string, newConstruct func(constructs.Construct, string, Props) Made, props func(awscdk.Stack) Props,
) example {
	return example{
		name:  name,
		props: func(stack awscdk.Stack) any { p := props(stack); return &p },
		make:  func(stack awscdk.Stack, p any) { newConstruct(stack, "Made", *p.(*Props)) },
	}
}

const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.0.0"

func vpc(stack awscdk.Stack) awsec2.IVpc {
	return awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId: jsii.String("vpc-1"), AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1b"),
		PrivateSubnetIds:           jsii.Strings("subnet-1", "subnet-2"),
		PrivateSubnetRouteTableIds: jsii.Strings("rtb-1", "rtb-2"),
	})
}

func group(stack awscdk.Stack) awsec2.ISecurityGroup {
	return awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String("Group"), jsii.String("sg-1"), nil)
}

func functionProps(stack awscdk.Stack) frontend.GatewayFunctionProps {
	return functionPropsOf(stack, "Builds")
}

func functionPropsOf(stack awscdk.Stack, builds string) frontend.GatewayFunctionProps {
	bucket := awss3.Bucket_FromBucketName(stack, jsii.String(builds), jsii.String("builds"))
	return frontend.GatewayFunctionProps{
		EndpointName: "odds", InferenceComponents: []string{"odds-a"},
		Code: awslambda.Code_FromBucketV2(
			bucket,
			jsii.String("gateway.zip"),
			&awslambda.BucketOptions{ObjectVersion: jsii.String("1")},
		),
	}
}

func gateway(stack awscdk.Stack) *frontend.GatewayFunction {
	return frontend.NewGatewayFunction(stack, "Gateway", functionProps(stack))
}

func calendar() events.Calendar {
	return events.Calendar{
		MinCapacity: 2, MaxCapacity: 100, RequestsPerSecondPerInstance: 10, Events: someEvents(),
	}
}

func someEvents() []events.Event {
	return []events.Event{
		{Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00",
			PeakRequestsPerSecond: 100, Shape: []events.ShapeStep{{Share: 1}}},
		{Name: "weekly", Timezone: "Europe/London", Starts: "20:00", Ends: "22:00", Weekdays: []string{"SAT"},
			From: "2027-06-01", Until: "2027-07-01", PeakRequestsPerSecond: 100},
		{Name: "dates", Timezone: "UTC", Starts: "20:00", Ends: "22:00", Dates: []string{"2027-08-01"}, PeakRequestsPerSecond: 100},
	}
}

func actions() []autoscaling.ScheduledAction {
	return []autoscaling.ScheduledAction{{Name: "evening", Schedule: "cron(0 18 ? * MON-FRI *)",
		Timezone: "Europe/London", MaxCapacity: ptr(30), AllowLowerMax: true}}
}

func facts() autoscaling.Facts {
	return autoscaling.Facts{
		Events:          []autoscaling.EventFacts{{Name: "final", Floor: 3}},
		LoweredMaximums: []string{"evening"}, Frontend: &autoscaling.FrontendFacts{Kind: autoscaling.LambdaFrontend},
	}
}

func metric() autoscaling.Metric {
	return autoscaling.Metric{Namespace: "Odds", Name: "Load", Dimensions: map[string]string{"Shop": "a"},
		Statistic: autoscaling.Average, Unit: "Count"}
}

func trackings() []autoscaling.TargetTrackingPolicy {
	part := metric()
	return []autoscaling.TargetTrackingPolicy{
		autoscaling.Tracking("own", metric(), 10),
		autoscaling.Tracking("gpu", autoscaling.PredefinedMetric("SageMakerVariantSomethingNew"), 10),
		autoscaling.Tracking("math", autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{
			{ID: "m1", Metric: &part}, {ID: "e1", Expression: "m1 / 2", Label: "Half", ReturnData: true},
		}}, 10),
	}
}

func stepping() []autoscaling.StepScalingPolicy {
	return []autoscaling.StepScalingPolicy{{
		Name: "out", AdjustmentType: autoscaling.ChangeInCapacity, Aggregation: autoscaling.AggregateMaximum,
		Steps: []autoscaling.Step{{LowerBound: ptr(0.0), Adjustment: 1}},
		Alarm: autoscaling.Alarm{Description: "Load", Metric: metric(), Period: time.Minute, Comparison: autoscaling.Above,
			Threshold: 5, EvaluationPeriods: 1, MissingData: autoscaling.MissingIsFine},
	}}
}

func variant() autoscaling.Variant {
	return autoscaling.Variant{EndpointName: "odds", Name: "main", InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2}
}

func model(stack awscdk.Stack, isolated bool) *inference.Model {
	return inference.NewModel(stack, "Model", inference.ModelProps{
		Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: !isolated,
	})
}

func loadBalancer(stack awscdk.Stack) frontend.LoadBalancerProps {
	return frontend.LoadBalancerProps{
		VPC: vpc(
			stack,
		), SecurityGroup: group(stack), Gateway: gateway(stack), AllowedCIDRs: []string{"10.0.0.0/16", "10.1.0.0/16"},
	}
}

// examples have every text of the exported props between them.
var examples = []example{
	of("function", frontend.NewGatewayFunction, func(stack awscdk.Stack) frontend.GatewayFunctionProps {
		p := functionProps(stack)
		target := front.FunctionTarget(events.Calendar{MinCapacity: 2}, 10)
		p.ProvisionedConcurrency = &target
		return p
	}),
	of("service", frontend.NewGatewayService, func(stack awscdk.Stack) frontend.GatewayServiceProps {
		target := front.ServiceTarget(events.Calendar{MinCapacity: 2}, 10)
		return frontend.GatewayServiceProps{
			EndpointName: "odds", InferenceComponents: []string{"odds-a"}, VPC: vpc(stack), Image: image, Scaling: &target,
			Server: settings.Server{FallbackBody: "none", FallbackContentType: "text/plain",
				PrioritySources: []string{"10.0.0.0/8"}, OTLPEndpoint: "http://collector.example:4318",
				V2Model: "odds", CORSOrigins: []string{"https://app.example.com"}},
		}
	}),
	of("service that sheds to an asynchronous endpoint", frontend.NewGatewayService,
		func(stack awscdk.Stack) frontend.GatewayServiceProps {
			return frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc(stack), Image: image,
				Server: settings.Server{
					PriorityClaim: &settings.PriorityClaim{Name: "tier", Critical: []string{"gold"}, High: []string{"silver"},
						Low: []string{"free"}},
					FairBy: &settings.Client{Claim: "sub"}, ClaimsFrom: settings.ClaimsFromJWT,
					OnShed: &settings.OnShed{Asynchronous: &settings.ShedAsynchronous{EndpointName: "later"}},
				}}
		}),
	of("service that answers with what is known", frontend.NewGatewayService,
		func(stack awscdk.Stack) frontend.GatewayServiceProps {
			return frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc(stack), Image: image,
				Server: settings.Server{
					OnShed: &settings.OnShed{LastKnown: &settings.LastKnown{MaxAge: time.Minute, MaxBytes: 1 << 20}},
				}}
		}),
	of("service that sheds to a variant", frontend.NewGatewayService,
		func(stack awscdk.Stack) frontend.GatewayServiceProps {
			ten := 10
			return frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc(stack), Image: image,
				Server: settings.Server{
					PrioritySources: []string{"10.0.0.0/8"},
					PriorityShares:  &settings.PriorityShares{High: &ten, Normal: &ten, Low: &ten},
					FairBy:          &settings.Client{Header: "X-Session-Id"},
					OnShed:          &settings.OnShed{Variant: &settings.ShedVariant{TargetVariant: "cheap"}},
				}}
		}),
	of("service that sheds to a component", frontend.NewGatewayService,
		func(stack awscdk.Stack) frontend.GatewayServiceProps {
			return frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc(stack), Image: image,
				InferenceComponents: []string{"odds-a"},
				Server: settings.Server{
					OnShed: &settings.OnShed{Variant: &settings.ShedVariant{InferenceComponent: "odds-a"}},
				}}
		}),
	of("load balancer with a login", frontend.NewLoadBalancer, func(stack awscdk.Stack) frontend.LoadBalancerProps {
		p := loadBalancer(stack)
		p.CertificateARN = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
		p.Domain = &settings.Domain{Name: "odds.example.com", HostedZoneID: "Z1", ZoneName: "example.com"}
		p.Authentication = &settings.Authentication{
			OIDC: &settings.OIDC{Issuer: "https://a.example", AuthorizationEndpoint: "https://a.example/a",
				TokenEndpoint: "https://a.example/t", UserInfoEndpoint: "https://a.example/u", ClientID: "c", ClientSecretField: "s",
				ClientSecretARN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:odds-AbCdEf", Scope: "openid"},
			MutualTLS: &settings.MutualTLS{TrustStoreARN: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/a/1"},
		}
		p.WAF = &settings.WAF{SessionHeader: "Authorization", RequestsPerSession: 100}
		p.AccessLogs = &frontend.AccessLogs{Retention: 24 * time.Hour}
		p.Canary = &frontend.Canary{WeightPercent: 10, Gateway: frontend.NewGatewayFunction(stack, "Canary",
			frontend.GatewayFunctionProps{EndpointName: "odds", Code: awslambda.Code_FromBucketV2(
				awss3.Bucket_FromBucketName(
					stack,
					jsii.String("Canaries"),
					jsii.String("builds"),
				),
				jsii.String("c.zip"),
				&awslambda.BucketOptions{ObjectVersion: jsii.String("1")},
			)})}
		return p
	}),
	of("load balancer with Cognito", frontend.NewLoadBalancer, func(stack awscdk.Stack) frontend.LoadBalancerProps {
		p := loadBalancer(stack)
		p.Domain = &settings.Domain{Name: "odds.example.com", HostedZoneID: "Z1", ZoneName: "example.com"}
		p.Authentication = &settings.Authentication{
			Cognito: &settings.Cognito{UserPoolARN: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/a", ClientID: "c",
				Domain: "odds", Scope: "openid"},
			MutualTLS: &settings.MutualTLS{CABundleURL: "s3://authorities/ca.pem", CABundleVersion: "1"},
		}
		p.WAF = &settings.WAF{
			WebACLARN: "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/01234567-89ab-cdef-0123-456789abcdef",
		}
		return p
	}),
	of(
		"load balancer with tokens of clients",
		frontend.NewLoadBalancer,
		func(stack awscdk.Stack) frontend.LoadBalancerProps {
			p := loadBalancer(stack)
			p.CertificateARN = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
			p.Authentication = &settings.Authentication{JWT: &settings.JWT{Issuer: "https://a.example",
				JWKSEndpoint: "https://a.example/k", Audience: "odds", AudienceFormat: settings.SingleString,
				Claims: []settings.Claim{{Name: "scope", Format: settings.SpaceSeparated, Values: []string{"read"}}}}}
			return p
		},
	),
	of("route", frontend.NewRoute, func(stack awscdk.Stack) frontend.RouteProps {
		return frontend.RouteProps{
			ListenerARN: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/0123456789abcdef/0123456789abcdef",
			Priority:    1, Hosts: []string{"odds.example.com"}, Gateway: gateway(stack), SecurityGroup: group(stack),
		}
	}),
	of("capacity schedule", frontend.NewCapacitySchedule, func(stack awscdk.Stack) frontend.CapacityScheduleProps {
		return frontend.CapacityScheduleProps{
			LoadBalancer: elb.ApplicationLoadBalancer_FromApplicationLoadBalancerAttributes(stack, jsii.String("LoadBalancer"),
				&elb.ApplicationLoadBalancerAttributes{SecurityGroupId: jsii.String("sg-1"), LoadBalancerArn: jsii.String(
					"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/0123456789abcdef")}),
			Calendar: calendar(),
		}
	}),
	of("private endpoints", frontend.NewPrivateEndpoints, func(stack awscdk.Stack) frontend.PrivateEndpointsProps {
		return frontend.PrivateEndpointsProps{VPC: vpc(stack), Clients: group(stack)}
	}),
	of("scalable target", scaling.NewScalableTarget, func(awscdk.Stack) scaling.ScalableTargetProps {
		return scaling.ScalableTargetProps{
			Model: autoscaling.ScalableTarget{
				ResourceID: variant().ResourceID(), Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 40,
				RoleARN: "arn:aws:iam::123456789012:role/scaling", Policies: trackings(), StepPolicies: stepping(),
				ScheduledActions: actions(),
			},
			Variant: scaling.ExistingVariant(variant()), Facts: facts(),
		}
	}),
	of("variant scaling", scaling.NewVariantScaling, func(awscdk.Stack) scaling.VariantScalingProps {
		return scaling.VariantScalingProps{
			Variant: scaling.ExistingVariant(variant()),
			Facts:   facts(),
			Scaling: autoscaling.VariantScaling{
				Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 10, ConcurrencyPerInstance: 5},
				Scaling: autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 100, Emergency: true, OfferedLoad: ptr(true),
					SuspendedState: &autoscaling.SuspendedState{}},
				Events: someEvents(), Policies: trackings(), StepPolicies: stepping(),
			},
		}
	}),
	of("variant scaling by the clock", scaling.NewVariantScaling, func(awscdk.Stack) scaling.VariantScalingProps {
		plain := actions()[0]
		plain.AllowLowerMax, plain.MaxCapacity, plain.MinCapacity = false, nil, ptr(3)
		return scaling.VariantScalingProps{Variant: scaling.ExistingVariant(variant()), Scaling: autoscaling.VariantScaling{
			Capacity:         autoscaling.Capacity{RequestsPerSecondPerInstance: 10},
			Scaling:          autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 100},
			ScheduledActions: []autoscaling.ScheduledAction{plain},
		}}
	}),
	of("asynchronous scaling", scaling.NewAsynchronousScaling, func(awscdk.Stack) scaling.AsynchronousScalingProps {
		return scaling.AsynchronousScalingProps{
			Variant: scaling.ExistingVariant(variant()),
			Scaling: autoscaling.AsynchronousScaling{
				Scaling: autoscaling.Scaling{MaxCapacity: 40, BacklogPerInstance: 5}, ScheduledActions: actions()},
		}
	}),
	of("serverless scaling", scaling.NewProvisionedConcurrencyScaling,
		func(awscdk.Stack) scaling.ProvisionedConcurrencyScalingProps {
			return scaling.ProvisionedConcurrencyScalingProps{
				Variant: scaling.ExistingVariant(autoscaling.Variant{EndpointName: "odds", Name: "main"}),
				Scaling: autoscaling.ProvisionedConcurrencyScaling{
					Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 40}, ScheduledActions: actions()},
			}
		}),
	of("component scaling", scaling.NewComponentScaling, func(awscdk.Stack) scaling.ComponentScalingProps {
		return scaling.ComponentScalingProps{
			InferenceComponent: scaling.ExistingComponent("odds-a"),
			Scaling: autoscaling.ComponentScaling{
				CopyCapacity:     autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 10, ConcurrencyPerCopy: 5},
				CopyScaling:      autoscaling.CopyScaling{MaxCapacity: 40},
				ScheduledActions: actions(), Events: someEvents()[:1],
			},
		}
	}),
	of("endpoint", inference.NewEndpoint, func(stack awscdk.Stack) inference.EndpointProps {
		return inference.EndpointProps{
			EndpointName: "odds", Variants: []inference.VariantProps{{
				Name: "main", Model: model(stack, true), InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2}},
			Update: &autoscaling.Update{
				Canary: &autoscaling.Canary{Size: autoscaling.FleetShare{Percent: 10}, Wait: 10 * time.Minute},
				Rollback: &autoscaling.Rollback{Alarms: []string{"mine"},
					RollbackThresholds: autoscaling.RollbackThresholds{ErrorRate: 0.02, ModelLatency: time.Second},
					Variants:           map[string]autoscaling.RollbackThresholds{"main": {ErrorRate: 0.03}}},
				ExcludeRetainedVariantProperties: []string{"DesiredWeight"},
			},
		}
	}),
	of("asynchronous endpoint", inference.NewEndpoint, func(stack awscdk.Stack) inference.EndpointProps {
		return inference.EndpointProps{
			EndpointName: "odds",
			Variants:     []inference.VariantProps{{Name: "main", Model: model(stack, true), InstanceType: "ml.c6i.xlarge"}},
			Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers/odds", FailurePath: "s3://failures",
				InputPath: "s3://requests"},
			Update: &autoscaling.Update{Rolling: &autoscaling.Rolling{Batch: autoscaling.FleetShare{Percent: 10},
				RollbackBatch: &autoscaling.FleetShare{Percent: 50}, Wait: time.Minute}},
		}
	}),
	of("serverless endpoint", inference.NewEndpoint, func(stack awscdk.Stack) inference.EndpointProps {
		return inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{{Name: "main",
			Model: model(stack, false), Serverless: &inference.ServerlessProps{MemoryMB: 1024, MaxConcurrency: 5}}}}
	}),
	of("shared endpoint", inference.NewEndpoint, func(awscdk.Stack) inference.EndpointProps {
		return inference.EndpointProps{EndpointName: "odds",
			Variants: []inference.VariantProps{{Name: "main", InstanceType: "ml.g6.xlarge",
				ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4}}},
			Update: &autoscaling.Update{Linear: &autoscaling.Linear{Step: autoscaling.FleetShare{Percent: 10}}}}
	}),
	of("component", inference.NewInferenceComponent, func(stack awscdk.Stack) inference.InferenceComponentProps {
		shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{EndpointName: "shared",
			Variants: []inference.VariantProps{{InstanceType: "ml.g6.xlarge",
				ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4}}}})
		return inference.InferenceComponentProps{InferenceComponentName: "odds-a", Endpoint: shared, VariantName: "main",
			Model: model(stack, true), MinMemoryMB: 1024,
			RollingUpdate: &inference.RollingUpdateProps{BatchPercent: 25, RollbackAlarms: []string{"mine"}}}
	}),
	of("component on pools", inference.NewInferenceComponent, func(stack awscdk.Stack) inference.InferenceComponentProps {
		shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{EndpointName: "shared",
			Variants: []inference.VariantProps{{
				InstancePools:    []inference.InstancePool{{InstanceType: "ml.g6.xlarge"}, {InstanceType: "ml.g5.xlarge"}},
				ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4}}}})
		return inference.InferenceComponentProps{InferenceComponentName: "odds-a", Endpoint: shared,
			PerInstanceType: []inference.InstanceTypeOverride{
				{
					InstanceType: "ml.g6.xlarge",
					Model:        model(stack, true),
					MinMemoryMB:  1024,
					MaxMemoryMB:  2048,
					CPUCores:     1,
					Accelerators: 1,
				}},
			MinMemoryMB: 1024, Model: inference.NewModel(stack, "Other", inference.ModelProps{
				Containers: []inference.ContainerProps{{Image: image}}}),
			Scheduling: &inference.SchedulingProps{PlacementStrategy: "SPREAD", MaxZoneImbalance: 1}}
	}),
	of("adapter", inference.NewAdapter, func(stack awscdk.Stack) inference.AdapterProps {
		shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{EndpointName: "shared",
			Variants: []inference.VariantProps{{InstanceType: "ml.g6.xlarge",
				ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4}}}})
		return inference.AdapterProps{InferenceComponentName: "odds-b", ArtifactURL: "s3://adapters/b.tar.gz",
			Base: inference.NewInferenceComponent(stack, "Base", inference.InferenceComponentProps{
				InferenceComponentName: "odds-a", Endpoint: shared, Model: model(stack, true), MinMemoryMB: 1024})}
	}),
	of("endpoint of pools", inference.NewEndpoint, func(stack awscdk.Stack) inference.EndpointProps {
		return inference.EndpointProps{EndpointName: "odds",
			Variants: []inference.VariantProps{{Model: model(stack, true),
				InstancePools: []inference.InstancePool{
					{InstanceType: "ml.c7i.xlarge", Priority: 1},
					{InstanceType: "ml.c6i.xlarge", Priority: 2},
				},
				Instances: inference.InstanceProps{RoutingStrategy: "LEAST_OUTSTANDING_REQUESTS", VolumeSizeGB: 30,
					InferenceAMIVersion: "al2023-ami-sagemaker-inference-gpu-4-1", InstanceProvisionTimeout: 10 * time.Minute,
					CoreDump: &inference.CoreDumpProps{DestinationS3URI: "s3://dumps/odds"}}}},
			DataCapture: &inference.DataCaptureProps{SamplingPercent: 10, Prefix: "odds", Retention: 720 * time.Hour,
				CaptureModes: []string{
					"Input",
				}, CSVContentTypes: []string{"text/csv"}, JSONContentTypes: []string{"application/json"}},
			Metrics: &inference.MetricsProps{PublishFrequency: 30 * time.Second},
		}
	}),
	of("endpoint in a reservation", inference.NewEndpoint, func(stack awscdk.Stack) inference.EndpointProps {
		return inference.EndpointProps{EndpointName: "odds",
			Variants: []inference.VariantProps{{Model: model(stack, true), InstanceType: "ml.c7i.xlarge",
				Instances: inference.InstanceProps{
					PrefixAwareRouting:     &inference.PrefixAwareRouting{PrefixLength: 4096, ConcurrencyThreshold: 5},
					CapacityReservationARN: "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/odds"}}},
			DataCapture: &inference.DataCaptureProps{SamplingPercent: 10, DestinationS3URI: "s3://captured/odds"},
		}
	}),
	of("monitoring", monitoring.NewMonitoring, func(stack awscdk.Stack) monitoring.MonitoringProps {
		return monitoring.MonitoringProps{
			Endpoint: inference.EndpointFromName(stack, "Watched", "odds"), Variants: []string{"main"},
			LoadBalancer: "app/odds/50dc6c495c0c9188", WebACL: "odds",
			Gateway: gateway(stack), TargetGroup: "targetgroup/odds/73e2d6bc24d8a067",
			Settings: watch.Settings{
				TopicARNs:  []string{"arn:aws:sns:eu-west-1:123456789012:on-call"},
				RunbookURL: "https://wiki.example.com/runbook", LatencyObjective: 500 * time.Millisecond,
			},
		}
	}),
	of("monitoring of canaries", monitoring.NewMonitoring, func(stack awscdk.Stack) monitoring.MonitoringProps {
		return monitoring.MonitoringProps{
			Endpoint: inference.EndpointFromAttributes(stack, "Watched", inference.EndpointAttributes{
				EndpointName: "odds", Variants: map[string]string{"main": "ml.c6i.large", "next": "ml.c6i.large"},
			}),
			LoadBalancer: "app/odds/50dc6c495c0c9188", TargetGroup: "targetgroup/odds/73e2d6bc24d8a067",
			CanaryOf: map[string]string{"next": "main"}, Gateway: gateway(stack),
			Canary:            frontend.NewGatewayFunction(stack, "Canary", functionPropsOf(stack, "CanaryBuilds")),
			CanaryTargetGroup: "targetgroup/next/73e2d6bc24d8a067",
			Settings:          watch.Settings{Emails: []string{"on-call@example.com"}, Off: []string{"cpuUsed"}},
		}
	}),
	of("model", inference.NewModel, func(awscdk.Stack) inference.ModelProps {
		return inference.ModelProps{DirectInvocation: true, Containers: []inference.ContainerProps{
			{
				Image:             image,
				ModelDataURL:      "s3://models/a.tar.gz",
				Environment:       map[string]string{"A": "b"},
				ContainerHostname: "a",
			},
			{ModelPackageARN: "arn:aws:sagemaker:eu-west-1:123456789012:model-package/odds/1", InferenceSpecificationName: "gpu",
				ContainerHostname: "b"},
		}}
	}),
}

func ptr[T any](v T) *T { return &v }
