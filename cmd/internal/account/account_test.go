package account

import (
	"errors"
	"testing"

	"github.com/aws/smithy-go"
)

// TestDetail: why there are no credentials, where the SDK has more to say than that nothing was found.
func TestDetail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"the SSO session has expired:\nlog in":                                                  " (the SSO session has expired: log in)",
		"failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds": "",
	} {
		if got := detail(errors.New(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestError: one line, with the action that is missing where AWS refuses a call.
func TestError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"no answer of AWS": {errors.New("connection refused"), "ecs:StopTask: connection refused"},
		"denied": {&smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"},
			"ecs:StopTask: AccessDeniedException: no; use credentials that may call ecs:StopTask"},
		"another action is denied": {&smithy.GenericAPIError{Code: "AccessDenied",
			Message: "User: arn:aws:iam::1:user/a is not authorized to perform: iam:PassRole on resource: r"},
			"ecs:StopTask: AccessDenied: User: arn:aws:iam::1:user/a is not authorized to perform: iam:PassRole on " +
				"resource: r; use credentials that may call iam:PassRole"},
		"throttled": {&smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"},
			"ecs:StopTask: ThrottlingException: Rate exceeded; AWS throttles the account's calls: wait a minute, and run " +
				"it again"},
		"expired": {&smithy.GenericAPIError{Code: "ExpiredToken", Message: "expired"},
			"ecs:StopTask: ExpiredToken: expired; renew the credentials"},
		"another": {&smithy.GenericAPIError{Code: "ValidationException", Message: "bad"},
			"ecs:StopTask: ValidationException: bad"},
	} {
		if got := Error("ecs:StopTask", test.err).Error(); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
