/**
 * Takes a new copy of Kubernetes' definitions of JobSpec and JobStatus from the Go module k8s.io/kubernetes:
 * `npm run generate:kubernetes [-- v1.37.2]`. Needs Go; `npm run generate` does not.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { JsonSchema } from '../api/kubernetes/json-schema.ts';
import { refTarget } from '../api/kubernetes/json-schema.ts';
import { repositoryPath } from './repository.ts';

const MODULE = 'k8s.io/kubernetes';
const FILE = 'api/openapi-spec/swagger.json';
const TARGET = 'api/kubernetes/definitions.json';
const ROOTS = ['io.k8s.api.batch.v1.JobSpec', 'io.k8s.api.batch.v1.JobStatus'];

const versionWanted = (): string => {
  const [given] = process.argv.slice(2);
  if (given !== undefined) return given;
  const current = JSON.parse(readFileSync(repositoryPath(TARGET), 'utf8')) as { source: { version: string } };
  return current.source.version;
};

/** Every definition that a `$ref` leads to from `roots`, sorted by name, verbatim. */
const reachable = (all: Record<string, JsonSchema>, roots: string[]): Record<string, JsonSchema> => {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const definition = all[name];
    if (definition === undefined) throw new Error(`${FILE} has no definition ${name}`);
    JSON.stringify(definition, (key, value: unknown) => {
      if (key === '$ref' && typeof value === 'string') visit(refTarget(value));
      return value;
    });
  };
  roots.forEach(visit);
  return Object.fromEntries([...found].sort().map((name) => [name, all[name]])) as Record<string, JsonSchema>;
};

const version = versionWanted();
const download = execFileSync('go', ['mod', 'download', '-json', `${MODULE}@${version}`], { encoding: 'utf8' });
const module = JSON.parse(download) as { Dir: string; Version: string; Sum: string };
const text = readFileSync(join(module.Dir, FILE), 'utf8');
const document = JSON.parse(text) as { definitions: Record<string, JsonSchema> };
const copy = {
  source: {
    module: MODULE,
    version: module.Version,
    moduleSum: module.Sum,
    file: FILE,
    sha256: createHash('sha256').update(text).digest('hex'),
    license: 'Apache-2.0, Copyright The Kubernetes Authors',
    refresh: 'npm run generate:kubernetes -- VERSION',
  },
  definitions: reachable(document.definitions, ROOTS),
};
const json = await format(JSON.stringify(copy), { parser: 'json', printWidth: 120 });
writeFileSync(repositoryPath(TARGET), json);
console.log(`${TARGET}: ${Object.keys(copy.definitions).length} definitions of Kubernetes ${module.Version}`);
