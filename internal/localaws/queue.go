package localaws

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// EndpointResult is what an endpoint of the local AWS answers to one request.
type EndpointResult struct {
	Body             string
	ContentType      string
	CustomAttributes string
	// Variant is the production variant that is said to have answered.
	Variant string
}

// QueueEndpointResults makes the next different requests to the endpoints in
// region be answered with results, one each; the same request gets the same
// answer again. Without, moto answers "body".
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
	body, err := json.Marshal(queue)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/moto-api/static/sagemaker/endpoint-results", bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := client{a}.Do(request)
	if err != nil {
		return fmt.Errorf("local AWS: queue endpoint results: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("local AWS: queue endpoint results: %s: %s", response.Status, text)
	}
	return nil
}
