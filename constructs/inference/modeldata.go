package inference

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ModelData is model data in Amazon S3, made by one of the functions ModelDataFrom….
// The execution role may read it, and decrypt it where the bucket has a key.
type ModelData struct {
	problems problem.List
	// uri is s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for all objects below.
	uri string
	// bucket has the key and the Region; nil where the URI is all that is known.
	bucket awss3.IBucket
}

func (d ModelData) given() bool { return d.uri != "" || len(d.problems) > 0 }

// ModelDataFromBucket is the archive KEY.tar.gz of a bucket, or where key ends with a
// slash all objects below it: files that are not compressed, or for a MultiModel
// container archives.
func ModelDataFromBucket(bucket awss3.IBucket, key string) ModelData {
	var ps problem.List
	if problem.IsNil(bucket) {
		ps.Add("", nil, "model data is in a bucket", "make one with awss3.NewBucket, or import it")
	}
	if strings.HasPrefix(key, "/") {
		ps.Add("", key, "a key begins with no slash", "write "+strings.TrimLeft(key, "/"))
	} else if !problem.Unresolved(key) {
		_, err := artifact.ParseModelDataURL("s3://a-bucket/" + key)
		for _, p := range problem.From(err) {
			p.Got = problem.Value(key)
			ps = append(ps, p)
		}
	}
	if len(ps) > 0 {
		return ModelData{problems: ps}
	}
	return ModelData{uri: "s3://" + *bucket.BucketName() + "/" + key, bucket: bucket}
}

// ModelDataFromAsset is an archive that cdk deploy uploads: its file ends in .tar.gz.
func ModelDataFromAsset(asset awss3assets.Asset) ModelData {
	var ps problem.List
	switch {
	case problem.IsNil(asset):
		ps.Add("", nil, "model data is uploaded from an asset", "make one with awss3assets.NewAsset")
	case !*asset.IsFile() || !strings.HasSuffix(*asset.AssetPath(), ".gz"):
		ps.Add("", *asset.AssetPath(), "SageMaker unpacks one archive that ends in .tar.gz",
			"pack the model as a gzip compressed tar archive, and give its path to the asset")
	default:
		return ModelData{uri: *asset.S3ObjectUrl(), bucket: asset.Bucket()}
	}
	return ModelData{problems: ps}
}

// modelData returns the container's model data, the zero value for none.
func (p ContainerProps) modelData() ModelData {
	if p.ModelDataFrom.given() {
		return p.ModelDataFrom
	}
	return ModelData{uri: p.ModelDataURL}
}

// prefix reports whether the data is all objects below a prefix.
func (d ModelData) prefix() bool { return strings.HasSuffix(d.uri, "/") }

// uncompressed is the data as files.
func (d ModelData) uncompressed(acceptEULA bool) *awssagemaker.CfnModel_ModelDataSourceProperty {
	source := &awssagemaker.CfnModel_S3DataSourceProperty{
		S3Uri: jsii.String(d.uri), S3DataType: jsii.String("S3Prefix"), CompressionType: jsii.String("None"),
	}
	if acceptEULA {
		source.ModelAccessConfig = &awssagemaker.CfnModel_ModelAccessConfigProperty{AcceptEula: true}
	}
	return &awssagemaker.CfnModel_ModelDataSourceProperty{S3DataSource: source}
}

// reading allows to read the data: the object, or the objects below the prefix and the
// list of them.
func (d ModelData) reading(scope constructs.Construct) []awsiam.PolicyStatement {
	stack := awscdk.Stack_Of(scope)
	if !d.prefix() {
		return []awsiam.PolicyStatement{statement([]string{"s3:GetObject"}, objectAt(stack, d.uri))}
	}
	bucket, prefix, _ := strings.Cut(pathIn(d.uri), "/")
	list := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("s3:ListBucket"), Resources: jsii.Strings("arn:" + *stack.Partition() + ":s3:::" + bucket),
	})
	if prefix != "" {
		list.AddConditions(&map[string]any{"StringLike": map[string]any{"s3:prefix": prefix + "*"}})
	}
	return []awsiam.PolicyStatement{statement([]string{"s3:GetObject"}, objectAt(stack, d.uri)+"*"), list}
}

// keys are those that decrypt the container's model data.
func (p ContainerProps) keys() (keys []awskms.IKey) {
	if p.ModelDataKey != nil {
		keys = append(keys, p.ModelDataKey)
	}
	if b := p.ModelDataFrom.bucket; b != nil && p.ModelDataKey == nil {
		if key := b.EncryptionKey(); key != nil {
			keys = append(keys, key)
		}
	}
	return keys
}
