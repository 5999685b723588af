// Package localaws runs a local AWS: a moto server, extended by the Python in
// moto/. The real CDK CLI deploys to it, and the AWS SDK for Go reads back what was
// deployed. It never reaches a real account. It needs Unix.
package localaws

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// DefaultAccount is the default AWS account of a local AWS.
const DefaultAccount = "123456789012"

const (
	startTimeout = 60 * time.Second
	closeTimeout = 5 * time.Second
	syncTimeout  = 5 * time.Second
)

// Options are those of a local AWS.
type Options struct {
	// Dir is the checkout of this module.
	Dir string
	// Python is an interpreter with the packages of moto/requirements.txt.
	// Default: that of FindPython.
	Python string
	// Port is its port on 127.0.0.1. Default: 0, a free one.
	Port int
	// Account is its AWS account, twelve digits. Default: DefaultAccount.
	Account string
	// CertificateARNs are the account's ACM certificates that no stack makes.
	// Default: none.
	CertificateARNs []string
	// VPCs are the account's VPCs in Region that no stack makes. Default: none.
	VPCs   []VPC
	Region string
	// HostedZones are the account's public hosted zones of Amazon Route 53 that no
	// stack makes. Default: none.
	HostedZones []HostedZone
	// Skipped are CloudFormation resource types that moto may skip, in addition to
	// those of the CDK's bootstrap stack. Others are errors. Default: none.
	Skipped []string
	// Log gets moto's log. Default: nil, only errors quote its last lines.
	Log io.Writer
}

// VPC is an existing VPC. Its subnets get equal parts of its range.
type VPC struct {
	// ID and CIDR are such as vpc-0123456789abcdef0 and 10.0.0.0/16.
	ID, CIDR string
	Subnets  []Subnet
}

// HostedZone is an existing public hosted zone.
type HostedZone struct {
	// ID and Name are such as Z0123456789ABCDEFGHIJ and example.com.
	ID, Name string
}

// Subnet is a subnet of a VPC. Subnets may share a route table.
type Subnet struct{ ID, AvailabilityZone, RouteTableID string }

// AWS is a running local AWS. Its methods may be used concurrently.
type AWS struct {
	url     string
	account string
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	log     *motoLog
	ended   chan struct{} // closed when the process and its log have ended
	failed  error         // how the process ended, with its last lines; set before ended is closed
	closed  sync.Once
}

// Start starts a local AWS and returns when it answers. It ends with Close, or when
// this process ends or is killed. ctx limits the start alone. Errors quote moto's
// last lines.
func Start(ctx context.Context, o Options) (*AWS, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	python := o.Python
	if python == "" {
		if python, err = FindPython(ctx, dir); err != nil {
			return nil, err
		}
	}
	args := []string{"-B", filepath.Join(dir, motoDir, "serve.py"), "--port", strconv.Itoa(o.Port)}
	for _, arn := range o.CertificateARNs {
		args = append(args, "--certificate-arn", arn)
	}
	for _, vpc := range o.VPCs {
		described, err := json.Marshal(struct {
			Region string
			VPC
		}{o.Region, vpc})
		if err != nil {
			return nil, err
		}
		args = append(args, "--vpc", string(described))
	}
	for _, zone := range o.HostedZones {
		described, err := json.Marshal(zone)
		if err != nil {
			return nil, err
		}
		args = append(args, "--hosted-zone", string(described))
	}
	a := &AWS{
		account: cmp.Or(o.Account, DefaultAccount),
		cmd:     exec.Command(python, args...),
		log:     newMotoLog(o.Log, o.Skipped),
		ended:   make(chan struct{}),
	}
	a.cmd.Env = append(clean(os.Environ()), "MOTO_ACCOUNT_ID="+a.account)
	a.cmd.SysProcAttr = ownProcessGroup()
	a.cmd.WaitDelay = closeTimeout
	if a.stdin, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.cmd.Stderr = a.log
	if err := a.cmd.Start(); err != nil {
		return nil, fmt.Errorf("local AWS: %w", err)
	}
	ready := make(chan string, 1)
	go func() {
		output := bufio.NewReader(stdout)
		line, _ := output.ReadString('\n')
		ready <- line
		_, _ = io.Copy(a.log, output) // moto prints little there
		// Wait returns after the last line of the log.
		a.failed = fmt.Errorf("local AWS: moto has ended: %s%s", endOf(a.cmd.Wait()), a.log.lastLines())
		close(a.ended)
	}()
	ctx, cancel := limit(ctx, "the start", startTimeout)
	defer cancel()
	select {
	case line := <-ready:
		var answer struct{ URL string }
		if json.Unmarshal([]byte(line), &answer) == nil && answer.URL != "" {
			a.url = answer.URL
			return a, nil
		}
		select {
		case <-a.ended:
		case <-ctx.Done():
		}
		err = a.died()
	case <-ctx.Done():
		err = fmt.Errorf("local AWS: not ready: %w%s", context.Cause(ctx), a.log.lastLines())
		_ = a.cmd.Process.Kill() // it does not look at its input yet
	}
	_ = a.Close()
	return nil, err
}

