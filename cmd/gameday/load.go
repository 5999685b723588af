package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// loadOptions are those of "gameday load".
type loadOptions struct {
	url, host, body, event string
	headers                http.Header
	shape                  loadShape
	sessions               int
	timeout                time.Duration
	price                  float64
	json, trace            string
}

const (
	// watchedRate is the requests a second above which the host is named twice.
	watchedRate = 100
	// mostBody is what a gateway takes by default and more (fact F1).
	mostBody = 6 << 20
	// drain is how long answers are waited for after Ctrl-C.
	drain = 5 * time.Second
	// drawEvery is how often the load is reported.
	drawEvery = 10 * time.Second
)

func (r *run) load(ctx context.Context, args []string, problems io.Writer) error {
	o := loadOptions{headers: http.Header{}}
	flags := r.flags("load", problems)
	flags.StringVar(&o.url, "url", "", "where the requests go, such as https://predictions.example.com/invocations")
	flags.StringVar(&o.host, "host", "",
		fmt.Sprintf("the `host` of --url again, for more than %d requests/s", watchedRate))
	flags.StringVar(&o.body, "body", "", "the `file` with the body of each request")
	flags.StringVar(&o.event, "event", "", "the `event` of the environment (default the only one)")
	flags.Float64Var(&o.shape.scale, "scale", 1, "this `share` of the event's rate")
	flags.Float64Var(&o.shape.compress, "compress", 1, "play it this many `times` as fast; instances start no faster")
	flags.Float64Var(&o.shape.maxRate, "max-rate", 0, "the most `requests` a second (default the event's peak)")
	flags.DurationVar(&o.shape.length, "duration", 0, "end after this `time` (default that of the event and its overrun)")
	flags.IntVar(&o.sessions, "sessions", 1000, "how many `numbers` take the place of {session} in a header, in turn")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "how `long` a client waits")
	flags.Float64Var(&o.price, "price-per-hour", 0, "the `price` of an instance, for the cost that is expected")
	flags.Func("H", "a `header` of each request, such as \"Content-Type: text/csv\"; may be repeated", o.addHeader)
	flags.BoolVar(&r.yes, "yes", false, "send without asking")
	flags.StringVar(&o.json, "json", "", "write the minutes to this `file`")
	flags.StringVar(&o.trace, "trace", "", "write the load as a trace for cmd/rehearse to this `file`")
	if _, err := r.parse(flags, args, false); err != nil {
		return err
	}
	p, target, err := r.checkLoad(o)
	if err != nil {
		return badInput{err}
	}
	c := curveOf(p.event, p.peak, p.lasts, o.shape)
	r.announce(o, p, c)
	if err := r.confirm(ctx, "Send?"); err != nil {
		return err
	}
	return r.send(ctx, o, p, c, target)
}

func (o *loadOptions) addHeader(text string) error {
	name, value, ok := strings.Cut(text, ":")
	if !ok || strings.TrimSpace(name) == "" {
		return errors.New("a header is NAME: VALUE")
	}
	o.headers.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	return nil
}

// checkLoad returns the event and the request, or every problem of the options.
func (r *run) checkLoad(o loadOptions) (planned, vegeta.Target, error) {
	var ps problem.List
	target := vegeta.Target{Method: http.MethodPost, URL: o.url, Header: o.headers}
	u, err := url.Parse(o.url)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		ps.Add("--url", o.url, "this is no URL of a load balancer", "such as https://predictions.example.com/invocations")
		u = &url.URL{}
	}
	switch info, err := os.Stat(o.body); {
	case o.body == "":
		ps.Add("--body", nil, "each request has a body", "give a file with one")
	case err != nil:
		ps.Add("--body", o.body, "the file cannot be read", "give a file with the body of a request")
	case info.Size() > mostBody:
		ps.Add("--body", o.body, "SageMaker takes 6 MiB at most", "give a smaller one")
	default:
		if target.Body, err = os.ReadFile(o.body); err != nil {
			ps.Add("--body", o.body, "the file cannot be read", "give a file with the body of a request")
		}
	}
	number := func(flag string, got, low, high float64) {
		if !(got >= low && got <= high) { // NaN is neither
			ps.Add(flag, got, fmt.Sprintf("this is a number from %g to %g", low, high), "correct it")
		}
	}
	number("--scale", o.shape.scale, 0.0001, 100)
	number("--compress", o.shape.compress, 1, 1000)
	number("--max-rate", o.shape.maxRate, 0, 1e6)
	number("--price-per-hour", o.price, 0, 1e6)
	if o.shape.length < 0 || o.shape.length > 0 && o.shape.length < time.Second {
		ps.Add("--duration", o.shape.length, "this is 1s or more", "leave it out for the whole event")
	}
	if o.sessions < 1 {
		ps.Add("--sessions", o.sessions, "there is 1 session or more", "such as 1000")
	}
	if o.timeout < time.Second {
		ps.Add("--timeout", o.timeout, "this is 1s or more", "such as 10s")
	}
	folder := func(flag, file string) {
		if info, err := os.Stat(filepath.Dir(file)); file != "" && (err != nil || !info.IsDir()) {
			ps.Add(flag, file, "its folder does not exist", "make the folder first")
		}
	}
	folder("--json", o.json)
	folder("--trace", o.trace)
	if !r.environment.HasFrontend() {
		ps.Add("--env", r.env, "an asynchronous endpoint has no load balancer", "give another environment")
	}
	p, err := eventOf(r.environment, o.event)
	if err != nil {
		return p, target, errors.Join(append([]error{ps.Err()}, err)...)
	}
	if len(ps) > 0 {
		return p, target, ps
	}
	if peak := curveOf(p.event, p.peak, p.lasts, o.shape).peak(); peak > watchedRate && !r.yes && o.host != u.Host {
		ps.Add("--host", o.host, fmt.Sprintf("the load has a peak of %.0f requests/s, and over %d a second the host is "+
			"given twice, so that nobody else gets it", peak, watchedRate), "give --host "+u.Host+", or --yes")
	} else if o.host != "" && o.host != u.Host {
		ps.Add("--host", o.host, "this is not the host of --url", "give --host "+u.Host+", or leave it out")
	}
	return p, target, ps.Err()
}

