package checks

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestText writes one line a check, and needed and fix below what is wrong.
func TestText(t *testing.T) {
	results := []Result{
		{Group: "account", Check: "bootstrap", Verdict: OK, Found: "version 33"},
		{Group: "endpoint", Check: "image", Subject: "i:1", Verdict: Wrong, Found: "not there", Needed: "the image",
			Reason: "no instance starts", Fix: "push it"},
		{Group: "endpoint", Check: "keys", Verdict: Unknown, Reason: "kms:DescribeKey:\nrefused", Fix: "ask"},
		{Group: "endpoint", Check: "role", Verdict: Wrong, Subject: "predictions-prod-execution",
			Found:  "no statement allows it to read the archive",
			Needed: "s3:GetObject of every object of the bucket that the model's archive is in",
			Fix:    "aws iam put-role-policy --role-name predictions-prod-execution --policy-name archive --policy-document p"},
	}
	at := time.Date(2027, 5, 29, 19, 0, 0, 5, time.FixedZone("BST", 3600))
	r := NewReport("prod", at, at, results)
	var b bytes.Buffer
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	want := `Account
  ok       bootstrap  version 33

Endpoint
  wrong    image      i:1: not there: no instance starts
           needed: the image
           fix: push it
  unknown  keys       kms:DescribeKey: refused
           fix: ask
  wrong    role       predictions-prod-execution: no statement allows it to read
                      the archive
           needed: s3:GetObject of every object of the bucket that the model's
           archive is in
           fix: aws iam put-role-policy --role-name predictions-prod-execution --policy-name archive --policy-document p

prod, to be ready at 2027-05-29T18:00:00Z: 1 ok, 2 wrong, 1 unknown.
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	if r.Wrong != 2 || r.Unknown != 1 {
		t.Errorf("got %d wrong and %d unknown", r.Wrong, r.Unknown)
	}
}
