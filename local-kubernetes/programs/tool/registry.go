package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
)

// serveRegistry serves images from a folder over plain HTTP. The library stores manifests in memory only. So each pushed
// manifest is also written to the folder, and the next start pushes it again.
func serveRegistry(arguments []string) error {
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	address := flags.String("listen", "127.0.0.1:5000", "address to listen at")
	directory := flags.String("directory", "", "folder of the images")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	blobs, manifests := filepath.Join(*directory, "blobs"), filepath.Join(*directory, "manifests")
	for _, folder := range []string{blobs, manifests} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	images := registry.New(registry.WithBlobHandler(registry.NewDiskBlobHandler(blobs)), registry.Logger(log.Default()))
	if err := restoreManifests(images, manifests); err != nil {
		return err
	}
	return http.ListenAndServe(*address, keepManifests(images, manifests))
}

func restoreManifests(images http.Handler, directory string) error {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".partial") {
			continue
		}
		stored, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			return err
		}
		contentType, body, _ := bytes.Cut(stored, []byte("\n"))
		put := httptest.NewRequest(http.MethodPut, unescapePath(entry.Name()), bytes.NewReader(body))
		put.Header.Set("Content-Type", string(contentType))
		answer := httptest.NewRecorder()
		images.ServeHTTP(answer, put)
		if answer.Code != http.StatusCreated {
			return fmt.Errorf("restore %s: %s", put.URL.Path, answer.Body)
		}
	}
	return nil
}

func keepManifests(images http.Handler, directory string) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodPut || !strings.Contains(request.URL.Path, "/manifests/") {
			images.ServeHTTP(response, request)
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		path := filepath.Join(directory, escapePath(request.URL.Path))
		stored := append([]byte(request.Header.Get("Content-Type")+"\n"), body...)
		if err = os.WriteFile(path+".partial", stored, 0o644); err == nil {
			err = os.Rename(path+".partial", path)
		}
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		images.ServeHTTP(response, request)
	})
}

// '%' and '/' are the only characters of a request path that must be escaped in a file name.
var pathEscaper = strings.NewReplacer("%", "%25", "/", "%2F")
var pathUnescaper = strings.NewReplacer("%25", "%", "%2F", "/")

func escapePath(path string) string   { return pathEscaper.Replace(path) }
func unescapePath(name string) string { return pathUnescaper.Replace(name) }
