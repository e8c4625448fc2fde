/**
 * `npm run bench`: measures the cost of the extension and, in the same run, the limit. Prints one line of JSON per
 * scenario on stdout, and tables on stderr. `--write` stores the results in docs/performance.json and shows them in
 * docs/performance.md.
 */
import { InvalidArgumentError, program } from 'commander';
import { checkMachine } from '../../local-kubernetes/preflight/check-machine.ts';
import { measureAdmission } from './admission.ts';
import { measureBurst } from './burst.ts';
import { measureFairness } from './fairness.ts';
import { measureGrowth } from './growth.ts';
import { compile } from './process.ts';
import { table, type Report } from './report.ts';
import { measureRest } from './rest.ts';
import { measureShards } from './shards.ts';
import { measureSteady } from './steady.ts';
import { measureWaiting } from './waiting.ts';
import { writePerformance } from './write.ts';

/** Each scenario returns one or more reports. */
const scenarios: Record<string, (quick: boolean) => Promise<Report[]>> = {
  'burst-1k': async () => [await measureBurst({ runs: 1000, ending: 'suspended' })],
  'burst-10k': async (quick) => [await measureBurst({ runs: quick ? 2000 : 10_000, ending: 'suspended' })],
  'burst-pods': async (quick) => [await measureBurst({ runs: quick ? 500 : 2000, ending: 'succeeded' })],
  'steady-20': async (quick) => [await measureSteady({ runs: quick ? 200 : 600, ratePerSecond: 20, admission: true })],
  'steady-100': async (quick) => {
    const pace = { runs: quick ? 500 : 2000, ratePerSecond: 100 };
    return [await measureSteady({ ...pace, admission: true }), await measureSteady({ ...pace, admission: false })];
  },
  admission: (quick) => measureAdmission(quick ? 2 : 5),
  shards: async (quick) => [await measureShards(quick ? 500 : 2000)],
  rest: (quick) => measureRest(quick ? { runs: 2000, seconds: 20 } : { runs: 10_000, seconds: 60 }),
  fairness: async (quick) => [await measureFairness(quick ? 1000 : 10_000)],
  waiting: async (quick) => [await measureWaiting({ kind: 'JobRun', count: quick ? 300 : 6000, namespaces: 1 })],
  'waiting-spread': async (quick) => {
    const size = quick ? { count: 300, namespaces: 100 } : { count: 6000, namespaces: 1000 };
    return [await measureWaiting({ kind: 'JobRun', ...size })];
  },
  'waiting-templates': async (quick) => [
    await measureWaiting({ kind: 'JobTemplate', count: quick ? 300 : 6000, namespaces: 1 }),
  ],
  growth: (quick) => measureGrowth(quick ? [1000, 2000] : [1000, 2000, 5000, 10_000, 20_000]),
};

function scenarioNames(text: string): string[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !(name in scenarios));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`unknown: ${unknown.join(', ')}; there are ${Object.keys(scenarios).join(', ')}`);
  }
  return names;
}

const options = program
  .name('npm run bench --')
  .description('Measures on a local control plane what the extension costs, beside the same work without it.')
  .option('--only <scenarios>', `comma-separated: ${Object.keys(scenarios).join(', ')}`, scenarioNames)
  .option('--quick', 'smaller numbers, for a first look')
  .option('--write', 'keep the results in docs/performance.md; in full size only')
  .parse()
  .opts<{ only?: string[]; quick?: true; write?: true }>();
if (options.write && options.quick) program.error('--write is for the full size');

await checkMachine(['control-plane']);
await compile();
const reports: Report[] = [];
for (const name of options.only ?? Object.keys(scenarios)) {
  console.error(`\n${name}`);
  for (const report of (await scenarios[name]?.(options.quick === true)) ?? []) {
    reports.push(report);
    console.error(`\n${report.scenario}\n${table(report)}`);
    console.log(JSON.stringify(report));
  }
}
if (options.write) await writePerformance(reports);
