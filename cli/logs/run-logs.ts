import type { JobRun } from '../../api/job-run.ts';
import { JOBS } from '../../api/resources.ts';
import type { Job, Pod } from '../../api/wire.ts';
import { didYouMean, nearNames } from '../../core/errors/suggest.ts';
import { isNotFound } from '../../kube/client/api-error.ts';
import { MOST_LOGS } from '../cluster/cluster.ts';
import type { ClusterContext } from '../context.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { outcomeOf } from '../outcome/run-outcome.ts';
import { troubleNotes } from '../watch/trouble-notes.ts';
import { isParallel } from './attempts.ts';
import { containersOf } from './container-instances.ts';
import { readJob } from './job-reader.ts';
import type { LogFlags } from './log-flags.ts';
import { LogOutput } from './log-output.ts';
import { prefixOf, prefixParts } from './log-source.ts';
import { pieceFormat } from './piece-format.ts';
import type { PieceFormat } from './piece-format.ts';
import { StreamSlots } from './stream-slots.ts';

/** What is read of a run that has a Job. */
export interface ReadRun {
  run: JobRun;
  flags: LogFlags;
  follow: boolean;
  /** Aborts when the run has finished. */
  finished: AbortSignal;
  signal: AbortSignal;
}

/** The container runtime writes the end of the output after it has reported the end of the container. */
const SETTLE_MS = 1000;
/** A run that finished so long ago has written all of its output. */
const SETTLED_MS = 30_000;

/**
 * Writes the output of a run to stdout. Resolves when all has been written; without `follow`, all that there is.
 *
 * @throws CommandError if the Job is gone, or the flags do not fit it
 */
export async function readRun(read: ReadRun, context: ClusterContext): Promise<void> {
  const { flags, follow, finished, signal } = read;
  const { client, terminal, now } = context;
  const job = await jobOf(read, context);
  checkFlags(flags, job);
  const isOver = outcomeOf(read.run) !== undefined;
  const tools = {
    client,
    output: new LogOutput(terminal.streams.stdout, formatOf(flags, job, context), terminal),
    signal,
    options: { follow, tailLines: flags.tail, sinceSeconds: flags.since && Math.ceil(flags.since / 1000) },
    slots: new StreamSlots(MOST_LOGS),
    settleMs: isOver && now() - finishedMs(read.run) > SETTLED_MS ? 0 : SETTLE_MS,
    notify: (text: string) => {
      terminal.note(text);
    },
    choice: {
      container: flags.container,
      attempt: flags.attempt === 'all' ? undefined : flags.attempt,
      index: flags.index,
    },
    inTurn: isOver,
  };
  await readJob({ client, job, finished, onTrouble: troubleNotes(terminal) }, tools);
}

async function jobOf({ run, signal }: ReadRun, { client, namespace }: ClusterContext): Promise<Job> {
  const name = run.status?.jobName ?? '';
  try {
    return await client.get<Job>(JOBS, { namespace, name }, { signal });
  } catch (cause) {
    if (!isNotFound(cause)) throw cause;
    throw new CommandError(EXIT.nothingStarted, `Job "${name}" was deleted, and its output with it`, { cause });
  }
}

function checkFlags({ container, index }: LogFlags, job: Job): void {
  const names = containersOf(podOf(job)).map(({ name }) => name);
  if (container !== undefined && !names.includes(container)) {
    const guess = didYouMean(nearNames(container, names)) || `it has ${names.join(', ')}`;
    throw new CommandError(EXIT.nothingStarted, `the run has no container "${container}"; ${guess}`);
  }
  if (index !== undefined && job.spec?.completionMode !== 'Indexed') {
    throw new CommandError(EXIT.nothingStarted, '--index: the Job of the run is not Indexed');
  }
}

/** A Pod as the Job creates it. */
function podOf({ spec }: Job): Pod {
  return { spec: spec?.template.spec } as Pod;
}

function formatOf(flags: LogFlags, job: Job, { terminal }: ClusterContext): PieceFormat {
  const { output: format = 'text', timestamps = false, prefix = format === 'raw' ? 'never' : 'auto' } = flags;
  const atOnce = containersOf(podOf(job)).filter(({ isBlocking }) => !isBlocking);
  const several = {
    pod: isParallel(job) && flags.index === undefined,
    container: atOnce.length > 1 && flags.container === undefined,
  };
  const parts = prefixParts(prefix, several);
  const isTerminal = terminal.streams.stdout.isTTY === true;
  return pieceFormat({ format, timestamps, isTerminal, prefix: (source) => prefixOf(source, parts) });
}

function finishedMs({ status }: JobRun): number {
  const finished = status?.conditions?.find(({ type }) => type === 'Finished');
  return Date.parse(finished?.lastTransitionTime ?? '') || Infinity;
}
