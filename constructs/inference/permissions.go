package inference

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// An endpoint's update takes minutes. Until the new fleet serves, the old one may
// start instances, which fetch the old archive, and a rollback needs it too. So what
// depends on a version is not allowed by a policy that changes in place, before the
// update, but by one whose logical ID ends in a hash of what it allows: a change
// replaces it. CloudFormation adds the new policy first, and removes the old one in
// its cleanup, when the endpoint is updated.

// attach gives role a policy of statements, unless the role was imported as
// immutable. A change of the statements replaces the policy.
func attach(
	scope constructs.Construct, id string, role awsiam.IRole, statements ...awsiam.PolicyStatement,
) awsiam.Policy {
	id += "-" + hash(encoded(scope, statements))
	policy := awsiam.NewPolicy(scope, jsii.String(id), &awsiam.PolicyProps{Statements: &statements})
	role.AttachInlinePolicy(policy)
	return policy
}

// sharedPolicies are managed policies of one role, each for as many inference
// components as fit: the inline policies of a role have 10,240 characters in all,
// a managed policy has 6144, and a role has 10 of them. A change of what one of them
// allows replaces it.
type sharedPolicies struct {
	scope constructs.Construct
	id    string
	role  awsiam.IRole

	count    int
	last     awsiam.CfnManagedPolicy
	document awsiam.PolicyDocument
	content  []byte
}

// maxManagedPolicy leaves room for what surrounds the statements.
const maxManagedPolicy = 6000

// add allows what statements say and returns the policy that does.
func (p *sharedPolicies) add(statements ...awsiam.PolicyStatement) awsiam.CfnManagedPolicy {
	added := encoded(p.scope, statements)
	if p.last == nil || len(p.content)+len(added) > maxManagedPolicy {
		p.count++
		p.content, p.document = nil, awsiam.NewPolicyDocument(nil)
		p.last = awsiam.NewCfnManagedPolicy(p.scope, jsii.String(fmt.Sprint(p.id, p.count)), &awsiam.CfnManagedPolicyProps{
			PolicyDocument: p.document, Roles: &[]any{p.role.RoleName()},
		})
	}
	p.content = append(p.content, added...)
	p.document.AddStatements(statements...)
	p.last.OverrideLogicalId(jsii.String(*awscdk.Stack_Of(p.scope).GetLogicalId(p.last) + hash(p.content)))
	return p.last
}

// encoded is statements in the template's terms, as JSON with sorted keys.
func encoded(scope constructs.Construct, statements []awsiam.PolicyStatement) []byte {
	written := make([]any, len(statements))
	for i, s := range statements {
		written[i] = s.ToStatementJson()
	}
	data, err := json.Marshal(awscdk.Stack_Of(scope).Resolve(written))
	if err != nil {
		panic(err) // no JSON made of JSON
	}
	return data
}

// hash is 8 digits that follow from content.
func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])[:8]
}

// grantEncryption lets a role write objects that key encrypts. Completing a multipart
// upload to S3 needs kms:Decrypt. IKey.GrantEncryptDecrypt allows more, by wildcards.
func grantEncryption(key awskms.IKey, role awsiam.IRole) {
	key.Grant(role, (*jsii.Strings("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"))...)
}

func statement(actions []string, resources ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings(actions...), Resources: jsii.Strings(resources...),
	})
}

// allow adds to the role's own policy, which changes in place.
func allow(role awsiam.IRole, actions []string, resources ...string) {
	role.AddToPrincipalPolicy(statement(actions, resources...))
}
