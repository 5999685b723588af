package frontend

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecrassets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// gatewayImage returns the image with the given URI. For "" it builds one from this
// module's source.
func gatewayImage(g *GatewayService, task awsecs.FargateTaskDefinition, uri string) awsecs.ContainerImage {
	switch {
	case uri == "":
		return builtImage(g)
	case problem.Unresolved(uri):
		return unresolvedImage(g, task, uri)
	}
	image, _ := artifact.ParseImage(uri, artifact.ECS)
	return awsecs.ContainerImage_FromEcrRepository(gatewayRepository(g, image),
		jsii.String(cmp.Or(image.Digest, image.Tag)))
}

// unresolvedImage returns an image whose URI is not, or not all, known at synthesis. Where
// the repository is known and only the tag or the digest is not, the task's execution role
// may pull from it.
func unresolvedImage(g *GatewayService, task awsecs.FargateTaskDefinition, uri string) awsecs.ContainerImage {
	name, _, _ := strings.Cut(uri, "@")
	if slash := strings.LastIndex(name, "/"); slash >= 0 {
		if tag := strings.Index(name[slash:], ":"); tag >= 0 && !strings.Contains(name[slash:slash+tag], "${") {
			name = name[:slash+tag]
		}
	}
	image, err := artifact.ParseImage(name+":tag", artifact.ECS)
	if err != nil {
		warnNotAllowed(g, "image-not-allowed", "the repository of Image is known only at deployment: the execution role "+
			"of the gateway's tasks has no permission to pull from it; give it by the repository's GrantPull to "+
			"Service.TaskDefinition().ObtainExecutionRole()")
	} else {
		gatewayRepository(g, image).GrantPull(task.ObtainExecutionRole())
	}
	return awsecs.ContainerImage_FromRegistry(jsii.String(uri), nil)
}

// gatewayRepository returns the repository of an image.
func gatewayRepository(g *GatewayService, image artifact.Image) awsecr.IRepository {
	return awsecr.Repository_FromRepositoryAttributes(g, jsii.String("Repository"), &awsecr.RepositoryAttributes{
		RepositoryArn: awscdk.Stack_Of(g).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("ecr"), Account: jsii.String(image.Account), Region: jsii.String(image.Region),
			Resource: jsii.String("repository"), ResourceName: jsii.String(image.Repository),
		}),
		RepositoryName: jsii.String(image.Repository),
	})
}

// builtImage returns an image that the CDK CLI builds at deployment.
func builtImage(scope constructs.Construct) awsecs.ContainerImage {
	if err := FindContainerEngine(); err != nil {
		panic(problem.Of(scope, "", problem.List{{Path: "Image", Rule: err.Error(), Fix: ContainerEngineFix}}))
	}
	ctx, cancel := context.WithTimeout(context.Background(), compileTimeout)
	defer cancel()
	dir, err := os.MkdirTemp("", "gateway-image-")
	if err == nil {
		defer removeStaged(scope, dir)
		err = compile.Image(ctx, "arm64", dir)
	}
	if err != nil {
		panic(err)
	}
	asset := awsecrassets.NewDockerImageAsset(scope, jsii.String("Image"), &awsecrassets.DockerImageAssetProps{
		Directory: jsii.String(dir), Platform: awsecrassets.Platform_LINUX_ARM64(),
	})
	return awsecs.ContainerImage_FromDockerImageAsset(asset)
}

// ContainerEngineFix is the remedy for FindContainerEngine's error.
const ContainerEngineFix = "give the URI of an image in Amazon ECR, install docker, " +
	"or name another engine in CDK_DOCKER"

// FindContainerEngine returns an error unless the container engine is installed that
// the CDK CLI builds a GatewayService's image with: docker, or the program that
// CDK_DOCKER names.
func FindContainerEngine() error {
	engine := os.Getenv("CDK_DOCKER")
	if engine == "" {
		engine = "docker"
	}
	if _, err := exec.LookPath(engine); err != nil {
		return fmt.Errorf("the gateway's image has to be built, and there is no container engine: %w", err)
	}
	return nil
}
