package artifact

import "testing"

// TestContainerTogether: what of a container's fields does not go together, and what does.
func TestContainerTogether(t *testing.T) {
	t.Parallel()
	const (
		image   = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1"
		version = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/odds/7"
		archive = "s3://models/odds.tar.gz"
		files   = "s3://models/odds/"
		token   = "${Token[TOKEN.1]}"
	)
	for name, test := range map[string]struct {
		c    Container
		want string // the field, "" for none
	}{
		"an image":                         {Container{Image: image}, ""},
		"an image of a construct":          {Container{ImageFrom: true}, ""},
		"a package":                        {Container{ModelPackageARN: version, InferenceSpecificationName: "gpu"}, ""},
		"nothing":                          {Container{}, "Image"},
		"two images":                       {Container{Image: image, ImageFrom: true}, "Image"},
		"a construct's image, and package": {Container{ImageFrom: true, ModelPackageARN: version}, "ModelPackageARN"},
		"a package, and a construct's data": {
			Container{ModelPackageARN: version, ModelDataFrom: archive}, "ModelDataURL"},
		"files with a licence":             {Container{Image: image, ModelDataURL: files, AcceptEULA: true}, ""},
		"a construct's files":              {Container{Image: image, ModelDataFrom: files, AcceptEULA: true}, ""},
		"an archive with a licence":        {Container{Image: image, ModelDataFrom: archive, AcceptEULA: true}, "AcceptEULA"},
		"a licence of what is not known":   {Container{Image: image, ModelDataURL: token, AcceptEULA: true}, ""},
		"many models of what is not known": {Container{Image: image, ModelDataURL: token, MultiModel: true}, ""},
		"an archive of many models":        {Container{Image: image, ModelDataURL: archive, MultiModel: true}, "MultiModel"},
		"a wrong URL of many models":       {Container{Image: image, ModelDataURL: "odds", MultiModel: true}, ""},
		"a key, and a construct's data":    {Container{Image: image, ModelDataFrom: archive, ModelDataKey: true}, ""},
		"a key for nothing":                {Container{Image: image, ModelDataKey: true}, "ModelDataKey"},
		"a private registry":               {Container{Image: "a/b:1", PrivateRegistry: true, RegistryCredentials: true}, ""},
		"a private registry of a construct": {
			Container{ImageFrom: true, PrivateRegistry: true}, "PrivateRegistry"},
	} {
		ps := test.c.ValidateTogether()
		if test.want == "" && len(ps) > 0 || test.want != "" && (len(ps) != 1 || ps[0].Path != test.want) {
			t.Errorf("%s: got %v, want %q", name, ps, test.want)
		}
	}
}

// TestOthers: what is elsewhere is refused where the place is known.
func TestOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		got, want int
	}{
		"a package here":       {len(OtherPackageRegion("arn:aws:sagemaker:eu-west-1:123456789012:model-package/a/1", "eu-west-1")), 0},
		"a package elsewhere":  {len(OtherPackageRegion("arn:aws:sagemaker:us-east-1:123456789012:model-package/a/1", "eu-west-1")), 1},
		"no package":           {len(OtherPackageRegion("", "eu-west-1")), 0},
		"a package by a token": {len(OtherPackageRegion("${Token[TOKEN.1]}", "eu-west-1")), 0},
		"a key elsewhere":      {len(OtherKeyRegion("arn:aws:kms:us-east-1:123456789012:key/1", "eu-west-1")), 1},
		"a key by a token":     {len(OtherKeyRegion("${Token[TOKEN.1]}", "eu-west-1")), 0},
		"a key of a token":     {len(OtherKeyRegion("arn:aws:kms:${Token[TOKEN.1]}:123456789012:key/1", "eu-west-1")), 0},
		"a role elsewhere":     {len(OtherRoleAccount("arn:aws:iam::210987654321:role/a", "123456789012")), 1},
		"a role here":          {len(OtherRoleAccount("arn:aws:iam::123456789012:role/a", "123456789012")), 0},
		"a role of a token":    {len(OtherRoleAccount("arn:aws:iam::${Token[TOKEN.1]}:role/a", "123456789012")), 0},
		"no role":              {len(OtherRoleAccount("", "123456789012")), 0},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %d problems, want %d", name, test.got, test.want)
		}
	}
}
