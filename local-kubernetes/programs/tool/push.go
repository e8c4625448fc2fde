package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// pushImage pushes an image from an OCI image layout, or builds one from single files. Single files are enough for a
// static program such as busybox.
func pushImage(arguments []string) error {
	flags := flag.NewFlagSet("push", flag.ContinueOnError)
	reference := flags.String("to", "", "where to push: HOST:PORT/NAME:TAG")
	directory := flags.String("layout", "", "folder of an OCI image layout that contains one image")
	command := flags.String("command", "", "default command of a container, separated by spaces")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	var image v1.Image
	var err error
	if *directory != "" {
		image, err = readLayout(*directory)
	} else {
		image, err = makeImage(flags.Args(), strings.Fields(*command))
	}
	if err != nil {
		return err
	}
	target, err := name.ParseReference(*reference, name.Insecure)
	if err != nil {
		return err
	}
	return remote.Write(target, image)
}

func readLayout(directory string) (v1.Image, error) {
	index, err := layout.ImageIndexFromPath(directory)
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	if len(manifest.Manifests) != 1 {
		return nil, fmt.Errorf("%s contains %d images, not one", directory, len(manifest.Manifests))
	}
	return index.Image(manifest.Manifests[0].Digest)
}

func makeImage(entries, command []string) (v1.Image, error) {
	layer, err := makeLayer(entries)
	if err != nil {
		return nil, err
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return nil, err
	}
	return withConfig(image, v1.Config{
		Cmd: command,
		Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
	})
}

func withConfig(image v1.Image, config v1.Config) (v1.Image, error) {
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Config = "linux", runtime.GOARCH, config
	return mutate.ConfigFile(image, file)
}

// makeLayer accepts three forms of entries: `/path=file` (a program), `/path@/target` (a hard link to an earlier entry),
// and `/path/` (a folder that every user may write to).
func makeLayer(entries []string) (v1.Layer, error) {
	var content bytes.Buffer
	archive := tar.NewWriter(&content)
	for _, entry := range entries {
		if err := addEntry(archive, entry); err != nil {
			return nil, fmt.Errorf("entry %q: %w", entry, err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content.Bytes())), nil
	})
}

func addEntry(archive *tar.Writer, entry string) error {
	if path, file, found := strings.Cut(entry, "="); found {
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: strings.TrimPrefix(path, "/"), Mode: 0o755, Size: int64(len(body)), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		_, err = archive.Write(body)
		return err
	}
	if path, target, found := strings.Cut(entry, "@"); found {
		return archive.WriteHeader(&tar.Header{
			Name: strings.TrimPrefix(path, "/"), Linkname: strings.TrimPrefix(target, "/"), Mode: 0o755, Typeflag: tar.TypeLink,
		})
	}
	if strings.HasSuffix(entry, "/") {
		return archive.WriteHeader(&tar.Header{Name: strings.TrimPrefix(entry, "/"), Mode: 0o1777, Typeflag: tar.TypeDir})
	}
	return errors.New("neither /path=file nor /path@/target nor /path/")
}
