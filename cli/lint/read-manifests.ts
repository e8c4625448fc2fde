import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { API_VERSION, GROUP } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { didYouMean, nearNames } from '../../core/errors/suggest.ts';
import { inBytes } from '../../core/errors/in-bytes.ts';
import { quotedList } from '../../core/errors/quoted.ts';
import { findFiles } from './find-files.ts';
import type { FoundFile } from './find-files.ts';
import { errors } from './finding.ts';
import type { Finding, Problem } from './finding.ts';
import { readDocuments } from './read-documents.ts';
import type { SourceObject } from './read-documents.ts';

/** A JobRun or a template in a file. Its shape is not checked. */
export interface Manifest extends SourceObject {
  resource: Resource;
  value: KubeObject;
}

export interface Manifests {
  manifests: Manifest[];
  problems: Problem[];
  /** How many files were read. */
  files: number;
  /** How many objects of other kinds, and files of other formats, were passed over. */
  passedOver: number;
}

const LARGEST_FILE = 4 * 1024 * 1024;
const RESOURCES = [JOB_RUNS, JOB_TEMPLATES, CLUSTER_JOB_TEMPLATES];
const HELM = /\{\{-?\s/;

/** Reads the manifests of our kinds in the named files and folders. */
export async function readManifests(named: readonly string[], stdin: Readable): Promise<Manifests> {
  const { files, unreadable } = await findFiles(named);
  const problems = unreadable.map(({ path, why }) => problemOf(path, 1, `cannot be read: ${why}`));
  const read: Manifests = { manifests: [], problems, files: files.length, passedOver: 0 };
  for (const file of files) await addFile(read, file, stdin);
  return read;
}

async function addFile(read: Manifests, { path, isNamed }: FoundFile, stdin: Readable): Promise<void> {
  const content = await contentOf(path, stdin);
  if (typeof content !== 'string') {
    read.problems.push(problemOf(path, 1, content.why));
    return;
  }
  const { objects, mistake } = readDocuments(path, content);
  // A folder can contain files of other tools, which need not be manifests.
  if (mistake && !isNamed && !content.includes(GROUP)) read.passedOver++;
  else if (mistake) read.problems.push(problemOf(path, mistake.line, noYaml(mistake.message, content)));
  for (const object of objects) addObject(read, object);
}

async function contentOf(path: string, stdin: Readable): Promise<string | { why: string }> {
  try {
    if (path === '-') return await textWithin(stdin);
    await using file = await open(path);
    const { size } = await file.stat();
    if (size <= LARGEST_FILE) return await textWithin(file.createReadStream());
    return { why: `has ${inBytes(size)}, and can have at most ${inBytes(LARGEST_FILE)}; split it` };
  } catch (error) {
    return { why: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The size of a pipe is not known before it ends. */
async function textWithin(source: Readable): Promise<string | { why: string }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const part of source as AsyncIterable<Buffer | string>) {
    const chunk = typeof part === 'string' ? Buffer.from(part) : part;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > LARGEST_FILE) return { why: `has more than ${inBytes(LARGEST_FILE)}; split it` };
  }
  return Buffer.concat(chunks).toString('utf8');
}

function noYaml(message: string, content: string): string {
  const what = `is neither YAML nor JSON: ${message}`;
  return HELM.test(content) ? `${what}; of a chart, check what "helm template" prints, with the file name "-"` : what;
}

function addObject(read: Manifests, object: SourceObject): void {
  const { apiVersion, kind } = (object.value ?? {}) as { apiVersion?: unknown; kind?: unknown };
  if (typeof apiVersion !== 'string' || apiVersion.split('/')[0] !== GROUP) {
    read.passedOver++;
    return;
  }
  const resource = RESOURCES.find((known) => known.kind === kind);
  const wrong = typeErrors(apiVersion, kind);
  if (resource !== undefined && wrong.length === 0) {
    read.manifests.push({ ...object, resource, value: object.value as KubeObject });
  }
  read.problems.push(...problemsOf(object, wrong));
}

function typeErrors(apiVersion: string, kind: unknown): Finding[] {
  const kinds = RESOURCES.map((known) => known.kind);
  const hint = typeof kind === 'string' ? didYouMean(nearNames(kind, kinds)) : '';
  const noKind = `${GROUP} has no such kind; ${hint === '' ? `its kinds are ${quotedList(kinds)}` : hint}`;
  return errors([
    ...(apiVersion === API_VERSION ? [] : [{ path: 'apiVersion', message: `there is only ${API_VERSION}` }]),
    ...(kinds.some((known) => known === kind) ? [] : [{ path: 'kind', message: noKind }]),
  ]);
}

/** The findings about one object, at their lines. */
export function problemsOf(object: SourceObject, findings: readonly Finding[]): Problem[] {
  const { file, lineOf, value } = object;
  const called = nameOf(value);
  return findings.map((finding) => ({ ...finding, file, line: lineOf(finding.path), object: called }));
}

/** `KIND/NAME`, as far as the object has them. */
export function nameOf(value: unknown): string {
  const { kind, metadata } = value as { kind?: unknown; metadata?: { name?: unknown; generateName?: unknown } | null };
  return [kind, metadata?.name ?? metadata?.generateName].filter((part) => typeof part === 'string').join('/');
}

function problemOf(file: string, line: number, message: string): Problem {
  return { severity: 'error', file, line, object: '', path: '', message };
}