// URL returns the endpoint of the local AWS, such as http://127.0.0.1:4566.
func (a *AWS) URL() string { return a.url }

// Account returns its AWS account.
func (a *AWS) Account() string { return a.account }

// Close ends the local AWS. It returns an error if that had ended by itself.
func (a *AWS) Close() error {
	var err error
	a.closed.Do(func() {
		select {
		case <-a.ended:
			err = a.died()
		default:
		}
		_ = a.stdin.Close()
		select {
		case <-a.ended:
		case <-time.After(closeTimeout):
			_ = a.cmd.Process.Kill()
			<-a.ended
		}
	})
	return err
}

// Err returns what moto did wrong so far: exceptions, resource types that it skipped
// and that Options.Skipped does not allow, and resources that it did not delete. moto
// can report success all the same: call Err after each change of a stack.
func (a *AWS) Err() error {
	ctx, cancel := context.WithTimeout(context.Background(), syncTimeout)
	defer cancel()
	err := a.log.sync(ctx, a.stdin, a.ended)
	if died := a.died(); died != nil {
		return died
	}
	if err != nil {
		return err
	}
	if problems := a.log.problems(); len(problems) > 0 {
		return fmt.Errorf("local AWS:\n%s", strings.Join(problems, "\n"))
	}
	return nil
}

// died returns how the process ended; nil while it runs.
func (a *AWS) died() error {
	select {
	case <-a.ended:
		return a.failed
	default:
		return nil
	}
}

func endOf(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// Config returns the AWS SDK's configuration for the local AWS. It has no retries:
// what fails here fails again.
func (a *AWS) Config(region string) aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(a.url),
		Credentials:  credentials.NewStaticCredentialsProvider(a.accessKeyID(), secretAccessKey, ""),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		HTTPClient:   client{a},
	}
}

// client returns how the local AWS ended, instead of a refused connection.
type client struct{ aws *AWS }

func (c client) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		// The SDK closes the request's body once the response begins. On loopback
		// net/http may not have read its end by then, and drops the connection
		// (smithy-go 1.28).
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		request = request.Clone(request.Context())
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	response, err := direct.Do(request)
	if err != nil {
		select {
		case <-c.aws.ended:
			return nil, c.aws.died()
		case <-time.After(time.Second): // until the end of the process is noticed
		case <-request.Context().Done():
		}
	}
	return response, err
}

// direct uses no proxy.
var direct = &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}

const secretAccessKey = "local"

// accessKeyID contains the account: the CDK CLI caches the account of a key between
// runs.
func (a *AWS) accessKeyID() string { return "local" + a.account }

// Environ returns this process's environment for a child, changed so that the AWS
// SDKs and the CDK CLI use the local AWS alone.
func (a *AWS) Environ(region string) []string {
	return append(clean(os.Environ()),
		"AWS_ENDPOINT_URL="+a.url,
		"AWS_ACCESS_KEY_ID="+a.accessKeyID(),
		"AWS_SECRET_ACCESS_KEY="+secretAccessKey,
		"AWS_REGION="+region,
		"AWS_DEFAULT_REGION="+region,
	)
}

// ProgramEnvironment returns the environment for the program of a function or a
// container: its deployed variables, and the endpoint, region and credentials of
// the local AWS.
func (a *AWS) ProgramEnvironment(region string, deployed map[string]string) map[string]string {
	env := map[string]string{}
	for _, kv := range a.Environ(region) {
		if name, value, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			env[name] = value
		}
	}
	maps.Copy(env, deployed)
	return env
}

// clean removes what could lead to a real account, and excludes loopback from
// proxies.
func clean(environ []string) []string {
	var kept []string
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "AWS_") && !strings.EqualFold(name, "no_proxy") {
			kept = append(kept, variable)
		}
	}
	noProxy := "127.0.0.1,localhost"
	for _, name := range []string{"no_proxy", "NO_PROXY"} {
		if others := os.Getenv(name); others != "" {
			noProxy = others + "," + noProxy
		}
	}
	return append(kept,
		"AWS_CONFIG_FILE="+os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
		"NO_PROXY="+noProxy,
		"no_proxy="+noProxy,
	)
}
