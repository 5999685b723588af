package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
)

// invoke passes r on to the endpoint and turns what comes back into a reply.
func (g *Gateway) invoke(r *http.Request) reply {
	in := &input{EndpointName: aws.String(g.cfg.EndpointName)}
	if err := readHeaders(r.Header, in); err != nil {
		return failure(http.StatusBadRequest, codeInvalidHeader, err.Error())
	}
	out := g.invokeWith(r, in)
	out.requestBytes = len(in.Body)
	if in.InferenceId != nil {
		out.header.Set(headerInferenceID, *in.InferenceId)
	}
	return out
}

func (g *Gateway) invokeWith(r *http.Request, in *input) reply {
	body, refused := readBody(r, g.cfg.MaxBodyBytes)
	in.Body = body
	if refused != nil {
		return *refused
	}
	ctx, cancel := context.WithTimeout(r.Context(), g.cfg.RequestTimeout)
	defer cancel()
	var answered httpError
	result, err := g.endpoint.InvokeEndpoint(ctx, in, callOptions(body, &answered))
	switch {
	case err == nil:
		return success(result)
	case answered.status != 0:
		return sageMakerError(answered, err)
	case errors.Is(r.Context().Err(), context.Canceled):
		return failure(statusClientClosedRequest, codeClientClosedRequest, "the client left").because(err)
	default:
		return noAnswer(err)
	}
}

func success(result *output) reply {
	out := reply{status: http.StatusOK, header: http.Header{}, body: result.Body}
	writeHeaders(result, out.header)
	if id, ok := awsmiddleware.GetRequestIDMetadata(result.ResultMetadata); ok {
		out.header.Set(headerRequestID, id)
	}
	return out
}

// readBody reads at most limit bytes, and one more to know that there is more.
// It never returns a nil body, which the SDK would refuse; what it could not
// read in full it explains by the second result.
func readBody(r *http.Request, limit int64) ([]byte, *reply) {
	refuse := func(out reply) ([]byte, *reply) { return []byte{}, &out }
	tooLarge := failure(http.StatusRequestEntityTooLarge, codeRequestEntityTooLarge,
		fmt.Sprintf("the body may have at most %d bytes", limit))
	if r.ContentLength > limit {
		return refuse(tooLarge)
	}
	// Room for what is announced, but not so much that announcing alone costs
	// memory.
	const readAhead = 64 << 10
	buf := bytes.NewBuffer(make([]byte, 0, max(0, min(r.ContentLength, readAhead))+bytes.MinRead))
	_, err := buf.ReadFrom(io.LimitReader(r.Body, limit+1))
	var timeout net.Error
	switch {
	case int64(buf.Len()) > limit:
		return refuse(tooLarge)
	case errors.As(err, &timeout) && timeout.Timeout():
		return refuse(failure(http.StatusRequestTimeout, codeRequestTimeout, "the body did not arrive in time").because(err))
	case err != nil:
		return refuse(failure(http.StatusBadRequest, codeIncompleteBody, "the body did not arrive whole").because(err))
	}
	return buf.Bytes(), nil
}
