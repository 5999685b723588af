package localaws

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarm "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
)

// fleet is the endpoint of testdata/update.yaml in a region of its own.
type fleet struct{ inRegion }

func newFleet(t *testing.T, region string) (f fleet, template string) {
	t.Helper()
	f, template = fleet{ownRegion(t, region)}, text(t, "testdata/update.yaml")
	must(t, f.create("fleet", template))
	return f, template
}

func (f fleet) client() *sagemaker.Client { return sagemaker.NewFromConfig(f.sdk()) }

func (f fleet) scale(instances int32) error {
	in := &sagemaker.UpdateEndpointWeightsAndCapacitiesInput{
		EndpointName: aws.String("fleet"),
		DesiredWeightsAndCapacities: []types.DesiredWeightAndCapacity{
			{VariantName: aws.String("main"), DesiredInstanceCount: &instances},
		},
	}
	_, err := f.client().UpdateEndpointWeightsAndCapacities(f.t.Context(), in)
	return err
}

// config makes an endpoint configuration like that of the template, but for change.
func (f fleet) config(name string, change func(*types.ProductionVariant)) {
	f.t.Helper()
	model := f.snapshot().Endpoints[0].Variants[0].ModelName
	v := types.ProductionVariant{
		VariantName: aws.String("main"), ModelName: &model,
		InstanceType: "ml.c6i.large", InitialInstanceCount: aws.Int32(1),
	}
	change(&v)
	_, err := f.client().CreateEndpointConfig(f.t.Context(), &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: &name, ProductionVariants: []types.ProductionVariant{v},
	})
	must(f.t, err)
}

// goTo is UpdateEndpoint.
func (f fleet) goTo(config string, change func(*sagemaker.UpdateEndpointInput)) error {
	in := &sagemaker.UpdateEndpointInput{EndpointName: aws.String("fleet"), EndpointConfigName: &config}
	if change != nil {
		change(in)
	}
	_, err := f.client().UpdateEndpoint(f.t.Context(), in)
	return err
}

func (f fleet) alarmIs(state alarm.StateValue) {
	f.t.Helper()
	client := cloudwatch.NewFromConfig(f.sdk())
	_, err := client.SetAlarmState(f.t.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String("fleet-errors"), StateValue: state, StateReason: aws.String("test"),
	})
	must(f.t, err)
}

// is wants the one variant to have that many instances, wanted and current.
func (f fleet) is(instances int) {
	f.t.Helper()
	e := f.snapshot().Endpoints[0]
	v := e.Variants[0]
	if e.Status != "InService" || v.DesiredInstances != instances || v.CurrentInstances != instances {
		f.t.Errorf("got %+v, want %d instances in service", e, instances)
	}
}

// doesNotScale wants nothing registered, and no alarm but the template's.
func (f fleet) doesNotScale() {
	f.t.Helper()
	s := f.snapshot()
	if len(s.ScalableTargets)+len(s.ScalingPolicies)+len(s.ScheduledActions) != 0 || len(s.Alarms) != 1 {
		f.t.Errorf("got %+v, want no scaling", s)
	}
}