// announce says what the load will be.
func (r *run) announce(o loadOptions, p planned, c curve) {
	fmt.Fprintf(r.out, "Event %s of %s: %.0f requests in %s, at most %.4g a second,\nas POST to %s\n",
		p.event.Name, r.env, c.total(), problem.Duration(c.length.Round(time.Second)), c.peak(), o.url)
	if w, ok := underWay(r.environment, r.now(), 0); ok {
		fmt.Fprintf(r.out, "Event %s itself is under way, until %s.\n", w.name, w.To.Format("Mon 2006-01-02 15:04 MST"))
	}
	if o.shape.compress > 1 {
		fmt.Fprintf(r.out, "It is played %g times as fast; instances start no faster.\n", o.shape.compress)
	}
	hours := 0.0
	for i, s := range c.stretches {
		until := c.length
		if i+1 < len(c.stretches) {
			until = c.stretches[i+1].from
		}
		n, ok := p.instances(s.rate)
		if !ok {
			fmt.Fprintln(r.out, "What it costs is not known: the rate of an instance was not measured.")
			return
		}
		hours += float64(n) * (until - s.from).Hours()
	}
	most, _ := p.instances(c.peak())
	types := p.fleet[0].instanceType
	if len(p.fleet) > 1 {
		types = "instances"
	}
	fmt.Fprintf(r.out, "The plan has %d instances for its peak, in all about\n%.3g hours of %s", most, hours, types)
	if o.price > 0 {
		fmt.Fprintf(r.out, ", which cost about %.2f", hours*o.price)
	}
	fmt.Fprint(r.out, ".\nGateway, load balancer and data transfer come on top.\n")
}

// targeter makes requests, with a number in place of {session} in their headers: a
// firewall limits sessions, and one would be blocked.
func targeter(target vegeta.Target, sessions int) vegeta.Targeter {
	var n atomic.Uint64
	return func(next *vegeta.Target) error {
		session := strconv.FormatUint(n.Add(1)%uint64(sessions), 10)
		*next = target
		next.Header = http.Header{}
		for name, values := range target.Header {
			for _, value := range values {
				next.Header.Add(name, strings.ReplaceAll(value, "{session}", session))
			}
		}
		return nil
	}
}

// send sends the load, and reports it.
func (r *run) send(ctx context.Context, o loadOptions, p planned, c curve, target vegeta.Target) error {
	// Nothing follows a redirect, or the load would go elsewhere. Over HTTP/2 all of it
	// would go through a few connections to one of the load balancer's nodes.
	attacker := vegeta.NewAttacker(vegeta.Timeout(o.timeout), vegeta.MaxBody(0), vegeta.Redirects(vegeta.NoFollow),
		vegeta.HTTP2(false))
	defer context.AfterFunc(ctx, func() { attacker.Stop() })()
	t := newTally(time.Now(), c)
	fmt.Fprintf(r.out, "\n"+liveForm, "AT", "OFFERED/S", "ANSWERED", "SUCCEEDED", "SHED", "FAILED", "P50 ms", "P99 ms")
	results := attacker.Attack(targeter(target, o.sessions), c, 0, "gameday")
	ticker := time.NewTicker(drawEvery)
	defer ticker.Stop()
	shown, interrupted := time.Duration(0), ctx.Done()
	var late <-chan time.Time
	for open := true; open; {
		select {
		case <-interrupted:
			interrupted, late = nil, time.After(drain)
		case <-late:
			open = false
		case result, more := <-results:
			if open = more; more {
				t.add(result)
			}
		case <-ticker.C:
			now := time.Since(t.start)
			fmt.Fprint(r.out, t.live(shown, now))
			shown = now
		}
	}
	now := min(time.Since(t.start), c.length)
	if ctx.Err() == nil {
		now = c.length
	}
	if now > shown {
		fmt.Fprint(r.out, t.live(shown, now))
	}
	played := outcome{
		Event: p.event.Name, Environment: r.env, URL: o.url, Start: t.start.UTC(), Scale: o.shape.scale,
		Compress: o.shape.compress, Expected: math.Round(c.until(now)), Minutes: t.planned(p, now),
		NoAnswer: t.noAnswer,
	}
	played.total()
	played.write(r.out, cli.IsTerminal(r.out))
	if err := t.writeFiles(o, played); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}
