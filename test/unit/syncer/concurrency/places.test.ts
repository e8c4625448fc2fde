import { expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { LABEL_CONCURRENCY_GROUP } from '../../../../api/names.ts';
import { templateOutline, type TemplateOutline } from '../../../../core/template/outline.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { Places } from '../../../../syncer/concurrency/places.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

const FOUND = { kind: 'found', template: versionOfTemplate(echoTemplate()) } as const;
const OUTLINE = templateOutline(echoTemplate());
const LIMITED: TemplateOutline = { ...OUTLINE, runs: { concurrency: { policy: 'Queue' } } };
const LABELLED = echoRun({}, { labels: { [LABEL_CONCURRENCY_GROUP]: 'abc' } });
const WAITING: JobRun = {
  ...echoRun({ templateRevision: '0123456789' }),
  status: {
    phase: 'Pending',
    waiting: { reason: 'WaitingForTemplate', message: 'waiting', since: '2026-11-29T10:00:00Z' },
  },
};
const QUEUED: JobRun = { ...echoRun(), status: { phase: 'Queued' } };

function placesWith(outline: TemplateOutline | undefined): Places {
  const unexpected = (): never => {
    throw new Error('no request is expected');
  };
  return new Places({
    leases: { read: unexpected, write: unexpected, remove: unexpected },
    runs: { get: () => undefined },
    contents: { of: () => undefined },
    jobs: { byIndex: () => [] },
    templates: { outline: () => outline, cached: () => undefined },
    wake: () => undefined,
    check: () => undefined,
  });
}

it.each<[string, JobRun, TemplateOutline | undefined, string | undefined]>([
  ['was Queued and has lost its template waits for that', QUEUED, undefined, 'unknown'],
  ['has the label of a group and has lost its template waits for that', LABELLED, undefined, 'unknown'],
  ['waits already for its lost template continues to wait', WAITING, undefined, 'unknown'],
  ['never had a limit starts without its template', echoRun(), undefined, undefined],
  ['was Queued starts once the template has no limit', QUEUED, OUTLINE, undefined],
  ['has a limit gets into the line', QUEUED, LIMITED, 'outside'],
  [
    'has its Job is not held up',
    { ...LABELLED, status: { phase: 'Running', jobName: 'echo-hello' } },
    undefined,
    undefined,
  ],
])('a run that %s', (_what, run, outline, expected) => {
  expect(placesWith(outline).look(run, FOUND)?.kind).toBe(expected);
});
