package gateway

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
)

// headerInferenceID tags a request in the endpoint's captured data; the gateway
// echoes it in its reply.
const headerInferenceID = "X-Amzn-Sagemaker-Inference-Id"

// headerField ties an HTTP header to the field that the AWS SDK knows it as.
type headerField[T any] struct {
	name  string // canonical
	field func(*T) **string
}

type (
	input  = sagemakerruntime.InvokeEndpointInput
	output = sagemakerruntime.InvokeEndpointOutput
)

// requestHeaders are all that InvokeEndpoint takes; SageMaker strips any other
// (fact F5), and so does the gateway.
var requestHeaders = []headerField[input]{
	{"Accept", func(in *input) **string { return &in.Accept }},
	{"Content-Type", func(in *input) **string { return &in.ContentType }},
	{"X-Amzn-Sagemaker-Custom-Attributes", func(in *input) **string { return &in.CustomAttributes }},
	{"X-Amzn-Sagemaker-Enable-Explanations", func(in *input) **string { return &in.EnableExplanations }},
	{"X-Amzn-Sagemaker-Inference-Component", func(in *input) **string { return &in.InferenceComponentName }},
	{headerInferenceID, func(in *input) **string { return &in.InferenceId }},
	{"X-Amzn-Sagemaker-Prefix-Aware-Id", func(in *input) **string { return &in.PrefixAwareId }},
	{"X-Amzn-Sagemaker-Session-Id", func(in *input) **string { return &in.SessionId }},
	{"X-Amzn-Sagemaker-Target-Container-Hostname", func(in *input) **string { return &in.TargetContainerHostname }},
	{"X-Amzn-Sagemaker-Target-Model", func(in *input) **string { return &in.TargetModel }},
	{"X-Amzn-Sagemaker-Target-Variant", func(in *input) **string { return &in.TargetVariant }},
}

// responseHeaders are all that InvokeEndpoint answers with.
var responseHeaders = []headerField[output]{
	{"Content-Type", func(out *output) **string { return &out.ContentType }},
	{"X-Amzn-Invoked-Production-Variant", func(out *output) **string { return &out.InvokedProductionVariant }},
	{"X-Amzn-Sagemaker-Closed-Session-Id", func(out *output) **string { return &out.ClosedSessionId }},
	{"X-Amzn-Sagemaker-Custom-Attributes", func(out *output) **string { return &out.CustomAttributes }},
	{"X-Amzn-Sagemaker-New-Session-Id", func(out *output) **string { return &out.NewSessionId }},
}

// readHeaders fills in from header. It refuses what cannot be sent as one HTTP
// header; whether a value means anything is SageMaker's to say.
func readHeaders(header http.Header, in *input) error {
	for _, h := range requestHeaders {
		values := header[h.name]
		if len(values) == 0 {
			continue
		}
		// A list is one value in several lines. Of any other header two
		// would leave open which one a firewall in front has judged.
		if len(values) > 1 && h.name != "Accept" {
			return fmt.Errorf("the header %s is given %d times, it can be given once", h.name, len(values))
		}
		value := strings.Join(values, ", ")
		if !sendable(value) {
			return fmt.Errorf("the header %s has a control character", h.name)
		}
		*h.field(in) = &value
	}
	return nil
}

// writeHeaders sets in header what out says.
func writeHeaders(out *output, header http.Header) {
	for _, h := range responseHeaders {
		if value := *h.field(out); value != nil {
			header.Set(h.name, *value)
		}
	}
}

// sendable reports whether value can be sent as a header without meaning
// something else to its reader: a line break would begin another header.
func sendable(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
