package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
)

// openAIPath begins the paths of OpenAI's API, as SageMaker's runtime has them (fact F10).
const openAIPath = "/openai/v1"

// openAIOperations are served by InvokeEndpoint: the containers that speak OpenAI's API
// tell its operations apart by the body (fact F47).
var openAIOperations = []string{"/chat/completions", "/completions", "/embeddings"}

// openAIRoute is the route of what follows openAIPath, routeUnknown for none.
func openAIRoute(operation string) route {
	for _, served := range openAIOperations {
		if operation == served {
			return route(openAIPath + served)
		}
	}
	return routeUnknown
}

// isOpenAI reports whether the route is one of OpenAI's API.
func (r route) isOpenAI() bool { return strings.HasPrefix(string(r), openAIPath) }

// asksForStream reports whether a body of OpenAI's API asks for server-sent events. What
// is no JSON is the container's to refuse.
func asksForStream(body requestBody) bool {
	var request struct {
		Stream bool `json:"stream"`
	}
	return json.NewDecoder(body.open()).Decode(&request) == nil && request.Stream
}

// containerError is the container's own error where out is a ModelError that holds it
// whole: on SageMaker's path of OpenAI's API replies come as they are from the container.
func containerError(out *reply) *reply {
	var model struct {
		Status  int    `json:"OriginalStatusCode"`
		Message string `json:"OriginalMessage"`
	}
	if out.code != codeModelError || json.Unmarshal(out.body, &model) != nil ||
		model.Status < 400 || model.Status > 599 || !json.Valid([]byte(model.Message)) {
		return out
	}
	out.status, out.body = model.Status, []byte(model.Message)
	if model.Status < http.StatusInternalServerError && model.Status != http.StatusTooManyRequests {
		out.header.Set(headerShouldRetry, "false")
	}
	return out
}
