// The reference implementation, cel-go, behind the interface of evaluate.c: requests on stdin,
// answers on stdout, one JSON object a line.
//
//	{"refused": TEXT, "line": 1, "column": 5}   or   {"type": "bool", "value": VALUE}
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"
)

type request struct {
	Expr   string                     `json:"expr"`
	Types  map[string]string          `json:"types"`
	Values map[string]json.RawMessage `json:"values"`
}

func typeOf(text string) *cel.Type {
	switch {
	case strings.HasPrefix(text, "list("):
		return cel.ListType(typeOf(text[5 : len(text)-1]))
	case strings.HasPrefix(text, "map("):
		key, value, _ := strings.Cut(text[4:len(text)-1], ", ")
		return cel.MapType(typeOf(key), typeOf(value))
	}
	known := map[string]*cel.Type{"bool": cel.BoolType, "int": cel.IntType,
		"double": cel.DoubleType, "string": cel.StringType, "timestamp": cel.TimestampType,
		"duration": cel.DurationType, "dyn": cel.DynType, "null": cel.NullType}
	if found, ok := known[text]; ok {
		return found
	}
	panic("a type " + text)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func number(text string) float64 {
	return must(strconv.ParseFloat(text, 64))
}

func native(value any) any {
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = native(item)
		}
		return list
	case map[string]any:
		for tag, inner := range value {
			switch tag {
			case "map":
				made := map[any]any{}
				for _, pair := range inner.([]any) {
					made[native(pair.([]any)[0])] = native(pair.([]any)[1])
				}
				return made
			case "int":
				return must(strconv.ParseInt(inner.(string), 10, 64))
			case "double":
				return number(inner.(string))
			case "timestamp":
				return must(time.Parse(time.RFC3339Nano, inner.(string)))
			case "duration":
				return must(time.ParseDuration(inner.(string)))
			}
			panic("a value of kind " + tag)
		}
	}
	return value
}

func double(number float64) string {
	switch {
	case math.IsNaN(number):
		return "NaN"
	case math.IsInf(number, 1):
		return "Infinity"
	case math.IsInf(number, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(number, 'g', 17, 64)
}

func span(value time.Duration) string {
	sign, whole := "", uint64(value)
	if value < 0 {
		sign, whole = "-", -whole
	}
	text := fmt.Sprintf("%s%d.%09d", sign, whole/1e9, whole%1e9)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "s"
}

func said(value ref.Val) any {
	switch value := value.(type) {
	case types.Null:
		return nil
	case types.Bool:
		return bool(value)
	case types.String:
		return string(value)
	case types.Int:
		return map[string]any{"int": strconv.FormatInt(int64(value), 10)}
	case types.Double:
		return map[string]any{"double": double(float64(value))}
	case types.Timestamp:
		return map[string]any{"timestamp": value.Time.UTC().Format(time.RFC3339Nano)}
	case types.Duration:
		return map[string]any{"duration": span(value.Duration)}
	case *types.Type:
		return map[string]any{"type": value.TypeName()}
	case *types.Optional:
		if !value.HasValue() {
			return map[string]any{"optional": []any{}}
		}
		return map[string]any{"optional": []any{said(value.GetValue())}}
	case traits.Mapper:
		entries := []any{}
		for keys := value.Iterator(); keys.HasNext() == types.True; {
			key := keys.Next()
			entries = append(entries, []any{said(key), said(value.Get(key))})
		}
		return map[string]any{"map": entries}
	case traits.Lister:
		items := []any{}
		for all := value.Iterator(); all.HasNext() == types.True; {
			items = append(items, said(all.Next()))
		}
		return items
	}
	panic(fmt.Sprintf("a value of type %T", value))
}

func answer(environment *cel.Env, asked request) map[string]any {
	checked, issues := environment.Compile(asked.Expr)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		return map[string]any{"refused": first.Message, "line": first.Location.Line(),
			"column": first.Location.Column() + 1}
	}
	program, err := environment.Program(checked)
	if err != nil { // Found while planning: a bad pattern, say.
		return map[string]any{"refused": err.Error(), "line": 0, "column": 0}
	}
	values := map[string]any{}
	for name, raw := range asked.Values {
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			panic(err)
		}
		values[name] = native(value)
	}
	value, _, err := program.Eval(values)
	if err != nil {
		return map[string]any{"value": map[string]any{"error": err.Error()}}
	}
	return map[string]any{"type": checked.OutputType().String(), "value": said(value)}
}

func main() {
	environments := map[string]*cel.Env{}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			panic(err)
		}
		key := fmt.Sprint(asked.Types)
		if environments[key] == nil {
			options := []cel.EnvOption{cel.OptionalTypes(), ext.Strings(), ext.Math()}
			for name, kind := range asked.Types {
				options = append(options, cel.Variable(name, typeOf(kind)))
			}
			environments[key] = must(cel.NewEnv(options...))
		}
		text := must(json.Marshal(answer(environments[key], asked)))
		out.Write(append(text, '\n'))
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}
