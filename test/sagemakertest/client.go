package sagemakertest

import (
	"io"
	"net/http"
)

// HTTPClient is for AWS SDK clients whose service answers at once. The SDK closes its
// reader of a request's body with the answer, while net/http still checks that reader
// for its end: it gets an error, and closes the connection under the answer (smithy-go
// 1.28). With a reader of another type net/http checks before it sends.
type HTTPClient struct{ http.Client }

// Do sends request.
func (c *HTTPClient) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		request = request.WithContext(request.Context())
		request.Body = struct {
			io.Reader
			io.Closer
		}{request.Body, request.Body}
	}
	return c.Client.Do(request)
}
