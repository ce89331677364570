package whapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

var errNoObject = errors.New("no JSON object")

// read fills *v, a struct, from a JSON object as well as it can. Numbers written as strings, strings written as numbers and
// booleans written as either are taken for what the field wants. A field of a shape that cannot be read stays empty, its
// neighbours are filled, and its path is in misread. Only what is no JSON object at all is an error.
func read(b []byte, v any) (misread []string, err error) {
	if firstByte(b) != '{' {
		return nil, errNoObject
	}
	if json.Unmarshal(b, v) == nil {
		return nil, nil
	}
	target := reflect.ValueOf(v).Elem()
	target.SetZero()
	f := fitter{}
	if !f.object("", b, target) {
		return nil, errNoObject
	}
	return f.misread, nil
}

func firstByte(b []byte) byte {
	for _, c := range b {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	return 0
}

// fitter is the slow way, taken when encoding/json refuses: field by field, so that one misfit spoils nothing else.
type fitter struct{ misread []string }

// fit reports whether raw could be read into v; where it could not, the path is noted.
func (f *fitter) fit(path string, raw json.RawMessage, v reflect.Value) bool {
	if string(raw) == "null" || f.value(path, raw, v) {
		return true
	}
	v.SetZero()
	f.misread = append(f.misread, path)
	return false
}

func (f *fitter) value(path string, raw json.RawMessage, v reflect.Value) bool {
	if u, ok := v.Addr().Interface().(json.Unmarshaler); ok {
		return u.UnmarshalJSON(raw) == nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		return f.pointer(path, raw, v)
	case reflect.Struct:
		return f.object(path, raw, v)
	case reflect.Slice:
		return f.list(path, raw, v)
	default:
		return scalar(raw, v) || json.Unmarshal(raw, v.Addr().Interface()) == nil
	}
}

func (f *fitter) pointer(path string, raw json.RawMessage, v reflect.Value) bool {
	target := reflect.New(v.Type().Elem())
	if !f.value(path, raw, target.Elem()) {
		return false
	}
	v.Set(target)
	return true
}

func (f *fitter) object(path string, raw json.RawMessage, v reflect.Value) bool {
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil || keys == nil {
		return false
	}
	f.fields(path, keys, v)
	return true
}

func (f *fitter) fields(path string, keys map[string]json.RawMessage, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := field.Tag.Get("json")
		if field.Anonymous && name == "" {
			f.fields(path, keys, v.Field(i))
			continue
		}
		if raw, ok := keys[name]; ok && name != "-" {
			f.fit(strings.TrimPrefix(path+"."+name, "."), raw, v.Field(i))
		}
	}
}

// list keeps the readable items of a list in their order.
func (f *fitter) list(path string, raw json.RawMessage, v reflect.Value) bool {
	var raws []json.RawMessage
	if json.Unmarshal(raw, &raws) != nil {
		return false
	}
	for i, raw := range raws {
		item := reflect.New(v.Type().Elem()).Elem()
		if f.fit(fmt.Sprintf("%s[%d]", path, i), raw, item) {
			v.Set(reflect.Append(v, item))
		}
	}
	return true
}

// scalar sets a string, number or boolean from any JSON scalar that means one.
func scalar(raw json.RawMessage, v reflect.Value) bool {
	text := string(raw)
	switch firstByte(raw) {
	case '{', '[':
		return false
	case '"':
		if json.Unmarshal(raw, &text) != nil {
			return false
		}
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		return setInt(strings.TrimSpace(text), v)
	case reflect.Float64:
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return false
		}
		v.SetFloat(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(strings.TrimSpace(text))
		v.SetBool(b)
		return err == nil
	default:
		return false
	}
	return true
}

// setInt also takes 1.795e9 and 1795000101.5, which loses its fraction.
func setInt(text string, v reflect.Value) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		v.SetInt(n)
		return true
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.Abs(x) >= 1<<53 {
		return false
	}
	v.SetInt(int64(x))
	return true
}
