import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import type { Need } from '../../local-kubernetes/preflight/problems.ts';
import { outcomeOfCommands, type CommandResult, type Outcome } from './outcome.ts';
import { runCommand } from './run-command.ts';
import { outcomeOfVitest } from './vitest-outcome.ts';

export interface Stage {
  name: string;
  about: string;
  /** What the machine must have. */
  needs: readonly Need[];
  run: () => Promise<Outcome>;
}

/** The stages of `npm test`, quickest first. */
export const stages: readonly Stage[] = [
  {
    name: 'lint',
    about: 'ESLint, Prettier, knip',
    needs: [],
    run: () => commands([['eslint', '.'], ['prettier', '--check', '--log-level=warn', '.'], ['knip']]),
  },
  { name: 'types', about: 'tsc', needs: [], run: () => commands([['tsc', '--noEmit']]) },
  {
    name: 'unit',
    about: 'pure functions and processes without a cluster',
    needs: [],
    run: () => vitest('unit'),
  },
  {
    name: 'programs',
    about: 'builds the local Kubernetes (cached)',
    needs: ['control-plane'],
    run: () => commands([['node', 'local-kubernetes/cli.ts', 'programs']]),
  },
  {
    name: 'integration',
    about: 'against a real API server',
    needs: ['control-plane', 'terminal'],
    run: () => vitest('integration'),
  },
  {
    name: 'faults',
    about: 'kills, outages and hostile input, the short form',
    needs: ['control-plane'],
    run: () => vitest('faults'),
  },
  {
    name: 'chart',
    about: 'the Helm chart and the plain manifests',
    needs: ['control-plane'],
    run: () => vitest('chart'),
  },
  {
    name: 'e2e',
    about: 'a real node: helm install to finished runs',
    needs: ['full', 'python'],
    run: () => vitest('e2e'),
  },
];

async function commands(lines: readonly (readonly string[])[]): Promise<Outcome> {
  const results: CommandResult[] = [];
  for (const line of lines) results.push(await runCommand(line));
  return outcomeOfCommands(results);
}

async function vitest(project: string): Promise<Outcome> {
  const scratch = await mkdtemp(join(tmpdir(), 'job-template-run-test-'));
  try {
    const file = join(scratch, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { failure } = await runCommand(['vitest', 'run', '--project', project, ...reporters]);
    const report = await readFile(file, 'utf8').catch(() => undefined);
    return outcomeOfVitest({ report, failure, root: repositoryDirectory });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
