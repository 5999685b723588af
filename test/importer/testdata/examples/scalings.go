package main

import "github.com/aws/aws-cdk-go/awscdk/v2"

var scalings = []func(awscdk.Stack){}