// TestUpdatesOfAFleet changes a fleet through CloudFormation while it scales.
func TestUpdatesOfAFleet(t *testing.T) {
	t.Parallel()
	f, template := newFleet(t, "eu-west-3")
	f.is(2) // Registration has raised 1 instance to the minimum (fact B7).
	must(t, f.scale(12))

	for _, change := range [][2]string{
		{"ml.c6i.large", "ml.c6i.xlarge"},                 // fact C9
		{"VariantName: main\n", "VariantName: renamed\n"}, // its target does not follow
	} {
		worse := replaced(t, template, change[0], change[1])
		// What was changed before the endpoint goes back too.
		worse = replaced(t, worse, "Threshold: 5", "Threshold: 6")
		// And what was changed of the endpoint itself.
		tagged := "EndpointName: fleet\n      Tags: [{Key: team, Value: odds}]\n"
		worse = replaced(t, worse, "EndpointName: fleet\n", tagged)
		f.rollsBack("fleet", worse, "The variant main is a registered scalable target")
		arn := `{"ResourceArn": "arn:aws:sagemaker:eu-west-3:123456789012:endpoint/fleet"}`
		tags := f.json("sagemaker", "SageMaker.ListTags", arn)
		if strings.Contains(tags, "odds") || !strings.Contains(tags, "Tags") {
			t.Errorf("the endpoint has tags that were rolled back: %s", tags)
		}
	}

	// A new model whose alarm fires; and one whose alarm does not.
	next := replaced(t, template, "model:1", "model:2")
	f.alarmIs(alarm.StateValueAlarm)
	f.rollsBack("fleet", next, "The update was rolled back: in ALARM is fleet-errors")
	f.is(12)
	f.alarmIs(alarm.StateValueOk)
	was := f.snapshot().Endpoints[0]
	must(t, f.update("fleet", next))
	f.is(12)
	renewed, oldModel := f.snapshot().Endpoints[0], was.Variants[0].ModelName
	if renewed.ConfigName == was.ConfigName || renewed.Variants[0].ModelName == oldModel ||
		strings.Contains(f.inventory()["SageMaker.ListModels"], oldModel) {
		t.Errorf("was %+v, is %+v, want a new configuration and model in place of the old", was, renewed)
	}

	// What is excluded is not retained (fact C8).
	next = replaced(t, next, "model:2", "model:3")
	must(t, f.update("fleet", replaced(t, next, "RetainAllVariantProperties: true", `RetainAllVariantProperties: true
      ExcludeRetainedVariantProperties: [{VariantPropertyType: DesiredInstanceCount}]`)))
	f.is(1)

	// A model with a name of its own cannot be replaced (fact C5).
	next = replaced(t, next, "PrimaryContainer:", "ModelName: named\n      PrimaryContainer:")
	must(t, f.update("fleet", next))
	f.rollsBack("fleet", replaced(t, next, "model:3", "model:4"),
		"cannot update a stack when a custom-named resource requires replacing."+
			" Rename named and update the stack again.")

	// Detached, changed and attached again: all is back, and the fleet keeps its size.
	must(t, f.scale(9))
	attached := f.snapshot()
	detached := func(template string) string {
		before, rest, _ := strings.Cut(template, "  Target:\n")
		_, after, _ := strings.Cut(rest, "  Errors:\n")
		return before + "  Errors:\n" + after
	}
	must(t, f.update("fleet", detached(next)))
	f.doesNotScale()
	next = replaced(t, next, "ml.c6i.large", "ml.c6i.xlarge")
	must(t, f.update("fleet", detached(next)))
	f.is(9)
	must(t, f.update("fleet", next))
	f.is(9)
	is := f.snapshot()
	is.Endpoints[0].ConfigName = attached.Endpoints[0].ConfigName
	attached.Endpoints[0].Variants[0].InstanceType = "ml.c6i.xlarge"
	attached.Stacks = is.Stacks
	if diff := cmp.Diff(attached, is); diff != "" {
		t.Errorf("attached again (-before +after):\n%s", diff)
	}

	must(t, f.delete("fleet"))
	if s := f.snapshot(); !cmp.Equal(s, Snapshot{}) {
		t.Errorf("left behind: %+v", s)
	}
}

