import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryDirectory } from '../../../local-kubernetes/paths.ts';
import { Outcomes, shell, type Work } from './outcomes.ts';

const namespace = 'e2e-results';
const outcomes = new Outcomes(namespace);
const { start, statusOf, reports } = outcomes;

const ROWS = { results: [{ name: 'rows', schema: { type: 'integer' } }] };
const handsOver = (text: string) => `printf '${text}' > /dev/termination-log`;

/** Runs that succeed and hand over results, and what becomes of them. */
const handing: Record<string, Work & { reason: string; results?: object }> = {
  'results-valid': {
    container: shell(handsOver('{"rows": 42}')),
    content: ROWS,
    reason: 'ResultsValid',
    results: { rows: 42 },
  },
  'results-of-second-attempt': {
    container: shell(
      `test -f /scratch/tried || { touch /scratch/tried; ${handsOver('failed')}; exit 1; }; ${handsOver('{"rows": 2}')}`,
      { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] },
    ),
    pod: { restartPolicy: 'OnFailure', volumes: [{ name: 'scratch', emptyDir: {} }] },
    spec: { backoffLimit: 3 },
    content: ROWS,
    reason: 'ResultsValid',
    results: { rows: 2 },
  },
  'results-wrong': { container: shell(handsOver('{"rows": "many"}')), content: ROWS, reason: 'ResultsInvalid' },
  // Kubernetes cuts it at the beginning.
  'results-too-long': {
    container: shell(
      `{ printf '{"rows": 42, "pad": "'; head -c 5000 /dev/zero | tr '\\0' x; printf '"}'; } > /dev/termination-log`,
    ),
    content: ROWS,
    reason: 'ResultsInvalid',
  },
  'results-missing': { container: shell('echo not here'), content: ROWS, reason: 'ResultsMissing' },
};

beforeAll(async () => {
  await outcomes.begin();
  await outcomes.install();
  await start(handing);
});
afterAll(async () => {
  await outcomes.end();
});

describe('results', () => {
  test.each(Object.entries(handing))('%s', async (name, { reason, results }) => {
    await reports(name, { phase: 'Succeeded' });
    const { conditions, ...status } = await statusOf(name);
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'ResultsValid', reason }));
    expect((status as { results?: object }).results).toEqual(results);
  });
});

describe('helm install --wait', { concurrent: false }, () => {
  const install = (name: string, chart: string) =>
    outcomes.cluster.helm('install', name, chart, '--namespace', namespace, '--wait', '--timeout', '2m');
  const chart = join(repositoryDirectory, 'examples', 'gitops-helm');

  test('returns when the run has succeeded', async () => {
    await install('waited', chart);
    expect(await statusOf('waited-1')).toMatchObject({ phase: 'Succeeded' });
  });

  test('fails when the run has failed', async () => {
    const broken = join(outcomes.cluster.scratch, 'broken');
    cpSync(chart, broken, { recursive: true });
    const file = join(broken, 'templates', 'template.yaml');
    const failing = readFileSync(file, 'utf8')
      .replace('[echo]', '[sh, -c, "exit 3"]')
      .replace('\nspec:\n', '\nspec:\n  backoffLimit: 0\n');
    writeFileSync(file, failing);
    await expect(install('broken', broken)).rejects.toThrow(/broken-1.*Failed/);
  });
});
