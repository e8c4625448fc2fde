/**
 * `npm test`: checks the machine and runs every stage in turn. The output ends with what ran, what failed, and the line
 * `N passed, N failed`. A stage that fails does not stop the later ones.
 */
import { program } from 'commander';
import { machineProblems } from '../local-kubernetes/preflight/check-machine.ts';
import { describeProblem } from '../local-kubernetes/preflight/problems.ts';
import { stages, type Stage } from './runner/stages.ts';
import { summary, type StageResult } from './runner/summary.ts';

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

const chosen = stages.filter(({ name }) => only === undefined || only.includes(name));
const isLeftOut = ({ name }: Stage) => name === 'e2e' && options.skipE2e === true;
const results = (await checkMachine()) ?? (await runStages());
console.log(`\n${summary(results)}`);
process.exitCode = results.some(({ outcome }) => (outcome?.failures.length ?? 0) > 0) ? 1 : 0;

/** What the machine lacks for the chosen stages, as the only result; undefined if it lacks nothing. */
async function checkMachine(): Promise<StageResult[] | undefined> {
  const began = performance.now();
  const problems = await machineProblems(chosen.filter((stage) => !isLeftOut(stage)).flatMap(({ needs }) => needs));
  if (problems.length === 0) return undefined;
  console.log('\nThis machine lacks something that the tests need. These need less:');
  console.log('  npm test -- --skip-e2e               Linux, Go and tmux');
  console.log('  npm test -- --only lint,types,unit   Node alone');
  const outcome = { passed: 0, skipped: 0, failures: problems.map(describeProblem) };
  return [{ name: 'preflight', outcome, seconds: (performance.now() - began) / 1000 }];
}

async function runStages(): Promise<StageResult[]> {
  const done: StageResult[] = [];
  for (const stage of chosen) {
    const { name, about } = stage;
    if (isLeftOut(stage)) {
      done.push({ name, note: '--skip-e2e was given' });
      continue;
    }
    console.log(`\n── ${name}: ${about}`);
    const began = performance.now();
    const outcome = await stage.run();
    done.push({ name, outcome, seconds: (performance.now() - began) / 1000 });
  }
  return done;
}
