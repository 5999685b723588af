package gateway

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

const (
	// routeInfer is the Open Inference Protocol's, whose model is V2_MODEL.
	routeInfer route = "/v2/models/{model}/infer"
	// routeAsync is InvokeEndpointAsync's.
	routeAsync route = "/endpoints/{name}/async-invocations"

	// headerInferLength is the length of a binary body's part in JSON. SageMaker strips
	// the header and has the length in the content type instead (fact F48).
	headerInferLength = "Inference-Header-Content-Length"
	binaryType        = "application/vnd.sagemaker-triton.binary+json"
	binaryParameter   = "json-header-size"
)

// inferHeaders changes a request's header with the length of the JSON part to the content
// type that SageMaker passes on. It reports whether the header is right.
func inferHeaders(from, to http.Header) bool {
	values := from[headerInferLength]
	if len(values) == 0 {
		return true
	}
	if _, err := strconv.ParseUint(values[0], 10, 31); err != nil || len(values) > 1 {
		return false
	}
	to["Content-Type"] = []string{binaryType + ";" + binaryParameter + "=" + values[0]}
	return true
}

// inferReply does the same for the reply, in the other direction.
func inferReply(out *reply) {
	kind, parameters, err := mime.ParseMediaType(out.header.Get("Content-Type"))
	if err != nil || !strings.EqualFold(kind, binaryType) || parameters[binaryParameter] == "" {
		return
	}
	out.header["Content-Type"] = []string{"application/octet-stream"}
	out.header[headerInferLength] = []string{parameters[binaryParameter]}
}

// asyncReply tells a client of InvokeEndpointAsync where to go.
func (g *Gateway) asyncReply() *reply {
	return repeatsInVain(codeAsyncNotServed, "the gateway serves no asynchronous invocations, whose input and output "+
		"are objects in Amazon S3: call InvokeEndpointAsync of the SageMaker runtime in "+g.endpoint.region+
		" itself, with AWS credentials that allow sagemaker:InvokeEndpointAsync; for an answer at once, "+
		"POST /invocations here")
}
