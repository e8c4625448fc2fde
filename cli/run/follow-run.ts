import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { ClusterContext } from '../context.ts';
import { followOutput } from '../logs/follow-output.ts';
import type { FollowedRun } from '../logs/follow-output.ts';
import { InterruptedError, TimedOutError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { outcomeText } from '../outcome/outcome-text.ts';
import type { RunOutcome } from '../outcome/run-outcome.ts';
import { asking } from '../prompts/asking.ts';
import { canAsk } from '../prompts/open-questions.ts';
import { isCi } from '../terminal/ci.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { styled } from '../terminal/text.ts';
import { progressNotes } from '../watch/progress-notes.ts';
import { showRunStatus } from '../watch/run-status.ts';
import { timeLimit } from '../watch/time-limit.ts';
import { troubleNotes } from '../watch/trouble-notes.ts';
import { waitForRun } from '../watch/wait-for-run.ts';
import type { StartFlags } from './run-flags.ts';

type FollowFlags = Pick<StartFlags, 'wait' | 'timeout' | 'onTimeout' | 'onInterrupt' | 'input' | 'passExitCode'>;

/** Waits until the run has finished, says how, and returns the exit code. */
export async function followRun(context: ClusterContext, run: JobRun, flags: FollowFlags): Promise<number> {
  const { terminal, interrupted } = context;
  const { name = '', uid } = run.metadata;
  const limit = timeLimit(interrupted, flags.timeout);
  const notes = progressNotes(terminal);
  const status = showRunStatus(context, run);
  let last = run;
  const onVersion = (version: JobRun): void => {
    last = version;
    notes(version);
    status.onVersion(version);
  };
  try {
    const { signal } = limit;
    const awaited = { name, uid, signal, onVersion };
    const outcome = flags.wait === true ? await waitForEnd(context, awaited) : await showOutput(context, awaited);
    status.stop();
    terminal.note(outcomeText(name, outcome));
    return flags.passExitCode === true ? exitCodeOf(last, outcome.exitCode) : outcome.exitCode;
  } catch (error) {
    status.stop();
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
  if (await isToBeCancelled(context, name, flags)) {
    await cancelRun(context, name);
    return EXIT.cancelled;
  }
  terminal.note(continues(name));
  return EXIT.interrupted;
}

async function isToBeCancelled(context: ClusterContext, name: string, { onInterrupt, input }: FollowFlags) {
  if (onInterrupt !== 'ask') return onInterrupt === 'cancel';
  if (isCi(context.env)) return true;
  return input && canAsk(context) && (await isCancelChosen(context.terminal, name));
}

/** Ctrl-C again leaves the run alone. */
async function isCancelChosen(terminal: Terminal, name: string): Promise<boolean> {
  const { select } = await import('../prompts/library.ts');
  const choices = [
    { name: 'detach: the run continues', value: false },
    { name: 'cancel the run', value: true },
  ];
  const question = { message: `jobrun/${name} has not finished:`, choices, loop: false };
  return (await asking(terminal, (place) => select(question, place))) ?? false;
}

/** Whatever the user interrupted. */
async function cancelRun({ client, namespace, terminal }: ClusterContext, name: string): Promise<void> {
  await client.patch(JOB_RUNS, { namespace, name }, { spec: { cancel: true } });
  terminal.note(`jobrun/${name} is cancelled`);
}

function continues(name: string): string {
  return `jobrun/${name} continues; to wait for it: kubectl jobrun wait ${name}`;
}
