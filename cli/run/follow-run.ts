import { createInterface } from 'node:readline/promises';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { ClusterContext } from '../context.ts';
import { followOutput } from '../logs/follow-output.ts';
import type { FollowedRun } from '../logs/follow-output.ts';
import { InterruptedError, TimedOutError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { outcomeText } from '../outcome/outcome-text.ts';
import type { RunOutcome } from '../outcome/run-outcome.ts';
import { isCi } from '../terminal/ci.ts';
import { styled } from '../terminal/text.ts';
import { progressNotes } from '../watch/progress-notes.ts';
import { timeLimit } from '../watch/time-limit.ts';
import { troubleNotes } from '../watch/trouble-notes.ts';
import { waitForRun } from '../watch/wait-for-run.ts';
import type { StartFlags } from './run-flags.ts';

type FollowFlags = Pick<StartFlags, 'wait' | 'timeout' | 'onTimeout' | 'onInterrupt' | 'passExitCode'>;

/** Waits until the run has finished, says how, and returns the exit code. */
export async function followRun(context: ClusterContext, run: JobRun, flags: FollowFlags): Promise<number> {
  const { terminal, interrupted } = context;
  const { name = '', uid } = run.metadata;
  const limit = timeLimit(interrupted, flags.timeout);
  const notes = progressNotes(terminal);
  let last = run;
  const onVersion = (version: JobRun): void => {
    last = version;
    notes(version);
  };
  try {
    const { signal } = limit;
    const awaited = { name, uid, signal, onVersion };
    const outcome = flags.wait === true ? await waitForEnd(context, awaited) : await showOutput(context, awaited);
    terminal.note(outcomeText(name, outcome));
    return flags.passExitCode === true ? exitCodeOf(last, outcome.exitCode) : outcome.exitCode;
  } catch (error) {
    return await left(context, name, { error, flags });
  } finally {
    limit.stop();
  }
}

/** Without its output. */
function waitForEnd({ client, namespace, terminal }: ClusterContext, awaited: FollowedRun): Promise<RunOutcome> {
  return waitForRun({ ...awaited, client, namespace, onTrouble: troubleNotes(terminal) });
}

/** A run whose output cannot be read, for example because the user may not, is waited for all the same. */
async function showOutput(context: ClusterContext, followed: FollowedRun): Promise<RunOutcome> {
  const { outcome, logError } = await followOutput(followed, context);
  if (logError !== undefined) {
    const text = ` the output of jobrun/${followed.name} could not be read: ${logError.message}`;
    context.terminal.note([styled('yellow', 'Warning:'), text]);
  }
  return outcome;
}

/** The container's own exit code, if it is one that a process can have. */
function exitCodeOf({ status }: JobRun, exitCode: number): number {
  const own = status?.failure?.exitCode;
  return exitCode === EXIT.failed && own !== undefined && own > 0 && own < 256 ? own : exitCode;
}

/** The run has not finished, and the command ends. */
async function left(
  context: ClusterContext,
  name: string,
  { error, flags }: { error: unknown; flags: FollowFlags },
): Promise<number> {
  const { terminal } = context;
  if (error instanceof TimedOutError) {
    terminal.note(`jobrun/${name} ${error.message}`);
    if (flags.onTimeout === 'cancel') await cancelRun(context, name);
    else terminal.note(continues(name));
    return EXIT.notFinishedInTime;
  }
  if (!(error instanceof InterruptedError)) {
    terminal.note(
      `the outcome of jobrun/${name} is not known: ${error instanceof Error ? error.message : String(error)}`,
    );
    return EXIT.outcomeUnknown;
  }
  if (await isToBeCancelled(context, name, flags.onInterrupt)) {
    await cancelRun(context, name);
    return EXIT.cancelled;
  }
  terminal.note(continues(name));
  return EXIT.interrupted;
}

async function isToBeCancelled({ terminal, env }: ClusterContext, name: string, action: FollowFlags['onInterrupt']) {
  if (action !== 'ask') return action === 'cancel';
  if (isCi(env)) return true;
  if (!terminal.isInteractive) return false;
  const { stdin: input, stderr: output } = terminal.streams;
  const questions = createInterface({ input, output, terminal: true });
  const forced = new AbortController();
  questions.on('SIGINT', () => {
    forced.abort();
  });
  try {
    const answer = await questions.question(`\nCancel jobrun/${name}? It continues otherwise. [y/N] `, forced);
    return /^y(?:es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    questions.close();
  }
}

/** Whatever the user interrupted. */
async function cancelRun({ client, namespace, terminal }: ClusterContext, name: string): Promise<void> {
  await client.patch(JOB_RUNS, { namespace, name }, { spec: { cancel: true } });
  terminal.note(`jobrun/${name} is cancelled`);
}

function continues(name: string): string {
  return `jobrun/${name} continues; to wait for it: kubectl jobrun wait ${name}`;
}
