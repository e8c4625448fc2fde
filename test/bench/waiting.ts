import type { JobRun } from '../../api/job-run.ts';
import type { JobTemplate } from '../../api/job-template.ts';
import { ANNOTATION_MISSING_TEMPLATE, API_VERSION, REASON_WAITING_FOR_TEMPLATE } from '../../api/names.ts';
import { CONTROLLER_REVISIONS, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { namesOf } from './burst.ts';
import { heapEnvironment, memoryLimits } from './container-memory.ts';
import { countOf } from './count.ts';
import { round } from './latency.ts';
import { Probe } from './probe.ts';
import type { Figure, Report } from './report.ts';
import { admissionLabel, startSystem, userOf, type System } from './system.ts';
import { inParallel, templateOf } from './workload.ts';

const MIB = 2 ** 20;
/** Two arguments of this length are 250 kB, just below the largest run or template that is admitted. */
const ARGUMENT = 'y'.repeat(125_000);
/** For this long, the whole number is created and handled, and still waits. */
const WAIT_SECONDS = 86_400;
/**
 * etcd keeps the version of a run before its first status, and the revision of a template, beside the object itself. Six
 * thousand take twice the default quota of 2 GiB until etcd is compacted.
 */
const ETCD_FLAGS = [`--quota-backend-bytes=${8 * 1024 * MIB}`];
const CREATORS = 4;
const SAMPLES_AFTER_START = 20;
const PATIENCE = { timeoutMilliseconds: 1_800_000, intervalMilliseconds: 2_000 };
const OTHER = 'waiting-other';

export interface Waiting {
  /** JobRuns that wait for a template that does not exist, or JobTemplates without runs. */
  kind: 'JobRun' | 'JobTemplate';
  count: number;
  namespaces: number;
  /** The memory limit of both processes. Default: the limits of the chart. */
  limitMib?: number;
}

/**
 * As many large objects as etcd takes: whether a tenant in another namespace is still served while they are created and
 * after a restart of both processes, and how much memory and time the processes need.
 */
export async function measureWaiting(waiting: Waiting): Promise<Report> {
  const { limitMib } = waiting;
  const limits = limitMib === undefined ? await memoryLimits() : { webhook: limitMib, syncer: limitMib };
  const { webhook, syncer } = heapEnvironment(limits);
  const system = await startSystem({
    controllerManager: false,
    etcdFlags: ETCD_FLAGS,
    environment: { webhook, syncer: { ...syncer, MISSING_TEMPLATE_WAIT_SECONDS: String(WAIT_SECONDS) } },
  });
  try {
    const probe = await Probe.start(system, OTHER, admissionLabel);
    const longestBefore = Math.max(...(await createAll(system, probe, waiting)));
    await untilHandled(system, waiting);
    const before = await peaks(system);
    const started = await restart(system);
    const longestAfter = Math.max(...(await probe.delays((count) => count === SAMPLES_AFTER_START)));
    const after = await peaks(system);
    probe.stop();
    return {
      scenario: scenarioOf(waiting),
      figures: [
        ...['syncer', 'webhook'].map((name) => startFigure(name, started[name] ?? NaN)),
        memoryFigure('syncer', Math.max(before.syncer, after.syncer), limits.syncer),
        memoryFigure('webhook', Math.max(before.webhook, after.webhook), limits.webhook),
        otherFigure('while they are created', longestBefore),
        otherFigure('after the start', longestAfter),
        { name: 'objects in a wrong state', value: await countWrong(system, waiting), unit: '', atMost: 0 },
      ],
    };
  } finally {
    await system.stop();
  }
}

function scenarioOf({ kind, count, namespaces }: Waiting): string {
  const what = kind === 'JobRun' ? 'JobRuns of 250 kB that wait for a template' : 'JobTemplates of 250 kB';
  return `${count} ${what}, in ${namespaces === 1 ? 'one namespace' : `${namespaces} namespaces`}`;
}

const startFigure = (name: string, seconds: number): Figure => ({
  name: `until the ${name} is ready`,
  value: round(seconds),
  unit: 's',
  atMost: 60,
});

const memoryFigure = (name: string, bytes: number, limitMib: number): Figure => ({
  name: `RSS of the ${name}, at most`,
  value: round(bytes / MIB),
  unit: 'MiB',
  atMost: limitMib,
});

const otherFigure = (when: string, ms: number): Figure => ({
  name: `JobRun → Job of another namespace, ${when}, longest`,
  value: round(ms),
  unit: 'ms',
  atMost: 2000,
});

const namespaceOf = ({ namespaces }: Waiting, index: number): string => `waiting-${index % namespaces}`;

/** Returns the delays of another tenant in the meantime. */
async function createAll({ client, createNamespace }: System, probe: Probe, waiting: Waiting): Promise<number[]> {
  const names = namesOf('large', waiting.count);
  const places = namesOf('waiting', waiting.namespaces);
  await inParallel({ names: places, creators: CREATORS }, (name) => createNamespace(name, admissionLabel));
  let created = false;
  const create = async () => {
    try {
      await inParallel({ names, creators: CREATORS }, (name, index) =>
        waiting.kind === 'JobRun'
          ? client.create(JOB_RUNS, namespaceOf(waiting, index), largeRun(name))
          : client.create(JOB_TEMPLATES, namespaceOf(waiting, index), largeTemplate(name)),
      );
    } finally {
      created = true;
    }
  };
  const [delays] = await Promise.all([probe.delays(() => created), create()]);
  return delays;
}

const largeRun = (name: string): JobRun => ({
  apiVersion: API_VERSION,
  kind: 'JobRun',
  metadata: { name, annotations: { [ANNOTATION_MISSING_TEMPLATE]: 'Wait' } },
  spec: { templateRef: 'never-there', args: [ARGUMENT, ARGUMENT] },
});

function largeTemplate(name: string): JobTemplate {
  const template = templateOf('completed');
  template.metadata.name = name;
  template.spec.template.spec!.containers[0]!.args = [ARGUMENT, ARGUMENT];
  return template;
}

/** Each run has a status, and each template its revision. */
async function untilHandled(system: System, { kind, count }: Waiting): Promise<void> {
  const statuses = async () => {
    const events = await system.audit.since(0);
    const written = events.filter(
      ({ user, verb, objectRef, responseStatus }) =>
        user.username === userOf('syncer') &&
        verb === 'patch' &&
        objectRef?.resource === 'jobruns' &&
        objectRef.namespace !== OTHER &&
        responseStatus?.code === 200,
    );
    return new Set(written.map(({ objectRef }) => `${objectRef?.namespace}/${objectRef?.name}`)).size;
  };
  // One more is that of the other tenant.
  const revisions = async () => (await countOf(system.client, CONTROLLER_REVISIONS)) - 1;
  const handled = kind === 'JobRun' ? statuses : revisions;
  await waitFor('all to be handled', async () => ((await handled()) >= count ? true : undefined), PATIENCE);
}

async function peaks({ webhook, syncer }: System): Promise<{ webhook: number; syncer: number }> {
  const [ofWebhook, ofSyncer] = await Promise.all([webhook.usage(), syncer!.usage()]);
  return { webhook: ofWebhook.peakRssBytes, syncer: ofSyncer.peakRssBytes };
}

/** Restarts both processes at once. Returns the seconds that each takes until it is ready. */
async function restart(system: System): Promise<Record<string, number>> {
  await system.stopSyncer();
  const [webhook, syncer] = await Promise.all([system.restartWebhook(), system.startSyncer()]);
  const began = performance.now();
  const timed = async (started: typeof webhook) => {
    await started.ready(PATIENCE.timeoutMilliseconds);
    return (performance.now() - began) / 1000;
  };
  const [ofWebhook, ofSyncer] = await Promise.all([timed(webhook), timed(syncer)]);
  return { webhook: ofWebhook, syncer: ofSyncer };
}

/** Waiting runs that do not say so, or that have a Job. The other tenant has a Job for each of its runs. */
async function countWrong({ client }: System, waiting: Waiting): Promise<number> {
  const jobs = await countOf(client, JOBS);
  const ofOther = await countOf(client, JOBS, OTHER);
  if (waiting.kind === 'JobTemplate') return jobs - ofOther;
  let wrong = jobs - ofOther;
  const names = namesOf('large', waiting.count);
  await inParallel({ names, creators: CREATORS }, async (name, index) => {
    const { status } = await client.get<JobRun>(JOB_RUNS, { namespace: namespaceOf(waiting, index), name });
    if (status?.phase !== 'Pending' || !isWaiting(status)) wrong += 1;
  });
  return wrong;
}

const isWaiting = ({ conditions = [] }: NonNullable<JobRun['status']>): boolean =>
  conditions.some(({ reason }) => reason === REASON_WAITING_FOR_TEMPLATE);
