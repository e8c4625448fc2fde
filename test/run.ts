/**
 * `npm test`: runs every stage in turn, says at the end what ran, and closes with the line `N passed, N failed`.
 * A stage that fails does not keep the later ones from running.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from 'commander';

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  note?: string;
}

interface Stage {
  name: string;
  about: string;
  run: () => Promise<Outcome>;
}

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'job-template-run-test-'));

/** Runs a program with this Node's tools first on the PATH, its output shown; resolves to the exit code. */
function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: path },
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (signal !== null) console.error(`${command} was ended by ${signal}`);
      resolve(code ?? 1);
    });
  });
}

/** A stage made of commands: each counts as one check. */
async function commands(lines: string[][]): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: 0, skipped: 0 };
  for (const [command, ...args] of lines) {
    if (command === undefined) continue;
    const code = await run(command, args);
    if (code === 0) outcome.passed += 1;
    else outcome.failed += 1;
  }
  return outcome;
}

interface VitestReport {
  success: boolean;
  numTotalTests: number;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: unknown[] }[];
}

/** Runs one vitest project and counts from its own report; a file that could not even load counts as a failure. */
async function vitest(project: string): Promise<Outcome> {
  const file = join(scratch, `${project}.json`);
  const code = await run('vitest', [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, note: `vitest left no report (exit ${code}): ${String(error)}` };
  }
  const broken = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  );
  const outcome: Outcome = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  if (code !== 0 && outcome.failed === 0) return { ...outcome, failed: 1, note: `vitest ended with exit code ${code}` };
  if (outcome.passed + outcome.failed === 0) return { ...outcome, failed: 1, note: 'no test ran' };
  return outcome;
}

const stages: Stage[] = [
  {
    name: 'lint',
    about: 'ESLint, Prettier, knip',
    run: () => commands([['eslint', '.'], ['prettier', '--check', '--log-level=warn', '.'], ['knip']]),
  },
  { name: 'types', about: 'tsc', run: () => commands([['tsc', '--noEmit']]) },
  { name: 'unit', about: 'pure functions and processes without a cluster', run: () => vitest('unit') },
  {
    name: 'programs',
    about: 'builds the local Kubernetes (cached)',
    run: () => commands([['node', 'local-kubernetes/cli.ts', 'programs']]),
  },
  { name: 'integration', about: 'against a real API server', run: () => vitest('integration') },
  { name: 'faults', about: 'kills, outages and hostile input, the short form', run: () => vitest('faults') },
  { name: 'chart', about: 'the Helm chart and the plain manifests', run: () => vitest('chart') },
  { name: 'e2e', about: 'a real node: helm install to finished runs', run: () => vitest('e2e') },
];

function line(name: string, outcome: Outcome, seconds: number): string {
  const counts = `${outcome.passed} passed, ${outcome.failed} failed${outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : ''}`;
  return `${name.padEnd(12)} ${counts.padEnd(36)} ${seconds.toFixed(0).padStart(5)} s${outcome.note === undefined ? '' : `  ${outcome.note}`}`;
}

interface Options {
  skipE2e?: true;
  only?: string;
}

const options = program
  .name('npm test --')
  .description('Runs the tests, quickest first.')
  .option('--skip-e2e', 'leave out the tests that need a real node (root on Linux with apt)')
  .option('--only <stages>', `run only these stages (comma-separated): ${stages.map((stage) => stage.name).join(', ')}`)
  .parse()
  .opts<Options>();

const only = options.only?.split(',');
const unknown = only?.filter((name) => !stages.some((stage) => stage.name === name)) ?? [];
if (unknown.length > 0) program.error(`unknown stage: ${unknown.join(', ')}`);

const summary: string[] = [];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const stage of stages) {
  if (only !== undefined && !only.includes(stage.name)) continue;
  if (stage.name === 'e2e' && options.skipE2e === true) {
    summary.push('e2e          not run: --skip-e2e was given');
    continue;
  }
  console.log(`\n── ${stage.name}: ${stage.about}`);
  const started = performance.now();
  const outcome = await stage.run();
  summary.push(line(stage.name, outcome, (performance.now() - started) / 1000));
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped += outcome.skipped;
}
rmSync(scratch, { recursive: true, force: true });

console.log(`\n── what ran\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 ? 0 : 1;
