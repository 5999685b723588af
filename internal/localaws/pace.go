package localaws

import "context"

// SlowEndpoints makes the endpoints of a region stay in each status of a change,
// such as Updating, until they have been described as often as looks says. With 0,
// the default of a local AWS, a change takes no time.
func (a *AWS) SlowEndpoints(ctx context.Context, region string, looks int) error {
	transition := map[string]any{"progression": "immediate"}
	if looks > 0 {
		transition = map[string]any{"progression": "manual", "times": looks}
	}
	return a.tell(ctx, "state-manager/set-transition", map[string]any{
		"model_name": "sagemaker::endpoint::" + region, "transition": transition,
	})
}
