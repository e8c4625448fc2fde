/** `npm run bench`: measures our latencies beside their limits in the same run; one JSON line a scenario on stdout, words on stderr. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, program } from 'commander';
import type { Latency } from './latency.ts';
import { measureSteady } from './steady.ts';
import { startSystem } from './system.ts';
import { measureThroughput } from './throughput.ts';

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0 is needed');
  return value;
}

const options = program
  .name('npm run bench --')
  .description('Creates JobRuns at a steady rate on a local control plane and prints what it measured.')
  .option('--runs <n>', 'how many JobRuns', positive, 400)
  .option('--rate <n>', 'JobRuns a second', positive, 20)
  .option('--seconds <n>', 'how long each round of the throughput scenario takes', positive, 5)
  .parse()
  .opts<{ runs: number; rate: number; seconds: number }>();

const directory = await mkdtemp(join(tmpdir(), 'job-template-run-bench-'));
const system = await startSystem(directory);
try {
  const result = await measureSteady(system.client, options.runs, options.rate);
  const row = (what: string, { median, p99 }: Latency) => {
    console.error(
      `${what.padEnd(44)} median ${median.toFixed(1).padStart(7)} ms   p99 ${p99.toFixed(1).padStart(7)} ms`,
    );
  };
  console.error(`${result.runs} runs at ${result.ratePerSecond}/s`);
  row('JobRun → Job', result.jobRunToJob);
  row('  limit: a direct Job create', result.directCreateJob);
  row('Job status → JobRun status', result.jobStatusToJobRunStatus);
  row('create of a JobRun, with admission', result.createJobRunWithAdmission);
  row('  limit: without admission', result.createJobRunWithoutAdmission);
  console.error(`admission adds ${result.admissionAdds.toFixed(1)} ms (difference of the medians)`);
  console.log(JSON.stringify(result));
  await system.stopSyncer();
  const throughput = await measureThroughput(system.client, options.seconds);
  console.error(`creates of JobRuns a second, ${throughput.creators} at a time`);
  console.error(
    `  with admission ${throughput.withAdmission}, without (limit) ${throughput.withoutAdmission}: ratio ${throughput.ratio}`,
  );
  console.log(JSON.stringify(throughput));
} finally {
  await system.stop();
  await rm(directory, { recursive: true, force: true });
}
