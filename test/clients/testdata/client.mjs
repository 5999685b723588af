// As client.py, with the AWS SDK for JavaScript.
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";

const client = new SageMakerRuntimeClient({
  endpoint: process.argv[2],
  region: "us-east-1",
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret-key" },
});
const input = (body) => ({ EndpointName: "predictions", ContentType: "text/csv", Body: new TextEncoder().encode(body) });
const invoke = async (body) =>
  new TextDecoder().decode((await client.send(new InvokeEndpointCommand(input(body)))).Body);

async function stream() {
  const reply = await client.send(new InvokeEndpointWithResponseStreamCommand(input("stream")));
  let text = "";
  for await (const event of reply.Body) text += new TextDecoder().decode(event.PayloadPart.Bytes);
  return text;
}

async function outcome(call) {
  try {
    return { reply: await call() };
  } catch (error) {
    return {
      raised: error.name,
      status: error.$metadata?.httpStatusCode,
      attempts: error.$metadata?.attempts,
      original: error.OriginalStatusCode,
    };
  }
}

const calls = {
  invoke: () => invoke("1.5,2.25"),
  stream,
  error: () => invoke("model"),
  large: () => invoke("x".repeat(100_000)),
};
const outcomes = {};
for (const [name, call] of Object.entries(calls)) outcomes[name] = await outcome(call);
console.log(JSON.stringify(outcomes));
