import type { JobRun } from '../../api/job-run.ts';
import type { ClusterContext } from '../context.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { objectText } from '../terminal/objects-text.ts';
import { styled } from '../terminal/text.ts';
import type { CheckedRun } from './checked-run.ts';
import { createRun } from './create-run.ts';
import { followRun } from './follow-run.ts';
import type { StartFlags } from './run-flags.ts';

/** Creates the run, and waits for it unless the flags say otherwise. @returns the exit code */
export async function startChecked(
  context: ClusterContext,
  { run, declared }: CheckedRun,
  flags: StartFlags,
): Promise<number> {
  const { terminal } = context;
  if (flags.dryRun === 'client') return printed(context, run, flags.output ?? 'yaml');
  const dryRun = flags.dryRun === 'server';
  const attachIfExists = flags.attachIfExists === true;
  const created = await createRun(context, { run, declared, dryRun, attachIfExists });
  if (dryRun) return printed(context, created, flags.output ?? 'yaml');
  terminal.note([styled('bold', `jobrun/${created.metadata.name ?? ''}`), ' created']);
  if (flags.output !== undefined || flags.detach === true) printed(context, created, flags.output ?? 'name');
  return flags.detach === true ? EXIT.succeeded : followRun(context, created, flags);
}

function printed({ terminal }: ClusterContext, run: JobRun, format: NonNullable<StartFlags['output']>): number {
  terminal.print(objectText(format, run));
  return EXIT.succeeded;
}
