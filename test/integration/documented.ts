import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import type { Manifest } from '../chart/helm.ts';

/**
 * A piece of YAML that a reader may copy, and the comment above it: `<!-- refused: part of the message -->`, `<!--
 * merged into FILE -->` (a fragment), or `<!-- FILE -->` (a quotation).
 */
export interface Documented {
  /** File and line, for the name of a test. */
  where: string;
  text: string;
  comment: string;
}

export const readText = (path: string): string => readFileSync(join(repositoryDirectory, path), 'utf8');

/** Pages whose YAML is for readers. */
export const pages = (): string[] => [
  'README.md',
  'charts/job-template-run/README.md',
  ...readdirSync(join(repositoryDirectory, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const FENCE = /(?:^<!-- (?<comment>[^\n]*) -->\n\n)?^(?<indent> *)```ya?ml[^\n]*\n(?<text>[\s\S]*?)^ *```$/gm;

/** The fenced YAML blocks of a page, in order. */
export function yamlBlocks(page: string): Documented[] {
  const source = readText(page);
  return [...source.matchAll(FENCE)].map((match) => {
    const { comment = '', indent = '', text = '' } = match.groups ?? {};
    const line = source.slice(0, match.index).split('\n').length;
    return { where: `${page}:${line}`, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), comment };
  });
}

/** Folders below examples/ that contain YAML. The files of a folder are applied together. */
export const exampleFolders = (): string[] => [
  ...new Set(
    readdirSync(join(repositoryDirectory, 'examples'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.ya?ml$/.test(path))
      .map((path) => dirname(`examples/${path}`).replace(/\/templates$/, '')),
  ),
];

/** The YAML files of one folder, without those that tools read (Chart.yaml and the like). */
export const yamlFiles = (folder: string): string[] =>
  readdirSync(join(repositoryDirectory, folder))
    .filter((name) => /\.ya?ml$/.test(name) && !['Chart.yaml', 'values.yaml', 'kustomization.yaml'].includes(name))
    .map((name) => `${folder}/${name}`);

/** @throws if the text is not YAML. */
export function documentsOf(text: string): Record<string, unknown>[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Record<string, unknown>;
  });
}

/**
 * The first document of a file with the fragment merged over it: maps merge, everything else is replaced. It gets its
 * own name.
 */
export function merged(file: string, fragment: Record<string, unknown>, name: string): Manifest {
  const whole = overlay(parse(readText(file)), fragment) as Manifest;
  return { ...whole, metadata: { ...whole.metadata, name } };
}

function overlay(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, key in over ? overlay(under[key], over[key]) : under[key]]));
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isManifest = (document: Record<string, unknown>): document is Manifest =>
  typeof document['apiVersion'] === 'string' && typeof document['kind'] === 'string' && isMap(document['metadata']);

/** Namespaces, then everything but runs, then runs: in this order, each object finds what it references. */
export const inOrder = (manifests: readonly Manifest[]): Manifest[] =>
  manifests.toSorted((a, b) => rank(a.kind) - rank(b.kind));

function rank(kind: string): number {
  if (kind === 'Namespace') return 0;
  return kind === 'JobRun' ? 2 : 1;
}
