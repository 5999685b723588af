package localaws

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sagemakertypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	runtimetypes "github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"
)

// modelAttributes is the header of custom attributes.
const modelAttributes = "X-Amzn-SageMaker-Custom-Attributes"

// model replies what it was sent, hangs up, or fails with the body as the status.
func model(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	status := http.StatusOK
	_, _ = fmt.Sscanf(string(body), "status %d", &status)
	switch status {
	case 0:
		panic(http.ErrAbortHandler)
	case http.StatusOK:
	default:
		http.Error(w, "out of luck", status)
		return
	}
	w.Header().Set("Content-Type", r.Header.Get("Accept"))
	w.Header().Set(modelAttributes, r.Header.Get(modelAttributes)+" answered")
	fmt.Fprintf(w, "%s %s %s %s", r.Method, r.URL, r.Header.Get("Content-Type"), body)
}

// TestModel: where nothing is queued, the model gets the request, and its reply or its
// failure is the endpoint's.
func TestModel(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "eu-west-2")
	hosting := sagemaker.NewFromConfig(r.sdk())
	name := aws.String("forwarding")
	_, err := hosting.CreateModel(t.Context(), &sagemaker.CreateModelInput{
		ModelName: name, ExecutionRoleArn: aws.String("arn:aws:iam::123456789012:role/model"),
		PrimaryContainer: &sagemakertypes.ContainerDefinition{
			Image: aws.String("123456789012.dkr.ecr.eu-west-2.amazonaws.com/odds:1"),
		},
	})
	must(t, err)
	_, err = hosting.CreateEndpointConfig(t.Context(), &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: name, ProductionVariants: []sagemakertypes.ProductionVariant{
			{VariantName: aws.String("blue"), ModelName: name, InstanceType: "ml.c6i.large", InitialInstanceCount: aws.Int32(1)},
		},
	})
	must(t, err)
	_, err = hosting.CreateEndpoint(t.Context(), &sagemaker.CreateEndpointInput{EndpointName: name, EndpointConfigName: name})
	must(t, err)

	client := sagemakerruntime.NewFromConfig(r.sdk())
	invoke := func(contentType, body string) (EndpointResult, error) {
		answer, err := client.InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{
			EndpointName: name, ContentType: &contentType, Accept: aws.String("text/x-odds"),
			CustomAttributes: aws.String("trace=1"), Body: []byte(body),
		})
		if err != nil {
			return EndpointResult{}, err
		}
		return EndpointResult{string(answer.Body), *answer.ContentType, aws.ToString(answer.CustomAttributes),
			aws.ToString(answer.InvokedProductionVariant)}, nil
	}
	for contentType, body := range map[string]string{
		"application/json":                  `{"EndpointName": "another"}`,
		"application/x-www-form-urlencoded": "a=1&key=2",
		"application/x-npy":                 "\x93NUMPY\x00\xff\xfe",
		"text/csv":                          "",
	} {
		want := EndpointResult{"POST /invocations " + contentType + " " + body, "text/x-odds", "trace=1 answered", "blue"}
		if got, err := invoke(contentType, body); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	must(t, r.aws().QueueEndpointResults(t.Context(), r.name, EndpointResult{Body: "queued", ContentType: "text/plain"}))
	for _, want := range []string{"queued", "queued", "POST /invocations text/plain again"} { // an equal request gets the same
		body := "once"
		if want != "queued" {
			body = "again"
		}
		if got, err := invoke("text/plain", body); err != nil || got.Body != want {
			t.Errorf("got %+v, %v, want %s", got, err, want)
		}
	}

	const logs = "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/sagemaker/Endpoints/forwarding"
	for status, want := range map[int32]string{
		400: `Received client error (400) from primary with message "out of luck`,
		503: `Received server error (503) from primary with message "out of luck`,
		0:   `Received server error (0) from primary with message "the model does not answer: `,
	} {
		_, err := invoke("text/plain", fmt.Sprintf("status %d", status))
		var failed *runtimetypes.ModelError
		if contains(t, err, want); !errors.As(err, &failed) || aws.ToInt32(failed.OriginalStatusCode) != status ||
			status > 0 && aws.ToString(failed.OriginalMessage) != "out of luck\n" ||
			aws.ToString(failed.LogStreamArn) != logs {
			t.Errorf("got %+v", failed)
		}
	}

	stream := func(body string) (*sagemakerruntime.InvokeEndpointWithResponseStreamOutput, error) {
		return client.InvokeEndpointWithResponseStream(t.Context(), &sagemakerruntime.InvokeEndpointWithResponseStreamInput{
			EndpointName: name, ContentType: aws.String("text/plain"), Accept: aws.String("text/x-streamed"), Body: []byte(body),
			TargetVariant: aws.String("blue"),
		})
	}
	streamed, err := stream("\xff")
	must(t, err)
	body := ""
	for event := range streamed.GetStream().Events() {
		body += string(event.(*runtimetypes.ResponseStreamMemberPayloadPart).Value.Bytes)
	}
	must(t, streamed.GetStream().Close())
	if body != "POST /invocations text/plain \xff" || aws.ToString(streamed.ContentType) != "text/x-streamed" {
		t.Errorf("streamed: got %q of %s", body, aws.ToString(streamed.ContentType))
	}
	_, err = stream("status 500")
	if !errors.As(err, new(*runtimetypes.ModelError)) {
		t.Errorf("streamed: got %v, want a ModelError", err)
	}
	must(t, shared.Err())
}

func TestModelURL(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Dir: root, Python: python, ModelURL: "https://models.example.com/odds"})
	contains(t, err, "'https://models.example.com/odds' is not a URL such as http://127.0.0.1:8080")
}
