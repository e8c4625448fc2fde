import { JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { namesOf } from './burst.ts';
import { countOf } from './count.ts';
import { round, summarize } from './latency.ts';
import { Probe } from './probe.ts';
import type { Report } from './report.ts';
import { startSystem, type System } from './system.ts';
import { inParallel, runOf, templateOf } from './workload.ts';

const CROWD = 'fairness-crowd';
const ENDING = 'completed';
const QUIET_SAMPLES = 20;

/**
 * One namespace has many runs without a Job, and a tenant in another namespace creates runs, one after the other. Half of
 * the many are there when the syncer starts. The limit is the same tenant while there are no others.
 */
export async function measureFairness(runs: number): Promise<Report> {
  const system = await startSystem({ controllerManager: false });
  try {
    return await measure(system, runs);
  } finally {
    await system.stop();
  }
}

async function measure(system: System, runs: number): Promise<Report> {
  const { client } = system;
  await system.createNamespace(CROWD);
  await client.create(JOB_TEMPLATES, CROWD, templateOf(ENDING));
  const probe = await Probe.start(system, 'fairness-other');
  const quiet = await probe.delays((count) => count === QUIET_SAMPLES);
  await system.stopSyncer();
  const names = namesOf('run', runs);
  const create = (some: string[], creators: number) =>
    inParallel({ names: some, creators }, (name) => client.create(JOB_RUNS, CROWD, runOf(ENDING, name)));
  await create(names.slice(0, runs / 2), 32);
  await system.startSyncer();
  const jobs = () => countOf(client, JOBS, CROWD);
  await waitFor('the first Job', async () => ((await jobs()) > 0 ? true : undefined));
  const without = runs - (await jobs());
  // Two clients leave the machine time for the syncer.
  const rest = create(names.slice(runs / 2), 2);
  const crowded = await probe.delays(async () => (await jobs()) >= runs);
  await rest;
  probe.stop();
  return {
    scenario: `fairness, ${runs} runs of another namespace`,
    figures: [
      { name: 'JobRun → Job, longest', value: round(Math.max(...crowded)), unit: 'ms', atMost: 2000 },
      {
        name: 'JobRun → Job, median',
        value: summarize(crowded).median,
        unit: 'ms',
        limit: summarize(quiet).median,
      },
      { name: 'JobRuns measured', value: crowded.length, unit: '' },
      { name: 'JobRuns of the other namespace without a Job, at the start', value: without, unit: '' },
    ],
  };
}
