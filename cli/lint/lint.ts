import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { didYouMean, nearNames } from '../../core/errors/suggest.ts';
import { keyOfTemplate, templateKeyOfRun, templateKeyString } from '../../core/template/template-key.ts';
import type { TemplateKey } from '../../core/template/template-key.ts';
import type { Template } from '../../api/job-template.ts';
import { checkRun, checkShape, namesOlderRevision } from './check-run.ts';
import { checkTemplate } from './check-template.ts';
import type { CheckedTemplate } from './check-template.ts';
import { warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Manifest } from './read-manifests.ts';

/** A manifest, and what was found without a cluster. */
export interface LintedManifest {
  manifest: Manifest;
  findings: Finding[];
  /** What only the cluster knows; a warning without it. */
  unknown: Finding[];
}

interface FileTemplate extends CheckedTemplate {
  key: TemplateKey;
}

/**
 * Checks the manifests as admission does. The templates among them are known to the runs, wherever they are.
 *
 * @param namespace of the objects that name none; `undefined`: they are all in the same one
 */
export function lint(manifests: readonly Manifest[], namespace: string | undefined): LintedManifest[] {
  const placed = manifests.map((manifest) => ({ ...manifest, value: inNamespace(manifest.value, namespace) }));
  const isRun = ({ resource }: Manifest): boolean => resource === JOB_RUNS;
  const templates = new Map<string, FileTemplate>();
  const ofTemplates = placed.map((manifest) => (isRun(manifest) ? undefined : lintTemplate(manifest, templates)));
  return placed.map((manifest, at) => ofTemplates[at] ?? lintRun(manifest, templates));
}

function lintTemplate(manifest: Manifest, templates: Map<string, FileTemplate>): LintedManifest {
  const checked = checkTemplate(manifest.value);
  const linted = { manifest, findings: checked.findings, unknown: [] };
  const { metadata } = manifest.value;
  if (typeof metadata?.name !== 'string') return linted;
  const key = keyOfTemplate(manifest.value as Template);
  const text = templateKeyString(key);
  if (!templates.has(text)) templates.set(text, { ...checked, key });
  else linted.findings.push(warning('an object of this name is in the files before; runs are checked with that one'));
  return linted;
}

function lintRun(manifest: Manifest, templates: ReadonlyMap<string, FileTemplate>): LintedManifest {
  const shape = checkShape(manifest.value);
  if (shape.length > 0) return { manifest, findings: shape, unknown: [] };
  const run = manifest.value as JobRun;
  const template = templates.get(templateKeyString(templateKeyOfRun(run)));
  return { manifest, findings: checkRun(run, template?.version), unknown: unknownOf(run, template, templates) };
}

function unknownOf(
  run: JobRun,
  template: FileTemplate | undefined,
  templates: ReadonlyMap<string, FileTemplate>,
): Finding[] {
  if (template === undefined) return [notAmongFiles(run, templates)];
  if (template.version === undefined) {
    return [warning(`${called(template.key)} has errors, so this run was not checked with it`, 'spec.templateRef')];
  }
  if (!namesOlderRevision(run, template.version)) return [];
  const present = template.version.compiled.revision;
  const why = `the files have revision "${present}" of ${called(template.key)}; whether this one is stored was not checked`;
  return [warning(`${why}; use --server`, 'spec.templateRevision')];
}

function notAmongFiles(run: JobRun, templates: ReadonlyMap<string, FileTemplate>): Finding {
  const key = templateKeyOfRun(run);
  const others = Array.from(templates.values(), (template) => template.key)
    .filter(({ kind, namespace }) => kind === key.kind && namespace === key.namespace)
    .map(({ name }) => name);
  const hint = didYouMean(nearNames(key.name, others)) || 'add its file, or use --server';
  const what = `${called(key)} is not in the files, so its parameters and overrides were not checked`;
  return warning(`${what}; ${hint}`, 'spec.templateRef');
}

function called({ kind, name }: TemplateKey): string {
  return `${kind} "${name}"`;
}

function inNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  const { metadata } = object as { metadata?: unknown };
  const isMap = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  if (namespace === undefined || !isMap || object.kind === 'ClusterJobTemplate') return object;
  return { ...object, metadata: { namespace, ...metadata } };
}
