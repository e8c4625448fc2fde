import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { useCluster, type Cluster } from './cluster.ts';
import { installChart, removeEverything } from './install.ts';
import { placeIn, type Place } from './objects.ts';

const namespace = 'e2e-gitops';
const chart = join(repositoryDirectory, 'examples', 'gitops-helm');
const kustomization = join(repositoryDirectory, 'examples', 'gitops-kustomize');

/** A run and its template, delivered together by tools that apply in their own order. */
describe('a template and its run, delivered together', { concurrent: false }, () => {
  let cluster: Cluster;
  let place: Place;

  beforeAll(async () => {
    cluster = await useCluster();
    place = placeIn(cluster, namespace);
    await removeEverything(cluster);
    await installChart(cluster);
    await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s');
    await cluster.kubectl('create', 'namespace', namespace);
  });

  afterAll(async () => {
    await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s');
    await removeEverything(cluster);
  });

  const helm = (...args: string[]) => cluster.helm(...args, '--namespace', namespace);

  test('helm install is denied without the annotation: Helm applies the run first', async () => {
    const strict = join(cluster.scratch, 'strict');
    cpSync(chart, strict, { recursive: true });
    const file = join(strict, 'templates', 'run.yaml');
    const text = readFileSync(file, 'utf8');
    const without = text.replace(/^.*missing-template.*\n/m, '');
    expect(without).not.toBe(text);
    writeFileSync(file, without);
    await expect(helm('install', 'strict', strict)).rejects.toThrow(/spec\.templateRef: Not found: "strict-1"/);
    await helm('uninstall', 'strict', '--ignore-not-found');
  });

  test('helm install with the annotation runs the template', async () => {
    await helm('install', 'hello', chart);
    expect(await place.phaseAtEnd('hello-1')).toBe('Succeeded');
    expect(await place.logs('hello-1')).toBe('Hello\n');
  });

  test('helm upgrade creates a run of the new template and does not touch the old run', async () => {
    await helm('upgrade', 'hello', chart, '--set', 'greeting=Good morning');
    expect(await place.phaseAtEnd('hello-2')).toBe('Succeeded');
    expect(await place.logs('hello-2')).toBe('Good morning\n');
    expect(await place.logs('hello-1')).toBe('Hello\n');
  });

  test('kubectl apply -k works as a dry run and for real, and changes nothing the second time', async () => {
    const apply = (...more: string[]) => place.kubectl('apply', '-k', kustomization, ...more);
    const outputOfApply = (template: string, run: string) =>
      `jobtemplate.hematoscope.app/nightly ${template}\njobrun.hematoscope.app/nightly-1 ${run}\n`;
    const created = 'created (server dry run)';
    expect(await apply('--dry-run=server')).toBe(outputOfApply(created, created));
    expect(await place.kubectl('get', 'jobtemplates,jobruns', 'nightly', 'nightly-1', '--ignore-not-found')).toBe('');
    expect(await apply()).toBe(outputOfApply('created', 'created'));
    expect(await place.phaseAtEnd('nightly-1')).toBe('Succeeded');
    expect(await place.logs('nightly-1')).toBe('good night\n');
    expect(await apply()).toBe(outputOfApply('unchanged', 'unchanged'));
  });

  test('a commit that changes the template and names a new run gets the new template', async () => {
    const next = join(cluster.scratch, 'next');
    cpSync(kustomization, next, { recursive: true });
    const change = (file: string, from: string, to: string) => {
      const text = readFileSync(join(next, file), 'utf8');
      expect(text).toContain(from);
      writeFileSync(join(next, file), text.replace(from, to));
    };
    change('template.yaml', 'good night', 'sleep well');
    change('run.yaml', 'nightly-1', 'nightly-2');
    await place.kubectl('apply', '-k', next);
    expect(await place.phaseAtEnd('nightly-2')).toBe('Succeeded');
    expect(await place.logs('nightly-2')).toBe('sleep well\n');
  });
});
