package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificatesRequest is read from stdin. Existing authorities and keys are reused, so that what they signed stays
// valid. Certificates are always replaced.
type certificatesRequest struct {
	Directory    string        `json:"directory"`
	Authorities  []string      `json:"authorities"`  // NAME.crt and NAME.key each
	Keys         []string      `json:"keys"`         // NAME.key and NAME.pub each
	Certificates []certificate `json:"certificates"` // NAME.crt and NAME.key each
}

type certificate struct {
	Name          string   `json:"name"`
	Authority     string   `json:"authority"`
	CommonName    string   `json:"commonName"`
	Organizations []string `json:"organizations"`
	Hosts         []string `json:"hosts"` // DNS names and IP addresses of a server; empty for a client
	ValidSeconds  int64    `json:"validSeconds"`
}

const authorityValidity = 10 * 365 * 24 * time.Hour

func makeCertificates([]string) error {
	var request certificatesRequest
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return fmt.Errorf("the request on stdin: %w", err)
	}
	if err := os.MkdirAll(request.Directory, 0o700); err != nil {
		return err
	}
	for _, name := range request.Authorities {
		if err := unlessExists(filepath.Join(request.Directory, name), makeAuthority); err != nil {
			return err
		}
	}
	for _, name := range request.Keys {
		if err := unlessExists(filepath.Join(request.Directory, name), makeKeyPair); err != nil {
			return err
		}
	}
	for _, wanted := range request.Certificates {
		if err := makeCertificate(request.Directory, wanted); err != nil {
			return fmt.Errorf("certificate %s: %w", wanted.Name, err)
		}
	}
	return nil
}

// unlessExists creates a pair of files if it does not exist. The key is written last, so an incomplete pair is created
// again.
func unlessExists(path string, write func(path string) error) error {
	_, err := os.Stat(path + ".key")
	if errors.Is(err, fs.ErrNotExist) {
		return write(path)
	}
	return err
}

func makeAuthority(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template, err := newTemplate(pkix.Name{CommonName: filepath.Base(path)}, authorityValidity)
	if err != nil {
		return err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	if err := writePEM(path+".crt", "CERTIFICATE", der); err != nil {
		return err
	}
	return writeKey(path+".key", key)
}

// makeKeyPair creates the key pair that signs ServiceAccount tokens. It is RSA, because the API server's discovery
// document declares RS256.
func makeKeyPair(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writePEM(path+".pub", "PUBLIC KEY", public); err != nil {
		return err
	}
	return writePEM(path+".key", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
}

func makeCertificate(directory string, wanted certificate) error {
	authority, authorityKey, err := readAuthority(filepath.Join(directory, wanted.Authority))
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	subject := pkix.Name{CommonName: wanted.CommonName, Organization: wanted.Organizations}
	template, err := newTemplate(subject, time.Duration(wanted.ValidSeconds)*time.Second)
	if err != nil {
		return err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if len(wanted.Hosts) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	for _, host := range wanted.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, authority, key.Public(), authorityKey)
	if err != nil {
		return err
	}
	path := filepath.Join(directory, wanted.Name)
	if err := writePEM(path+".crt", "CERTIFICATE", der); err != nil {
		return err
	}
	return writeKey(path+".key", key)
}

func newTemplate(subject pkix.Name, validity time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-time.Minute),
		NotAfter:     now.Add(validity),
	}, nil
}

func readAuthority(path string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certificateDER, err := readPEM(path + ".crt")
	if err != nil {
		return nil, nil, err
	}
	parsed, err := x509.ParseCertificate(certificateDER)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := readPEM(path + ".key")
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParseECPrivateKey(keyDER)
	return parsed, key, err
}

func readPEM(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s contains no PEM block", path)
	}
	return block.Bytes, nil
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "EC PRIVATE KEY", der)
}

// writePEM replaces the file atomically, so that no reader sees a part of it.
func writePEM(path, kind string, der []byte) error {
	partial := path + ".partial"
	if err := os.WriteFile(partial, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		return err
	}
	return os.Rename(partial, path)
}
