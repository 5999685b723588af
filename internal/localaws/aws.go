// Package localaws runs an AWS on this machine: a moto server, extended by the
// Python in moto/, to which the real CDK CLI deploys and which the AWS SDK for
// Go reads back. Nothing in it reaches a real account. It needs a Unix.
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

// DefaultAccount is the AWS account that a local AWS is, unless told otherwise.
const DefaultAccount = "123456789012"

const (
	startTimeout = 60 * time.Second
	closeTimeout = 5 * time.Second
	syncTimeout  = 5 * time.Second
)

// Options say how a local AWS is started.
type Options struct {
	// Dir is the checkout of this module.
	Dir string
	// Python is an interpreter that meets moto/requirements.txt.
	// Default: the one that FindPython finds.
	Python string
	// Port is where it listens, on 127.0.0.1.
	// Default: 0, a free one.
	Port int
	// Account is the AWS account that it is, twelve digits.
	// Default: DefaultAccount.
	Account string
	// CertificateARNs are ACM certificates that the account has beforehand.
	// Default: none.
	CertificateARNs []string
	// VPCs are those that the account has beforehand, in Region. Default: none.
	VPCs   []VPC
	Region string
	// HostedZones are the public hosted zones of Amazon Route 53 that the account
	// has beforehand. Default: none.
	HostedZones []HostedZone
	// Skipped are the CloudFormation resource types that moto may skip,
	// besides those of the CDK's bootstrap stack.
	// Default: none, and each is a problem.
	Skipped []string
	// Log gets moto's log.
	// Default: nil, it is kept only as far as errors quote it.
	Log io.Writer
}

// VPC is a VPC that is not deployed but found. Its subnets get equal parts of its
// range.
type VPC struct {
	// ID and CIDR are such as vpc-0123456789abcdef0 and 10.0.0.0/16.
	ID, CIDR string
	Subnets  []Subnet
}

// HostedZone is a public hosted zone that is not deployed but found.
type HostedZone struct {
	// ID and Name are such as Z0123456789ABCDEFGHIJ and example.com.
	ID, Name string
}

// Subnet is a subnet of a VPC, with its route table, which it may share.
type Subnet struct{ ID, AvailabilityZone, RouteTableID string }

// AWS is a running local AWS. Its methods may be used concurrently.
type AWS struct {
	url     string
	account string
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	log     *motoLog
	ended   chan struct{} // closed when the process and its log have ended
	failed  error         // how the process ended, with its last lines; set before ended
	closed  sync.Once
}

// Start starts a local AWS and returns when it answers. It ends with Close, or
// with this process, however that one ends. ctx bounds only the start. Errors
// quote moto's last lines.
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
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
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
	}
	_ = a.Close()
	return nil, err
}

// URL is where the local AWS answers, such as http://127.0.0.1:4566.
func (a *AWS) URL() string { return a.url }

// Account is the AWS account that it is.
func (a *AWS) Account() string { return a.account }

// Close ends the local AWS with all it holds. It is an error if it had ended
// before by itself.
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

// Err returns what moto did wrong so far: its exceptions, the resource types
// that it skipped without being expected to, and what it left behind. moto can
// report success all the same, so whoever changes a stack asks here.
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

// died returns nil while the process runs, else how it ended.
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

// Config is how an AWS SDK client talks to the local AWS. Calls are made once:
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

// client says why the local AWS does not answer: a refused connection alone
// would not.
type client struct{ aws *AWS }

func (c client) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		// The SDK closes its reader of the body when the answer is there, which
		// on one machine can be before net/http has seen its end; net/http then
		// drops the connection under the answer (smithy-go 1.28).
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
		case <-time.After(time.Second): // a process takes a moment to be seen ended
		case <-request.Context().Done():
		}
	}
	return response, err
}

// direct never goes through a proxy.
var direct = &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}

const secretAccessKey = "local"

// accessKeyID has the account in it: the CDK CLI remembers, from one run to the
// next, which account a key is of.
func (a *AWS) accessKeyID() string { return "local" + a.account }

// Environ is this process's environment, changed so that the AWS SDKs and the
// CDK CLI of a child talk to the local AWS and to nothing else.
func (a *AWS) Environ(region string) []string {
	return append(clean(os.Environ()),
		"AWS_ENDPOINT_URL="+a.url,
		"AWS_ACCESS_KEY_ID="+a.accessKeyID(),
		"AWS_SECRET_ACCESS_KEY="+secretAccessKey,
		"AWS_REGION="+region,
		"AWS_DEFAULT_REGION="+region,
	)
}

// ProgramEnvironment is what the program of a function or a container needs to
// run against the local AWS: the variables that it was deployed with, region and
// credentials.
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

// clean takes out what could lead to a real account or round a proxy.
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
