package localaws

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// EndpointResult is the response of an endpoint of the local AWS.
type EndpointResult struct {
	Body             string
	ContentType      string
	CustomAttributes string
	// Variant is the production variant that the response names.
	Variant string
}

// QueueEndpointResults queues responses of the endpoints in region: each request
// that differs from those before gets the next one, an equal request gets the same
// response again. Without a queue the model of Options.ModelURL responds.
func (a *AWS) QueueEndpointResults(ctx context.Context, region string, results ...EndpointResult) error {
	type result struct{ Body, ContentType, InvokedProductionVariant, CustomAttributes string }
	queue := struct {
		Account string   `json:"account_id"`
		Region  string   `json:"region"`
		Results []result `json:"results"`
	}{Account: a.account, Region: region}
	for _, r := range results {
		queue.Results = append(queue.Results, result{r.Body, r.ContentType, r.Variant, r.CustomAttributes})
	}
	return a.tell(ctx, "static/sagemaker/endpoint-results", queue)
}

// tell posts to the API of moto itself.
func (a *AWS) tell(ctx context.Context, path string, message any) error {
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/moto-api/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := client{a}.Do(request)
	if err != nil {
		return fmt.Errorf("local AWS: %s: %w", path, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("local AWS: %s: %s: %s", path, response.Status, text)
	}
	return nil
}
