package report

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// frontendLines are the bill of the front end, and the total.
func (r Report) frontendLines() [][2]string {
	b := r.Frontend
	if b == nil {
		return nil
	}
	var out [][2]string
	switch {
	case b.Function:
		text := fmt.Sprintf("%s calls, %s GB-seconds", thousands(b.Calls), number(b.FunctionGBSeconds))
		if b.ProvisionedGBSeconds > 0 {
			text += fmt.Sprintf(", %s kept ready", number(b.ProvisionedGBSeconds))
		}
		out = append(out, [2]string{"gateway", text + r.forMoney(b.GatewayMoney)})
	case b.TaskHours > 0:
		tasks := fmt.Sprintf("%d", b.LeastTasks)
		if b.MostTasks > b.LeastTasks {
			tasks += fmt.Sprintf(" to %d", b.MostTasks)
		}
		out = append(out, [2]string{"gateway", fmt.Sprintf("%s tasks, %s task hours%s", tasks, number(b.TaskHours),
			r.forMoney(b.GatewayMoney))})
	}
	if b.LoadBalancerHours > 0 {
		text := fmt.Sprintf("%s hours, %s capacity unit hours", number(b.LoadBalancerHours), number(b.CapacityUnitHours))
		if b.ReservedUnits > 0 {
			text += fmt.Sprintf(", up to %d reserved", b.ReservedUnits)
		}
		out = append(out, [2]string{"load balancer", text + r.forMoney(b.LoadBalancerMoney)})
	}
	if total := r.Result.Cost.Money + b.Money(); total > 0 {
		text := r.money(total)
		if r.Result.Cost.Money == 0 {
			text += ", without the instances: their price is not known"
		} else if len(b.Unpriced) > 0 {
			text += ", without " + strings.Join(b.Unpriced, ", ") + ": prices are not known"
		}
		out = append(out, [2]string{"total", text})
	}
	return out
}

// frontendDocument is the JSON of a front end's bill.
type frontendDocument struct {
	Kind string `json:"kind"`
	rehearsal.Bill
}

func frontendOf(b *rehearsal.Bill) *frontendDocument {
	switch {
	case b == nil:
		return nil
	case b.Function:
		return &frontendDocument{"lambda", *b}
	}
	return &frontendDocument{"fargate", *b}
}
