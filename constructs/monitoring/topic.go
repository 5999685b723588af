package monitoring

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// The services that publish to the topic.
const (
	cloudWatch  = "cloudwatch.amazonaws.com"
	eventBridge = "events.amazonaws.com"
)

// keyWindow is KMS's shortest time between a key's deletion and its end: no message stays
// in a topic, so nothing is lost with the key.
const keyWindow = 7 * 24 * time.Hour

// addTopic makes the topic, its key, and the subscriptions of emails.
func (m *Monitoring) addTopic(emails []string) {
	// Fact N1: alarms cannot publish to a topic that is encrypted with the key alias/aws/sns.
	key := awskms.NewKey(m, jsii.String("Key"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts what the alarms of endpoint " + m.subject.EndpointName + " tell"),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
		PendingWindow:     awscdk.Duration_Days(jsii.Number(keyWindow.Hours() / 24)),
	})
	topic := awssns.NewTopic(m, jsii.String("Topic"), &awssns.TopicProps{MasterKey: key, EnforceSSL: jsii.Bool(true)})
	m.Key, m.Topic = key, topic
	arn := topic.TopicArn()
	m.topicARNs = &[]*string{arn}
	stack := awscdk.Stack_Of(m)
	ofAlarms := &map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": *stack.Account()},
		"ArnLike": map[string]any{"aws:SourceArn": *stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("cloudwatch"), Resource: jsii.String("alarm"), ResourceName: jsii.String("*"),
			ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		})},
	}
	// Fact N2: EventBridge publishes only where neither policy has a condition on the
	// source. What SNS encrypts names the topic, so the key serves topics of this account
	// alone.
	ofTopics := &map[string]any{"ArnLike": map[string]any{
		"kms:EncryptionContext:aws:sns:topicArn": *stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("sns"), Resource: jsii.String("*"), ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
		}),
	}}
	for _, p := range []struct {
		service             string
		key, topicCondition *map[string]any
	}{{cloudWatch, ofAlarms, ofAlarms}, {eventBridge, ofTopics, nil}} {
		principals := &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(p.service), nil)}
		key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: principals, Actions: jsii.Strings("kms:Decrypt", "kms:GenerateDataKey*"),
			Resources:  jsii.Strings("*"), // in a key's policy, the key
			Conditions: p.key,
		}), nil)
		topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: principals, Actions: jsii.Strings("sns:Publish"),
			Resources: m.topicARNs, Conditions: p.topicCondition,
		}))
	}
	for i, address := range emails {
		awssns.NewCfnSubscription(m, jsii.String("Email-"+stable(address, i)), &awssns.CfnSubscriptionProps{
			TopicArn: arn, Protocol: jsii.String("email"), Endpoint: jsii.String(address),
		})
	}
}
