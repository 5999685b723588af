package checks

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestEveryKeyIsLookedAt fills each field of an environment that is the ARN of an AWS KMS
// key, and wants all of them to be looked at.
func TestEveryKeyIsLookedAt(t *testing.T) {
	var filled []string
	var fill func(v reflect.Value, path string, depth int)
	fill = func(v reflect.Value, path string, depth int) {
		if depth > 8 {
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			if v.Type().Elem().Kind() == reflect.Struct {
				v.Set(reflect.New(v.Type().Elem()))
				fill(v.Elem(), path, depth+1)
			}
		case reflect.Slice:
			if v.Type().Elem().Kind() == reflect.Struct {
				v.Set(reflect.MakeSlice(v.Type(), 1, 1))
				fill(v.Index(0), path, depth+1)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				f := v.Type().Field(i)
				if !f.IsExported() {
					continue
				}
				if f.Type.Kind() == reflect.String && strings.HasSuffix(f.Name, "KeyARN") {
					arn := fmt.Sprintf("arn:aws:kms:eu-west-1:111122223333:key/%s.%s", path, f.Name)
					v.Field(i).SetString(arn)
					filled = append(filled, arn)
					continue
				}
				fill(v.Field(i), path+"."+f.Name, depth+1)
			}
		}
	}
	// Components stand in place of a model and of variants, and several containers in place
	// of one: each form is filled by itself.
	for _, form := range []func(*config.Environment){
		func(e *config.Environment) { e.Components = nil },
		func(e *config.Environment) { e.Components, e.Variants = nil, nil },
		func(e *config.Environment) { e.Variants, e.ShadowVariant = nil, nil },
	} {
		for _, several := range []bool{false, true} {
			filled = nil
			var e config.Environment
			fill(reflect.ValueOf(&e).Elem(), "", 0)
			form(&e)
			if !several {
				e.Model.Containers = nil
			}
			for i := range e.Variants {
				if !several {
					e.Variants[i].Model.Containers = nil
				}
			}
			got := keyARNs(e)
			for _, arn := range filled {
				if !slices.Contains(got, arn) && stands(reflect.ValueOf(e), arn, several, len(e.Components) > 0, len(e.Variants) > 0) {
					t.Errorf("%s is not looked at", arn)
				}
			}
		}
	}
}

// stands says whether a key is of the form that the environment has.
func stands(e reflect.Value, arn string, several, components, variants bool) bool {
	_, at, _ := strings.Cut(arn, "key/")
	inContainer := strings.HasSuffix(at, "ModelDataKeyARN")
	switch {
	case strings.HasPrefix(at, ".Components"):
		return components
	case strings.HasPrefix(at, ".ShadowVariant"):
		return !e.FieldByName("ShadowVariant").IsNil()
	case strings.HasPrefix(at, ".Model"):
		return !components && !variants && strings.Contains(at, ".Containers") == several
	case strings.HasPrefix(at, ".Variants"):
		return variants && (!inContainer || strings.Contains(at, ".Containers") == several)
	}
	return true
}
