import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../bench/process.ts';
import { isMet } from '../bench/report.ts';
import { measureWaiting, type Waiting } from '../bench/waiting.ts';

/** Starting and filling a control plane takes a minute on a slow machine. */
const LIMIT_MS = 600_000;

beforeAll(compile, LIMIT_MS);

/** Less than the chart's limits, and less than a process needs that caches these objects. */
const limitMib = 256;

/** The scenarios `waiting` of the bench, in a size that takes little time. Times are not checked: they depend on the machine. */
describe('with hundreds of large objects, both processes stay within 256 MiB, and another namespace is served', () => {
  it.each<[string, Waiting]>([
    ['runs that wait, in one namespace', { kind: 'JobRun', count: 600, namespaces: 1, limitMib }],
    ['runs that wait, in many namespaces', { kind: 'JobRun', count: 200, namespaces: 100, limitMib }],
    ['templates', { kind: 'JobTemplate', count: 600, namespaces: 1, limitMib }],
  ])(
    '%s',
    async (_what, waiting) => {
      const { figures } = await measureWaiting(waiting);
      const checked = figures.filter(({ unit }) => unit === 'MiB' || unit === '');
      expect(checked).toHaveLength(3);
      expect(checked.filter((figure) => isMet(figure) !== true)).toEqual([]);
    },
    LIMIT_MS,
  );
});
