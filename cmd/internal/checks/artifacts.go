package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
)

func modelImages(ctx context.Context, r *reader) []Result {
	return images(ctx, r, containerImages(r.env), artifact.SageMaker)
}

func gatewayImages(ctx context.Context, r *reader) []Result {
	return images(ctx, r, gatewayImageURIs(r.env), artifact.ECS)
}

// gatewayImageURIs are the images of the gateway and of its canary, each once.
func gatewayImageURIs(e config.Environment) (uris []string) {
	add := func(f config.Frontend) {
		if f.RunsOn(config.GatewayOnFargate) && f.Image != "" && !slices.Contains(uris, f.Image) {
			uris = append(uris, f.Image)
		}
	}
	add(e.Frontend)
	if canary, ok := e.Canary(); ok {
		add(canary.Frontend)
	}
	return uris
}

func images(ctx context.Context, r *reader, uris []string, by artifact.Puller) (results []Result) {
	for _, uri := range uris {
		image, err := artifact.ParseImage(uri, by)
		if err != nil {
			// Another registry's, such as a private one in the VPC.
			results = append(results, unknown("only its registry can say whether it is there", "").of(uri))
			continue
		}
		if image.Account != r.env.Account {
			results = append(results, otherAccount(image.Account).of(uri))
			continue
		}
		client := ecr.NewFromConfig(r.AWS, func(o *ecr.Options) { o.Region = image.Region })
		id := ecrtypes.ImageIdentifier{}
		if image.Digest != "" {
			id.ImageDigest = &image.Digest
		} else {
			id.ImageTag = &image.Tag
		}
		_, err = client.DescribeImages(ctx, &ecr.DescribeImagesInput{
			RegistryId: &image.Account, RepositoryName: &image.Repository, ImageIds: []ecrtypes.ImageIdentifier{id},
		})
		switch {
		case missing(err):
			results = append(results, wrong("not there", "the image", "no instance or task can start with it",
				"push it to Amazon ECR, or correct its URI in the file").of(uri))
		case err != nil:
			results = append(results, failed("ecr:DescribeImages", err).of(uri))
		default:
			results = append(results, ok("there").of(uri))
		}
	}
	return results
}

// otherAccount is what can be said of something in another account: whose policy lets the
// environment's role in is seen there alone.
func otherAccount(account string) Result {
	return unknown("it is account "+account+"'s: what lets the environment's roles read it is seen there",
		"ask its owner whether account and role may read it")
}

// archiveURLs are the archives and prefixes of model artifacts, each once.
func archiveURLs(e config.Environment) (urls []string) {
	add := func(url string) {
		if url != "" && !slices.Contains(urls, url) {
			urls = append(urls, url)
		}
	}
	for _, m := range models(e) {
		for _, c := range m.AllContainers() {
			add(c.ModelDataURL)
		}
	}
	for _, c := range e.Components {
		for _, a := range c.Adapters {
			add(a.ArtifactURL)
		}
	}
	return urls
}

func archives(ctx context.Context, r *reader) (results []Result) {
	client := s3.NewFromConfig(r.AWS, func(o *s3.Options) { o.UsePathStyle = r.AWS.BaseEndpoint != nil })
	for _, url := range archiveURLs(r.env) {
		bucket, key, _ := strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
		found, action, err := "there", "s3:GetObject", error(nil)
		if strings.HasSuffix(key, "/") {
			var got *s3.ListObjectsV2Output
			action = "s3:ListBucket"
			got, err = client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &key, MaxKeys: aws.Int32(1)})
			if err == nil && len(got.Contents) == 0 {
				results = append(results, judgeArchive("", url).of(url))
				continue
			}
		} else {
			var got *s3.HeadObjectOutput
			got, err = client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
			if err == nil {
				found = fmt.Sprintf("%d bytes", aws.ToInt64(got.ContentLength))
			}
		}
		switch {
		case missing(err):
			results = append(results, judgeArchive("", url).of(url))
		case err != nil:
			// A HEAD without permission, or of another account's bucket, is answered 403.
			results = append(results, failed(action, err).of(url))
		default:
			results = append(results, judgeArchive(found, url).of(url))
		}
	}
	return results
}

// judgeArchive judges an archive, "" where there is none.
func judgeArchive(found, url string) Result {
	switch found {
	case "":
		return wrong("not there", "the archive", "no instance can start without it",
			"aws s3 cp model.tar.gz "+url+", or correct modelDataUrl")
	case "0 bytes":
		return wrong(found, "the archive", "it is empty", "aws s3 cp model.tar.gz "+url)
	default:
		return ok(found)
	}
}

// keyARNs are the AWS KMS keys that the environment file names, each once.
func keyARNs(e config.Environment) (arns []string) {
	add := func(keys ...string) {
		for _, arn := range keys {
			if arn != "" && !slices.Contains(arns, arn) {
				arns = append(arns, arn)
			}
		}
	}
	add(e.Endpoint.VolumeKeyARN, e.Frontend.LogKeyARN)
	if c := e.Endpoint.DataCapture; c != nil {
		add(c.KeyARN)
	}
	if a := e.Endpoint.Asynchronous; a != nil {
		add(a.OutputKeyARN, a.InputKeyARN)
	}
	for _, m := range models(e) {
		for _, c := range m.AllContainers() {
			add(c.ModelDataKeyARN)
		}
	}
	for _, c := range e.Components {
		for _, a := range c.Adapters {
			add(a.ArtifactKeyARN)
		}
	}
	return arns
}

func keys(ctx context.Context, r *reader) (results []Result) {
	for _, arn := range keyARNs(r.env) {
		parts := strings.Split(arn, ":") // arn:PARTITION:kms:REGION:ACCOUNT:key/ID
		if len(parts) < 6 {
			continue
		}
		if parts[4] != r.env.Account {
			results = append(results, otherAccount(parts[4]).of(arn))
			continue
		}
		client := kms.NewFromConfig(r.AWS, func(o *kms.Options) { o.Region = parts[3] })
		got, err := client.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &arn})
		state := ""
		switch {
		case missing(err):
		case err != nil:
			results = append(results, failed("kms:DescribeKey", err).of(arn))
			continue
		default:
			state = string(got.KeyMetadata.KeyState)
		}
		results = append(results, judgeKey(state, arn, parts[3]).of(arn))
	}
	return results
}

// judgeKey judges a key's state, "" for none.
func judgeKey(state, arn, region string) Result {
	const needed, reason = "Enabled", "what it encrypts cannot be read"
	enable := command(region, "kms enable-key --key-id %s", arn)
	switch state {
	case "Enabled":
		return ok(state)
	case "":
		return wrong("not there", needed, reason, "correct its ARN in the file")
	case "PendingDeletion":
		return wrong(state, needed, reason,
			command(region, "kms cancel-key-deletion --key-id %s", arn)+" && "+enable)
	default:
		return wrong(state, needed, reason, enable)
	}
}
