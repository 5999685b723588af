package main

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

const (
	namePath        = "name" // no key of the file: its name
	minPath         = "scaling.minCapacity"
	maxPath         = "scaling.maxCapacity"
	certificatePath = "frontend.certificateArn"
	plainHTTPPath   = "frontend.plainHttp"
)

// question asks for one key of a first file. Its texts may stand on the answers before,
// as in {region}.
type question struct {
	flag, path string
	// example goes with the answers before.
	example string
	// fallback is the answer where none is given. Default: none, it is required.
	fallback string
	// optional leaves the key out where no answer is given.
	optional bool
}

// questions are in the order in which they are asked. Events come before the bounds,
// whose defaults follow from them.
var questions = []question{
	{flag: "name", path: namePath, example: "eu"},
	{flag: "account", path: "account", example: "111122223333"},
	{flag: "region", path: "region", example: "eu-west-1"},
	{flag: "cidr", path: "network.newVpc.cidr", example: "10.42.0.0/16", fallback: "10.0.0.0/16"},
	{flag: "zones", path: "network.newVpc.availabilityZones", example: "{region}a,{region}b,{region}c",
		fallback: "{region}a,{region}b"},
	{flag: "image", path: "model.image", example: "{account}.dkr.ecr.{region}.amazonaws.com/predictions:1.0.0"},
	{flag: "model-data", path: "model.modelDataUrl", example: "s3://predictions-models/1.0.0/model.tar.gz",
		optional: true},
	{flag: "endpoint-name", path: "endpoint.name", example: "odds-{name}", fallback: "predictions-{name}"},
	{flag: "instance-type", path: "variant.instanceType", example: "ml.c6i.large"},
	{flag: "requests-per-second", path: "capacity.requestsPerSecondPerInstance", example: "100"},
	{flag: "start-time", path: startTimePath, example: "6m"},
	{flag: "certificate", path: certificatePath,
		example: "arn:aws:acm:{region}:{account}:certificate/00000000-0000-4000-8000-000000000000"},
	{flag: "min", path: minPath, example: "4", fallback: "2"},
	{flag: "max", path: maxPath, example: "{max}", fallback: "{max}"},
}

// eventQuestions ask for an event that comes once. The end depends on the start.
var eventQuestions = []question{
	{path: "events.name", example: "final", optional: true},
	{path: "events.timezone", example: "Europe/London"},
	{path: "events.starts", example: "2027-05-29T20:00"},
	{path: "events.ends", example: "{end}"},
	{path: "events.peakRequestsPerSecond", example: "500"},
}

// key is the last key of the path.
func (q question) key() string { return q.path[strings.LastIndex(q.path, ".")+1:] }

func (q question) required() bool { return q.fallback == "" && !q.optional }

// usage is the flag's line in the help: what the key means, and an example.
func (q question) usage() string {
	example := strings.NewReplacer("{name}", "eu", "{account}", "111122223333", "{region}", "eu-west-1",
		"{max}", "6").Replace(q.example)
	otherwise := "required"
	switch {
	case q.path == maxPath:
		otherwise = "default three times the minimum, or twice what events need"
	case q.fallback != "":
		otherwise = "default " + strings.NewReplacer("{region}", "REGION", "{name}", "NAME").Replace(q.fallback)
	case q.optional:
		otherwise = "default none"
	}
	what, _, _ := strings.Cut(meaning(q.path), ". ")
	return fmt.Sprintf("%s (such as `%s`; %s)", strings.TrimSuffix(what, "."), example, otherwise)
}

// meaning is what the schema says of a key, without its default.
func meaning(path string) string {
	if path == namePath {
		return "name is the file's name without its ending; it names the Stage and begins every stack's name."
	}
	key, _ := config.Describe(path)
	text, _, _ := strings.Cut(key.Description, " Default")
	return text
}
