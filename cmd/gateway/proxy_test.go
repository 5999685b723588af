package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// certificateFor is a certificate for host that signs itself, and a file that has it.
func certificateFor(t *testing.T, host string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// tunnels is a proxy that leads each CONNECT to one address, where it does not refuse.
type tunnels struct {
	to      string
	mu      sync.Mutex
	asked   []string // host and port of each, and its authorization
	refuses bool
}

func (p *tunnels) serve(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	r, err := http.ReadRequest(reader)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host+" "+r.Header.Get("Proxy-Authorization"))
	refuses := p.refuses
	p.mu.Unlock()
	if refuses {
		_, _ = io.WriteString(conn, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
		return
	}
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(server, reader) }()
	_, _ = io.Copy(conn, server)
}

// Calls of SageMaker with TLS go through a tunnel of HTTPS_PROXY, whose user and password
// the proxy gets and nobody else. Where it refuses, the client gets 502.
func TestHTTPSProxy(t *testing.T) {
	t.Parallel()
	const host = "runtime.sagemaker.us-east-1.amazonaws.com"
	certificate, bundle := certificateFor(t, host)
	runtime := startRuntime(t)
	secure := httptest.NewUnstartedServer(runtime)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	proxy := &tunnels{to: secure.Listener.Addr().String()}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go proxy.serve(conn)
		}
	}()
	env := environment(runtime, map[string]string{
		"HTTPS_PROXY": "http://me:secret@" + listener.Addr().String(), "AWS_CA_BUNDLE": bundle, "MAX_ATTEMPTS": "1",
	})
	delete(env, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME")
	s := startServer(t, env)
	client := newClient()
	defer client.CloseIdleConnections()
	for range 3 {
		if got := post(client, "http://"+s.address+"/invocations", "a"); got != (ended{status: 200, body: "a"}) {
			t.Errorf("got %+v", got)
		}
	}
	if n := len(runtime.Calls()); n != 3 {
		t.Errorf("%d calls arrived", n)
	}
	for _, call := range runtime.Calls() {
		if got := call.Header.Get("Proxy-Authorization"); got != "" {
			t.Errorf("SageMaker got %q", got)
		}
	}
	proxy.mu.Lock()
	if want := "CONNECT " + host + ":443 Basic bWU6c2VjcmV0"; len(proxy.asked) == 0 || proxy.asked[0] != want {
		t.Errorf("the proxy was asked for %q, want %q", proxy.asked, want)
	}
	proxy.refuses = true
	proxy.mu.Unlock()
	refused := startServer(t, env)
	got := post(client, "http://"+refused.address+"/invocations", "a")
	if got.status != 502 || got.code != "EndpointUnreachable" {
		t.Errorf("a proxy that refuses: got %+v", got)
	}
}
