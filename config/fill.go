package config

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
)

// fill puts v, a file's value in the types of encoding/json, into a Go value by
// the json tags of its structs. A time.Duration is written as text, such as 6m.
// What v leaves out, or has null for, stays as it is.
func fill(into reflect.Value, v any) error {
	if v == nil {
		return nil
	}
	if into.Type() == reflect.TypeFor[time.Duration]() {
		text, _ := v.(string)
		d, err := time.ParseDuration(text)
		into.SetInt(int64(d))
		return err
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return fill(into.Elem(), v)
	case reflect.Struct:
		return fillStruct(into, v)
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			return mismatch(into, v)
		}
		into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
		for i, item := range list {
			if err := fill(into.Index(i), item); err != nil {
				return err
			}
		}
		return nil
	case reflect.Map:
		keys, ok := v.(map[string]any)
		if !ok {
			return mismatch(into, v)
		}
		into.Set(reflect.MakeMapWithSize(into.Type(), len(keys)))
		for key, item := range keys {
			value := reflect.New(into.Type().Elem()).Elem()
			if err := fill(value, item); err != nil {
				return err
			}
			into.SetMapIndex(reflect.ValueOf(key), value)
		}
		return nil
	default:
		return fillScalar(into, v)
	}
}

func fillStruct(into reflect.Value, v any) error {
	keys, ok := v.(map[string]any)
	if !ok {
		return mismatch(into, v)
	}
	for i := range into.NumField() {
		f := into.Type().Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		var err error
		switch {
		case f.Anonymous && key == "":
			err = fillStruct(into.Field(i), v)
		case key != "" && key != "-":
			err = fill(into.Field(i), keys[key])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func fillScalar(into reflect.Value, v any) error {
	switch from := reflect.ValueOf(v); {
	case into.Kind() == from.Kind() && (into.Kind() == reflect.String || into.Kind() == reflect.Bool):
		into.Set(from.Convert(into.Type()))
	case into.CanFloat() && (from.CanInt() || from.CanUint() || from.CanFloat()):
		into.Set(from.Convert(into.Type()))
	case into.CanInt() && (from.CanInt() || from.CanUint() || from.CanFloat() &&
		from.Float() == math.Trunc(from.Float())):
		into.Set(from.Convert(into.Type()))
	default:
		return mismatch(into, v)
	}
	return nil
}

func mismatch(into reflect.Value, v any) error { return fmt.Errorf("%v is no %s", v, into.Type()) }
