// Calls every operation of the published CodeArts Build client that is among the given routes, and prints one line of
// JSON for each: {"method", "answer"}, with what the client made of a JSON answer, or {"method", "text"} of a file.
// Reads from stdin {"url", "ak", "sk", "project_id", "routes": [PATH], "values": {NAME: VALUE}}; {} in a path is a parameter.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/invoker"
	v3 "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartsbuild/v3"
)

type input struct {
	URL       string                     `json:"url"`
	AK        string                     `json:"ak"`
	SK        string                     `json:"sk"`
	ProjectID string                     `json:"project_id"`
	Routes    []string                   `json:"routes"`
	Values    map[string]json.RawMessage `json:"values"`
}

type line struct {
	Method string      `json:"method"`
	Answer interface{} `json:"answer,omitempty"`
	Text   *string     `json:"text,omitempty"`
}

// Answers that are files have this.
type consumer interface {
	Consume(io.Writer) (int64, error)
}

var parameter = regexp.MustCompile(`{\w+}`)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(stdin io.Reader, stdout io.Writer) error {
	var given input
	if err := json.NewDecoder(stdin).Decode(&given); err != nil {
		return err
	}
	client, err := newClient(given)
	if err != nil {
		return err
	}
	served := map[string]bool{}
	for _, route := range given.Routes {
		served[route] = true
	}
	lines := json.NewEncoder(stdout)
	// The client has a method NAME and a method NAMEInvoker for each operation; the latter tells the route.
	for i := 0; i < client.NumMethod(); i++ {
		name := strings.TrimSuffix(client.Type().Method(i).Name, "Invoker")
		if name == client.Type().Method(i).Name || !isServed(client.Method(i), served) {
			continue
		}
		printed, err := call(name, client.MethodByName(name), given.Values)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := lines.Encode(printed); err != nil {
			return err
		}
	}
	return nil
}

func newClient(given input) (reflect.Value, error) {
	credentials, err := basic.NewCredentialsBuilder().
		WithAk(given.AK).WithSk(given.SK).WithProjectId(given.ProjectID).SafeBuild()
	if err != nil {
		return reflect.Value{}, err
	}
	client, err := v3.CodeArtsBuildClientBuilder().
		WithEndpoints([]string{given.URL}).WithCredential(credentials).SafeBuild()
	if err != nil {
		return reflect.Value{}, err
	}
	return reflect.ValueOf(v3.NewCodeArtsBuildClient(client)), nil
}

func isServed(newInvoker reflect.Value, served map[string]bool) bool {
	made := newInvoker.Call([]reflect.Value{reflect.New(newInvoker.Type().In(0).Elem())})[0].Interface()
	route := made.(interface{ GetBaseInvoker() *invoker.BaseInvoker }).GetBaseInvoker().Exchange.ApiReference
	return route.Method == "GET" && served[parameter.ReplaceAllString(route.Path, "{}")]
}

func call(name string, method reflect.Value, values map[string]json.RawMessage) (line, error) {
	request := reflect.New(method.Type().In(0).Elem())
	if err := fill(request.Elem(), values); err != nil {
		return line{}, err
	}
	results := method.Call([]reflect.Value{request})
	if err, failed := results[1].Interface().(error); failed {
		return line{}, err
	}
	answer := results[0].Interface()
	file, isFile := answer.(consumer)
	if !isFile {
		return line{Method: name, Answer: answer}, nil
	}
	var content strings.Builder
	_, err := file.Consume(&content)
	text := content.String()
	return line{Method: name, Text: &text}, err
}

// Sets the fields that the values name. A number may be a string here, and the other way round.
func fill(request reflect.Value, values map[string]json.RawMessage) error {
	for i := 0; i < request.NumField(); i++ {
		name := strings.Split(request.Type().Field(i).Tag.Get("json"), ",")[0]
		value, given := values[name]
		if !given {
			continue
		}
		field := request.Field(i).Addr().Interface()
		bare := strings.Trim(string(value), `"`)
		if json.Unmarshal(value, field) == nil || json.Unmarshal([]byte(bare), field) == nil {
			continue
		}
		if err := json.Unmarshal([]byte(`"`+bare+`"`), field); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
