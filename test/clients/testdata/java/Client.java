// As client.py, with the AWS SDK for Java 2.
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeAsyncClient;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClient;
import software.amazon.awssdk.services.sagemakerruntime.model.InvokeEndpointRequest;
import software.amazon.awssdk.services.sagemakerruntime.model.InvokeEndpointWithResponseStreamRequest;
import software.amazon.awssdk.services.sagemakerruntime.model.InvokeEndpointWithResponseStreamResponseHandler;

public class Client {
  static <B extends AwsClientBuilder<B, C>, C> C made(B builder, String url) {
    return builder
        .endpointOverride(URI.create(url))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "a-secret-key")))
        .build();
  }

  static String invoke(SageMakerRuntimeClient client, String body) {
    InvokeEndpointRequest request =
        InvokeEndpointRequest.builder()
            .endpointName("predictions")
            .contentType("text/csv")
            .body(SdkBytes.fromUtf8String(body))
            .build();
    return client.invokeEndpoint(request).body().asUtf8String();
  }

  static String stream(SageMakerRuntimeAsyncClient client) {
    InvokeEndpointWithResponseStreamRequest request =
        InvokeEndpointWithResponseStreamRequest.builder()
            .endpointName("predictions")
            .contentType("text/csv")
            .body(SdkBytes.fromUtf8String("stream"))
            .build();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    InvokeEndpointWithResponseStreamResponseHandler handler =
        InvokeEndpointWithResponseStreamResponseHandler.builder()
            .subscriber(
                InvokeEndpointWithResponseStreamResponseHandler.Visitor.builder()
                    .onPayloadPart(part -> text.writeBytes(part.bytes().asByteArray()))
                    .build())
            .build();
    client.invokeEndpointWithResponseStream(request, handler).join();
    return text.toString();
  }

  static String outcome(Callable<String> call) throws Exception {
    try {
      return "{\"reply\":\"" + call.call() + "\"}";
    } catch (CompletionException e) {
      return "{\"raised\":\"" + e.getCause() + "\"}";
    } catch (AwsServiceException e) {
      return String.format(
          "{\"raised\":\"%s\",\"status\":%d,\"code\":\"%s\"}",
          e.getClass().getSimpleName(), e.statusCode(), e.awsErrorDetails().errorCode());
    }
  }

  public static void main(String[] args) throws Exception {
    Map<String, Callable<String>> calls = new LinkedHashMap<>();
    try (SageMakerRuntimeClient client = made(SageMakerRuntimeClient.builder(), args[0]);
        SageMakerRuntimeAsyncClient async = made(SageMakerRuntimeAsyncClient.builder(), args[0])) {
      calls.put("invoke", () -> invoke(client, "1.5,2.25"));
      calls.put("stream", () -> stream(async));
      calls.put("error", () -> invoke(client, "model"));
      calls.put("large", () -> invoke(client, "x".repeat(100_000)));
      StringBuilder outcomes = new StringBuilder();
      for (Map.Entry<String, Callable<String>> call : calls.entrySet()) {
        outcomes.append(outcomes.length() == 0 ? "{" : ",");
        outcomes.append('"').append(call.getKey()).append("\":").append(outcome(call.getValue()));
      }
      System.out.println(outcomes.append('}'));
    }
  }
}
