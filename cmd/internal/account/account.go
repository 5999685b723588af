// Package account opens the AWS account of an environment.
package account

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// Open returns the configuration of the SDK for an account and region, with the
// credentials that the AWS CLI would use, and the account's partition. The error says in
// one line that there are no credentials, or that they are another account's.
func Open(ctx context.Context, account, region string) (cfg aws.Config, partition string, err error) {
	// The SDK warns of each place where it finds no credentials.
	cfg, err = awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(region), awsconfig.WithLogger(logging.Nop{}))
	if err == nil {
		_, err = cfg.Credentials.Retrieve(ctx)
	}
	if err != nil {
		return cfg, "", fmt.Errorf("no credentials for account %s: give some, such as AWS_PROFILE%s", account, detail(err))
	}
	caller, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return cfg, "", Error("sts:GetCallerIdentity", err)
	}
	if got := aws.ToString(caller.Account); got != account {
		return cfg, "", fmt.Errorf("the credentials are for account %s, and the environment is in account %s; "+
			"use the credentials of that account", got, account)
	}
	partition = "aws"
	if parts := strings.Split(aws.ToString(caller.Arn), ":"); len(parts) > 1 && parts[1] != "" {
		partition = parts[1]
	}
	return cfg, partition, nil
}

// detail is why there are no credentials. The last place that the SDK looks at is the
// instance's role: where that is missing too, nothing is found anywhere, and its reason
// says nothing of the places before.
func detail(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if strings.Contains(text, "no EC2 IMDS role found") {
		return ""
	}
	return " (" + text + ")"
}

var denied = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)`)

// Denied is the action that AWS names in the message of a refused call, which may be another
// one than the call's own, such as iam:PassRole; or else that of the call.
func Denied(message, call string) (action string) {
	if said := denied.FindStringSubmatch(message); said != nil {
		return said[1]
	}
	return call
}

// Error says in one line what AWS answered to an action, such as
// sagemaker:DescribeEndpoint, and what to do where it was refused or throttled.
func Error(action string, err error) error {
	var failed smithy.APIError
	if !errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", action, err)
	}
	fix := ""
	switch failed.ErrorCode() {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized",
		"AuthorizationError", "Forbidden": // SNS's word, and that of a HEAD of S3
		fix = "; use credentials that may call " + Denied(failed.ErrorMessage(), action)
	case "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException":
		fix = "; AWS throttles the account's calls: wait a minute, and run it again"
	case "ConcurrentUpdateException":
		fix = "; another change of it is in progress: run it again"
	case "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException":
		fix = "; renew the credentials"
	}
	return fmt.Errorf("%s: %s: %s%s", action, failed.ErrorCode(), failed.ErrorMessage(), fix)
}
