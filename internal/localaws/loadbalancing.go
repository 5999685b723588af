package localaws

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func loadBalancers(ctx context.Context, config aws.Config) ([]LoadBalancer, error) {
	var found []LoadBalancer
	client := elasticloadbalancingv2.NewFromConfig(config)
	pages := elasticloadbalancingv2.NewDescribeLoadBalancersPaginator(client,
		&elasticloadbalancingv2.DescribeLoadBalancersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, balancer := range page.LoadBalancers {
			lb := LoadBalancer{
				Name:    aws.ToString(balancer.LoadBalancerName),
				ARN:     aws.ToString(balancer.LoadBalancerArn),
				DNSName: aws.ToString(balancer.DNSName),
				Scheme:  string(balancer.Scheme),

				Attributes: map[string]string{},
			}
			attributes, err := client.DescribeLoadBalancerAttributes(ctx,
				&elasticloadbalancingv2.DescribeLoadBalancerAttributesInput{LoadBalancerArn: balancer.LoadBalancerArn})
			if err != nil {
				return nil, err
			}
			for _, attribute := range attributes.Attributes {
				lb.Attributes[aws.ToString(attribute.Key)] = aws.ToString(attribute.Value)
			}
			if balancer.State != nil {
				lb.State = string(balancer.State.Code)
			}
			if lb.Listeners, err = listeners(ctx, client, lb.ARN); err != nil {
				return nil, err
			}
			found = append(found, lb)
		}
	}
	return found, nil
}

func listeners(ctx context.Context, client *elasticloadbalancingv2.Client, balancer string) ([]Listener, error) {
	var found []Listener
	pages := elasticloadbalancingv2.NewDescribeListenersPaginator(client,
		&elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: &balancer})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, listener := range page.Listeners {
			l := Listener{
				ARN:      aws.ToString(listener.ListenerArn),
				Protocol: string(listener.Protocol),
				Port:     int(aws.ToInt32(listener.Port)),
			}
			for _, certificate := range listener.Certificates {
				l.Certificates = append(l.Certificates, aws.ToString(certificate.CertificateArn))
			}
			rules, err := client.DescribeRules(ctx,
				&elasticloadbalancingv2.DescribeRulesInput{ListenerArn: listener.ListenerArn})
			if err != nil {
				return nil, err
			}
			for _, rule := range rules.Rules {
				l.Rules = append(l.Rules, readRule(rule))
			}
			slices.SortStableFunc(l.Rules, func(a, b Rule) int { return cmp.Compare(order(a), order(b)) })
			found = append(found, l)
		}
	}
	return found, nil
}

// order sorts rules by priority; the default rule, whose priority is no number, is
// last.
func order(rule Rule) int {
	priority, err := strconv.Atoi(rule.Priority)
	if err != nil {
		return math.MaxInt
	}
	return priority
}

func readRule(rule types.Rule) Rule {
	r := Rule{Priority: aws.ToString(rule.Priority)}
	for _, condition := range rule.Conditions {
		c := Condition{Field: aws.ToString(condition.Field), Values: condition.Values}
		switch {
		case condition.PathPatternConfig != nil:
			c.Values = condition.PathPatternConfig.Values
		case condition.HostHeaderConfig != nil:
			c.Values = condition.HostHeaderConfig.Values
		case condition.HttpRequestMethodConfig != nil:
			c.Values = condition.HttpRequestMethodConfig.Values
		case condition.HttpHeaderConfig != nil:
			c.Values = condition.HttpHeaderConfig.Values
		case condition.SourceIpConfig != nil:
			c.Values = condition.SourceIpConfig.Values
		}
		r.Conditions = append(r.Conditions, c)
	}
	for _, action := range rule.Actions {
		r.Actions = append(r.Actions, readAction(action))
	}
	return r
}

func readAction(action types.Action) Action {
	a := Action{Type: string(action.Type)}
	if action.ForwardConfig != nil {
		for _, group := range action.ForwardConfig.TargetGroups {
			a.TargetGroupARNs = append(a.TargetGroupARNs, aws.ToString(group.TargetGroupArn))
		}
	} else if action.TargetGroupArn != nil {
		a.TargetGroupARNs = []string{*action.TargetGroupArn}
	}
	if to := action.RedirectConfig; to != nil {
		// Parts without a value are the request's.
		or := func(value *string, same string) string {
			if value == nil {
				return same
			}
			return *value
		}
		a.Redirect = fmt.Sprintf("%s %s://%s:%s%s?%s", to.StatusCode,
			or(to.Protocol, "#{protocol}"), or(to.Host, "#{host}"), or(to.Port, "#{port}"),
			or(to.Path, "/#{path}"), or(to.Query, "#{query}"))
	}
	if fixed := action.FixedResponseConfig; fixed != nil {
		a.FixedResponse = aws.ToString(fixed.StatusCode)
	}
	return a
}

func targetGroups(ctx context.Context, config aws.Config) ([]TargetGroup, error) {
	var found []TargetGroup
	client := elasticloadbalancingv2.NewFromConfig(config)
	pages := elasticloadbalancingv2.NewDescribeTargetGroupsPaginator(client,
		&elasticloadbalancingv2.DescribeTargetGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, group := range page.TargetGroups {
			g := TargetGroup{
				Name:               aws.ToString(group.TargetGroupName),
				ARN:                aws.ToString(group.TargetGroupArn),
				TargetType:         string(group.TargetType),
				HealthCheckPath:    aws.ToString(group.HealthCheckPath),
				HealthCheckEnabled: aws.ToBool(group.HealthCheckEnabled),
				Attributes:         map[string]string{},
			}
			attributes, err := client.DescribeTargetGroupAttributes(ctx,
				&elasticloadbalancingv2.DescribeTargetGroupAttributesInput{TargetGroupArn: group.TargetGroupArn})
			if err != nil {
				return nil, err
			}
			for _, attribute := range attributes.Attributes {
				g.Attributes[aws.ToString(attribute.Key)] = aws.ToString(attribute.Value)
			}
			health, err := client.DescribeTargetHealth(ctx,
				&elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: group.TargetGroupArn})
			if err != nil {
				return nil, err
			}
			for _, target := range health.TargetHealthDescriptions {
				g.Targets = append(g.Targets, aws.ToString(target.Target.Id))
			}
			found = append(found, g)
		}
	}
	return found, nil
}