// TestUpdateEndpoint changes a fleet through SageMaker's API.
func TestUpdateEndpoint(t *testing.T) {
	t.Parallel()
	f, template := newFleet(t, "ca-central-1")
	must(t, f.scale(12))
	f.config("type", func(v *types.ProductionVariant) { v.InstanceType = "ml.c6i.xlarge" })
	f.config("name", func(v *types.ProductionVariant) { v.VariantName = aws.String("renamed") })
	f.config("same", func(*types.ProductionVariant) {})
	for config, reason := range map[string]string{
		"type": "is a registered scalable target", "name": "is a registered scalable target",
		"none": "Could not find endpoint configuration",
	} {
		contains(t, f.goTo(config, nil), "ValidationException", reason)
	}
	absent := func(in *sagemaker.UpdateEndpointInput) { in.EndpointName = aws.String("absent") }
	contains(t, f.goTo("same", absent), "Could not find endpoint")

	// While Updating everything else is refused (fact C35), and nothing scales (fact C10).
	must(t, f.aws().SlowEndpoints(t.Context(), f.name, 2))
	retaining := func(in *sagemaker.UpdateEndpointInput) {
		in.RetainAllVariantProperties = aws.Bool(true)
		in.DeploymentConfig = &types.DeploymentConfig{AutoRollbackConfiguration: &types.AutoRollbackConfig{
			Alarms: []types.Alarm{{AlarmName: aws.String("fleet-errors")}},
		}}
	}
	old := f.snapshot().Endpoints[0].ConfigName
	must(t, f.goTo("same", retaining))
	inProgress := []string{"ValidationException", "Cannot update in-progress endpoint"}
	contains(t, f.goTo("same", nil), inProgress...)
	contains(t, f.scale(13), inProgress...)
	deletion := &sagemaker.DeleteEndpointInput{EndpointName: aws.String("fleet")}
	_, err := f.client().DeleteEndpoint(t.Context(), deletion)
	contains(t, err, inProgress...)
	contains(t, f.update("fleet", replaced(t, template, "model:1", "model:2")), inProgress[1])
	f.register(13)
	f.becomes("Updating", "InService")
	f.is(12)
	if e := f.snapshot().Endpoints[0]; e.ConfigName != "same" {
		t.Errorf("got %+v, want the new configuration", e)
	}

	// An alarm that fires meanwhile takes it back.
	must(t, f.goTo(old, retaining))
	f.alarmIs(alarm.StateValueAlarm)
	f.becomes("RollingBack", "InService")
	f.is(12)
	if e := f.snapshot().Endpoints[0]; e.ConfigName != "same" {
		t.Errorf("got %+v, want the configuration from before", e)
	}

	// A scale-out takes its time too.
	must(t, f.scale(14))
	contains(t, f.goTo(old, nil), inProgress...)
	f.becomes("Updating", "InService")
	f.is(14)
	must(t, f.aws().SlowEndpoints(t.Context(), f.name, 0))

	// Without retaining the count goes back to that of the configuration (fact C7).
	must(t, f.goTo(old, nil))
	f.is(1)

	// With the target go its policies and scheduled actions (fact C9).
	_, err = applicationautoscaling.NewFromConfig(f.sdk()).DeregisterScalableTarget(t.Context(),
		&applicationautoscaling.DeregisterScalableTargetInput{
			ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: aws.String("endpoint/fleet/variant/main"),
			ScalableDimension: scaling.ScalableDimensionSageMakerVariantDesiredInstanceCount,
		})
	must(t, err)
	f.doesNotScale()
	must(t, f.goTo("type", nil))

	// And with the endpoint goes the target (fact C14).
	f.register(3)
	f.is(3)
	_, err = f.client().DeleteEndpoint(t.Context(), deletion)
	must(t, err)
	if s := f.snapshot(); len(s.ScalableTargets)+len(s.Endpoints) != 0 {
		t.Errorf("got %+v, want nothing", s)
	}
}

// register registers the variant with this minimum.
func (f fleet) register(minimum int32) {
	f.t.Helper()
	_, err := applicationautoscaling.NewFromConfig(f.sdk()).RegisterScalableTarget(f.t.Context(),
		&applicationautoscaling.RegisterScalableTargetInput{
			ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: aws.String("endpoint/fleet/variant/main"),
			ScalableDimension: scaling.ScalableDimensionSageMakerVariantDesiredInstanceCount,
			MinCapacity:       &minimum, MaxCapacity: aws.Int32(14),
		})
	must(f.t, err)
}

// becomes describes the endpoint until it is in service, and wants these statuses.
func (f fleet) becomes(want ...string) {
	f.t.Helper()
	var got []string
	in := &sagemaker.DescribeEndpointInput{EndpointName: aws.String("fleet")}
	for range 10 {
		e, err := f.client().DescribeEndpoint(f.t.Context(), in)
		must(f.t, err)
		if got = append(got, string(e.EndpointStatus)); e.EndpointStatus == types.EndpointStatusInService {
			break
		}
	}
	if got = slices.Compact(got); !slices.Equal(got, want) {
		f.t.Errorf("the endpoint was %v, want %v", got, want)
	}
}
