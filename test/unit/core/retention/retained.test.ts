import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../../../api/wire.ts';
import { isRetained } from '../../../../core/retention/retained.ts';

const retained: [string, ObjectMeta][] = [
  ['a user wants to keep', { annotations: { 'hematoscope.app/retain': 'true' } }],
  ['a user wants to keep, in other words', { annotations: { 'hematoscope.app/retain': 'yes' } }],
  ['Helm installed', { annotations: { 'meta.helm.sh/release-name': 'batch' } }],
  ['Helm installed, by its label', { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }],
  ['Argo CD tracks', { annotations: { 'argocd.argoproj.io/tracking-id': 'app:hematoscope.app/JobRun:ns/run' } }],
  ['Argo CD tracks by label', { labels: { 'app.kubernetes.io/instance': 'app' } }],
  ['Argo CD tracks by another label', { labels: { 'argocd.argoproj.io/instance': 'app' } }],
  ['a Kustomization of Flux applied', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'app' } }],
  ['a HelmRelease of Flux applied', { labels: { 'helm.toolkit.fluxcd.io/name': 'app' } }],
  ['a ResourceSet of Flux applied', { labels: { 'resourceset.fluxcd.controlplane.io/name': 'app' } }],
];

describe('a run is never removed that', () => {
  it.each(retained)('%s', (_what, metadata) => {
    expect(isRetained(metadata)).toBe(true);
  });
});

const others: [string, ObjectMeta][] = [
  ['no labels or annotations', {}],
  ['only those of the product', { labels: { 'hematoscope.app/job-template': 'echo' } }],
  ['no wish to be retained any more', { annotations: { 'hematoscope.app/retain': 'false' } }],
  ['another manager', { labels: { 'app.kubernetes.io/managed-by': 'pipeline' } }],
];

describe('a run can be removed that has', () => {
  it.each(others)('%s', (_what, metadata) => {
    expect(isRetained(metadata)).toBe(false);
  });
});
