package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
)

const serviceTime = 5 * time.Millisecond

// play runs one of the processes.
func play(role, target string, length time.Duration) error {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	var handler http.Handler
	switch role {
	case "stub":
		handler = http.HandlerFunc(answer)
	case "faulty":
		handler = newFaulty()
	case "proxy":
		proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: target})
		proxy.Transport = transport()
		handler = proxy
	case "signer":
		handler = signing(target)
	case "sdk":
		log.Info("listening", "address", "")
		return loop(target, length)
	default:
		return fmt.Errorf("there is no role %q", role)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	log.Info("listening", "address", listener.Addr().String())
	return http.Serve(listener, handler)
}

func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 1000
	t.Proxy = nil
	return t
}

// answer is the stub endpoint.
func answer(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	time.Sleep(serviceTime)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// signing is the simplest signing proxy: it reads the body, signs with the SDK's
// signer, sends, and copies the answer.
func signing(target string) http.HandlerFunc {
	client := &http.Client{Transport: transport()}
	signer := v4.NewSigner()
	cache := aws.NewCredentialsCache(provider)
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		url := "http://" + target + "/endpoints/predictions/invocations"
		out, err := http.NewRequestWithContext(r.Context(), http.MethodPost, url, bytes.NewReader(data))
		if err == nil {
			out.Header.Set("Content-Type", r.Header.Get("Content-Type"))
			var c aws.Credentials
			if c, err = cache.Retrieve(r.Context()); err == nil {
				sum := sha256.Sum256(data)
				err = signer.SignHTTP(r.Context(), c, out, hex.EncodeToString(sum[:]), "sagemaker", "eu-west-1", time.Now())
			}
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		response, err := client.Do(out)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		w.Header().Set("Content-Type", response.Header.Get("Content-Type"))
		w.WriteHeader(response.StatusCode)
		_, _ = io.Copy(w, response.Body)
	}
}

var provider = credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "a-secret-key", "a-session-token")

// loop calls the SDK's client from as many goroutines as the other programs have
// connections.
func loop(target string, length time.Duration) error {
	client := sagemakerruntime.New(sagemakerruntime.Options{
		Region: "eu-west-1", BaseEndpoint: aws.String("http://" + target), Credentials: aws.NewCredentialsCache(provider),
		Retryer: aws.NopRetryer{}, HTTPClient: &http.Client{Transport: transport()},
	})
	f, err := run(length, func() (func() error, error) {
		return func() error {
			_, err := client.InvokeEndpoint(context.Background(), &sagemakerruntime.InvokeEndpointInput{
				EndpointName: aws.String("predictions"), ContentType: aws.String("application/json"), Body: body})
			return err
		}, nil
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"msg": "measured", "figures": map[string]any{
		"PerSecond": f.perSecond, "P50": f.p50, "P99": f.p99, "Failed": f.failed, "All": f.all}})
}
