import { isDeepStrictEqual } from 'node:util';
import type { JobRun } from '../../api/job-run.ts';
import type { Parameter } from '../../api/parameter.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { isAlreadyExists, isNotFound, KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { ClusterContext } from '../context.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { styled } from '../terminal/text.ts';
import { mistakeOfField, mistakesText } from './flag-mistake.ts';

export interface Creation {
  run: JobRun;
  /** To explain what the API server refuses. */
  declared: readonly Parameter[];
  dryRun?: boolean;
  attachIfExists?: boolean;
}

/**
 * Creates the run. If the answer is lost, the run is read: its name is its own.
 *
 * @throws CommandError with the causes of a refusal, each at the flag that set the field
 */
export async function createRun(context: ClusterContext, creation: Creation): Promise<JobRun> {
  const { client, namespace, terminal } = context;
  const { run, dryRun } = creation;
  const onWarning = (text: string): void => {
    terminal.note([styled('yellow', 'Warning:'), ` ${text}`]);
  };
  try {
    // Not interrupted: the user must know whether the run was created.
    return await client.create(JOB_RUNS, namespace, run, { dryRun, fieldValidation: 'Strict', onWarning });
  } catch (error) {
    if (error instanceof KubeConnectionError && dryRun !== true) return readAfterLoss(context, run, error);
    if (isAlreadyExists(error) && creation.attachIfExists === true) return attached(context, run);
    throw error instanceof KubeApiError ? (refusalOf(error, creation) ?? error) : error;
  }
}

async function readAfterLoss(context: ClusterContext, run: JobRun, lost: KubeConnectionError): Promise<JobRun> {
  const { name = '' } = run.metadata;
  try {
    return await attached(context, run);
  } catch (error) {
    // An answer: the request did not arrive.
    if (isNotFound(error)) throw lost;
    if (error instanceof CommandError) throw error;
    const message = `it is not known whether the JobRun "${name}" was created: ${lost.message}`;
    throw new CommandError(EXIT.outcomeUnknown, message, { cause: error });
  }
}

/** The run of this name, if it was created with the same fields. */
async function attached({ client, namespace }: ClusterContext, run: JobRun): Promise<JobRun> {
  const { name = '' } = run.metadata;
  const stored = await client.get<JobRun>(JOB_RUNS, { namespace, name });
  const of = stored.spec as Record<string, unknown>;
  const other = Object.entries(run.spec).find(([key, value]) => !isDeepStrictEqual(of[key], value));
  if (other === undefined) return stored;
  throw new CommandError(EXIT.nothingStarted, `the JobRun "${name}" exists, with another ${other[0]}`);
}

/** `undefined`: the API server gives no causes. */
function refusalOf(error: KubeApiError, { run, declared }: Creation): CommandError | undefined {
  const causes = error.status.details?.causes ?? [];
  if (causes.length === 0) return undefined;
  const mistakes = causes.map(({ field = '', message = '' }) => mistakeOfField({ path: field, message }, declared));
  return new CommandError(EXIT.nothingStarted, mistakesText(run, mistakes), { cause: error });
}
