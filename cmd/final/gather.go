package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// readTimeout bounds all reads of one page.
var readTimeout = 15 * time.Second

// gathering is a page in the making. Its parts are read concurrently.
type gathering struct {
	r    *run
	ctx  context.Context
	page page

	// mu guards all that is below, and the page.
	mu      sync.Mutex
	things  []scaled
	targets map[string]standing
	fleets  map[string]fleet
	tags    tags
	// essential are the parts without which it is not known that nothing is wrong.
	essential []string
	// absent is that the endpoint is not there, or that nothing answers.
	absent error
	wait   sync.WaitGroup
}

// gather reads everything, and judges it. The error says that there is no endpoint.
func gather(ctx context.Context, r *run) (page, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	g := &gathering{r: r, ctx: ctx, targets: map[string]standing{}, fleets: map[string]fleet{}, page: page{
		SchemaVersion: pageVersion, Environment: r.env.Name, Region: r.env.Region,
		Endpoint: r.env.Endpoint.Name, At: r.now(),
		Scaled: []scaledPage{}, Activities: []activity{}, Alarms: []alarmPage{}, Next: []nextPage{},
		Wrong: []string{}, Notes: []string{}, Unknown: []unknown{},
	}}
	things := endpointScaled(r.env)
	g.things = things
	g.part("endpoint", true, g.readEndpoint)
	g.part("alarms", true, g.readAlarms)
	if r.env.Endpoint.Asynchronous == nil {
		g.part("traffic", false, g.readTraffic)
		g.part("front end", len(frontScaled(r.env)) > 0, g.readFront)
	}
	for _, s := range things {
		g.of(s)
	}
	g.wait.Wait()
	if g.absent != nil {
		return page{}, g.absent
	}
	g.judge()
	return g.page, nil
}

// activitiesOf begins the names of the parts that are scaling activities.
const activitiesOf = "activities of "

// of reads one thing that scales.
func (g *gathering) of(s scaled) {
	g.part("target of "+s.String(), true, func() error { return g.readTarget(s) })
	g.part(activitiesOf+s.String(), false, func() error { return g.readActivities(s) })
}

// part reads one part. Its error becomes a line of the page.
func (g *gathering) part(name string, essential bool, read func() error) {
	g.wait.Add(1)
	go func() {
		defer g.wait.Done()
		err := read()
		if err == nil {
			return
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.ctx.Err() != nil && errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %s", readTimeout)
		}
		g.page.Unknown = append(g.page.Unknown, unknown{name, oneLine(err.Error())})
		if essential {
			g.essential = append(g.essential, name)
		}
	}()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// readEndpoint reads the endpoint, the fleets behind it, and what is held.
func (g *gathering) readEndpoint() error {
	client := sagemaker.NewFromConfig(g.r.aws)
	e, err := readEndpoint(g.ctx, g.r, client)
	if err != nil {
		var absent absentError
		if errors.As(err, &absent) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.absent = err
			return nil
		}
		return err
	}
	g.part("tags", true, func() error {
		found, err := readTags(g.ctx, client, aws.ToString(e.EndpointArn))
		g.mu.Lock()
		defer g.mu.Unlock()
		g.tags = found
		return err
	})
	for _, c := range g.r.env.Components {
		g.part("component "+c.Name, true, func() error {
			f, err := componentFleet(g.ctx, client, c.Name)
			if err == nil {
				g.fleet(autoscaling.InferenceComponentResourceID(c.Name), f)
			}
			return err
		})
	}
	for _, v := range e.ProductionVariants {
		id := autoscaling.Variant{EndpointName: g.r.env.Endpoint.Name, Name: aws.ToString(v.VariantName)}.ResourceID()
		g.fleet(id, variantFleet(v))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.page.EndpointStatus = string(e.EndpointStatus)
	return nil
}

func (g *gathering) fleet(id string, f fleet) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fleets[id] = f
}

func (g *gathering) readTarget(s scaled) error {
	found, err := readTargets(g.ctx, g.r.aws, s)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	is, ok := found[s.target.ResourceID]
	if !ok {
		g.page.Wrong = append(g.page.Wrong,
			fmt.Sprintf("%s is not registered with Application Auto Scaling: nothing scales it; deploy it", s))
		return nil
	}
	g.targets[s.target.ResourceID] = is
	return nil
}

// readFront reads what stands in front of the endpoint.
func (g *gathering) readFront() error {
	stack, err := readFrontStack(g.ctx, g.r)
	if err != nil {
		return err
	}
	for _, s := range stack.scaled {
		g.mu.Lock()
		g.things = append(g.things, s)
		g.mu.Unlock()
		g.of(s)
		g.part("fleet of "+s.String(), true, func() error {
			f, err := frontFleet(g.ctx, g.r.aws, s)
			if err == nil {
				g.fleet(s.target.ResourceID, f)
			}
			return err
		})
	}
	if stack.loadBalancer != "" {
		g.part("load balancer", false, func() error { return g.readReservation(stack.loadBalancer) })
	}
	return nil
}

// judge fills in what is computed from what was read.
func (g *gathering) judge() {
	p := &g.page
	for _, s := range g.things {
		p.Scaled = append(p.Scaled, g.scaledPage(s))
		if c, ok := s.next(p.At); ok {
			p.Next = append(p.Next, nextPage{At: c.at.In(s.zone(p.At)), Name: s.String(), To: c.to, Why: c.why,
				Suspended: g.targets[s.target.ResourceID].suspended.Scheduled})
		}
	}
	slices.SortStableFunc(p.Next, func(a, b nextPage) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(p.Activities, func(a, b activity) int { return b.At.Compare(a.At) })
	slices.SortFunc(p.Unknown, func(a, b unknown) int { return strings.Compare(a.Part, b.Part) })
	slices.Sort(g.essential)
	for _, name := range g.essential {
		p.Wrong = append(p.Wrong, fmt.Sprintf("%s cannot be read: whether something is wrong there is not known", name))
	}
	if status := p.EndpointStatus; status != "" && status != "InService" {
		say := &p.Notes
		if status == "Failed" || status == "OutOfService" || status == "UpdateRollbackFailed" {
			say = &p.Wrong
		}
		*say = append(*say, fmt.Sprintf("the endpoint is %s: nothing scales meanwhile", status))
	}
	for _, a := range p.Alarms {
		if a.Severity == critical {
			p.Wrong = append(p.Wrong, "a critical alarm is in ALARM: "+a.Name)
		}
	}
	if l := p.LoadBalancer; l != nil {
		if slices.Contains(l.States, "failed") {
			p.Wrong = append(p.Wrong, "the load balancer's reservation of capacity units has failed")
		} else if l.CapacityUnits < l.ExpectedUnits {
			p.Wrong = append(p.Wrong, fmt.Sprintf("the load balancer has %d capacity units reserved, "+
				"and the calendar expects %d", l.CapacityUnits, l.ExpectedUnits))
		}
	}
}
