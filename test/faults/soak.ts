/**
 * `npm run soak`: a steady load with a fault every half minute; checks that memory and sockets stay flat. Prints one
 * line of JSON. With `--write` it stores the figures in docs/soak.json and shows them in docs/performance.md.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { connectionsOf, usageOf } from '../bench/usage.ts';
import { machine, writeBlock, writeJson } from '../bench/write.ts';
import { checkMachine } from '../../local-kubernetes/preflight/check-machine.ts';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import type { FaultProxy } from '../integration/fault-proxy.ts';
import type { SyncerProcess } from '../integration/syncer-process.ts';
import { Arena, DEFAULT_LEASE, SYNCERS } from './arena.ts';
import { allWell, listAll } from './checker.ts';
import { soakText, watched, type SoakReport } from './soak-report.ts';
import { startWebhookTarget } from './webhook-target.ts';

const { minutes, write } = program
  .name('npm run soak --')
  .description('Loads the extension for a while, breaks something every 30 s, and watches memory and sockets.')
  .option('--minutes <n>', 'how long', Number, 30)
  .option('--write', 'show the result in docs/performance.md')
  .parse()
  .opts<{ minutes: number; write?: true }>();

const RUNS_A_SECOND = 5;
const FAULT_EVERY_MS = 30_000;
const SAMPLE_EVERY_MS = 5_000;
/** A finished run is deleted after this time, so that the number of runs levels off. */
const KEPT_MS = 60_000;

await checkMachine(['control-plane']);
const arena = await Arena.start();
const { controlPlane } = arena.environment;
const webhook = await startWebhookTarget(arena.environment);
const namespace = await arena.begin();
const processes = new Map<string, SyncerProcess>();
const proxies: FaultProxy[] = [];
for (const name of SYNCERS) {
  const proxy = await arena.proxy(name);
  proxies.push(proxy);
  processes.set(name, arena.syncer(name, { proxy, env: DEFAULT_LEASE }));
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    webhook.process.kill('SIGKILL');
    for (const child of processes.values()) child.kill('SIGKILL');
    process.exit(1);
  });
}
await arena.untilLed();
const end = performance.now() + minutes * 60_000;
const over = () => performance.now() >= end;

/** None of them stops a process: the memory and sockets that processes hold afterwards are what is watched. */
const faults: [string, () => Promise<void>][] = [
  ['all connections cut', cutAll],
  ['the leader frozen for 5 s', () => freeze(5_000)],
  ['a third of all requests fail for 5 s', failSome],
  ['the API server restarted', () => controlPlane.restartApiServer()],
  ['the leader frozen for 20 s, beyond its lease', () => freeze(20_000)],
  ['etcd compacted, then all connections cut', () => controlPlane.compactEtcd().then(cutAll)],
  ['etcd killed', () => controlPlane.restartEtcd()],
  ['a new certificate', () => webhook.newCertificate().then(() => undefined)],
];

function cutAll(): Promise<void> {
  for (const proxy of proxies) proxy.cutAll();
  return Promise.resolve();
}

async function freeze(milliseconds: number): Promise<void> {
  const leader = await arena.leader();
  if (leader === undefined) return;
  processes.get(leader)?.kill('SIGSTOP');
  await sleep(milliseconds);
  processes.get(leader)?.kill('SIGCONT');
}

async function failSome(): Promise<void> {
  for (const proxy of proxies) proxy.onRequest = () => (Math.random() < 0.33 ? 'cutBefore' : 'pass');
  await sleep(5_000);
  for (const proxy of proxies) proxy.onRequest = () => 'pass';
}

async function load(): Promise<number> {
  let count = 0;
  while (!over()) {
    const names = Array.from({ length: RUNS_A_SECOND }, (_, i) => `run-${count + i}`);
    count += names.length;
    await Promise.all([arena.createRuns(namespace, names), sleep(1_000)]);
  }
  return count;
}

async function tidy(): Promise<number> {
  let deleted = 0;
  while (!over()) {
    await sleep(10_000);
    const runs = await listAll<JobRun>(arena.client, JOB_RUNS, namespace).catch(() => []);
    const old = runs.filter((run) => {
      const at = Date.parse(run.metadata.creationTimestamp ?? '');
      return isFinished(run) && Date.now() - at > KEPT_MS;
    });
    for (const { metadata } of old) {
      const gone = await arena.client.delete(JOB_RUNS, { namespace, name: metadata.name! }).catch(() => undefined);
      if (gone) deleted += 1;
    }
  }
  return deleted;
}

async function breakThings(): Promise<number> {
  let count = 0;
  for (;;) {
    await sleep(Math.min(FAULT_EVERY_MS, Math.max(0, end - performance.now())));
    if (over()) return count;
    const [what, act] = faults[count % faults.length]!;
    console.error(`${((performance.now() - began) / 60_000).toFixed(1)} min: ${what}`);
    await act();
    count += 1;
  }
}

const rss: Record<string, [number, number][]> = {};
const sockets: Record<string, [number, number][]> = {};

async function sample(): Promise<void> {
  while (!over()) {
    const pids = [
      ...SYNCERS.map((name) => [name, processes.get(name)!.pid] as const),
      ['webhook', webhook.process.pid!] as const,
    ];
    for (const [name, pid] of pids) {
      const at = Math.round((performance.now() - began) / 600) / 100;
      (rss[name] ??= []).push([at, Math.round((await usageOf(pid)).rssBytes / 1024 ** 2)]);
      (sockets[name] ??= []).push([at, await connectionsOf(pid)]);
    }
    await sleep(SAMPLE_EVERY_MS);
  }
}

const began = performance.now();
const [created, deleted, faultsDone] = await Promise.all([load(), tidy(), breakThings(), sample()]);
await arena.untilAllFinished(namespace, 60_000);
// Deleted runs are not checked. All others must be well, and no Job was ever created twice.
const verdict = await arena.verdict(namespace);
const left = verdict.runs;
const well = JSON.stringify(verdict) === JSON.stringify(allWell(left));
const output = arena.takeOutput();
const unhandled = (output.match(/unhandled|uncaught/gi) ?? []).length;
console.log(
  JSON.stringify({
    scenario: `soak of ${minutes} min`,
    created,
    deleted,
    left,
    faults: faultsDone,
    well,
    ...(well ? {} : { verdict }),
    unhandled,
    rssMiB: watched(rss).thirds,
    sockets: watched(sockets).thirds,
  }),
);
if (write) await writeReport();
await webhook.stop();
await arena.stop();
process.exitCode = well && unhandled === 0 ? 0 : 1;

async function writeReport(): Promise<void> {
  const report: SoakReport = {
    minutes,
    runs: created,
    faults: faultsDone,
    well,
    on: machine(),
    rssMiB: watched(rss),
    connections: watched(sockets),
  };
  await writeJson(join(repositoryDirectory, 'docs', 'soak.json'), report);
  await writeBlock('soak', soakText(report));
}
