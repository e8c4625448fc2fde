import { ANNOTATION_RESULTS_FROM, CONDITION_COMPLETE, REASON_RESULTS_UNKNOWN } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import { hidingFromOthers } from '../job/secret-values.ts';
import { declaredResults } from '../results/declarations.ts';
import type { ResultsOutcome } from '../results/results-outcome.ts';
import { resultsOf } from '../results/results-of-run.ts';
import { isTrue } from '../status/job-run-status.ts';
import type { Observation } from '../status/job-run-status.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { Situation } from './situation.ts';
import type { Step } from './step.ts';

/**
 * The step that reads the results of a run whose Job has completed, once, before its final status is written: later, the
 * Pods may be deleted. The Job has a mark if its template declares results, so that others cost no request.
 */
export function resultsStep(situation: Situation, observation: Observation): Step | undefined {
  const { record, answers, readsPods, template } = situation;
  if (observation.kind !== 'job' || record.results !== undefined) return undefined;
  const { job } = observation;
  const container = containerWithResults(job);
  if (container === undefined) return undefined;
  if (!readsPods) return { kind: 'rememberResults', results: unknown('this installation does not read Pods') };
  if (answers.pods === undefined) return { kind: 'readPods', job, look: record.look, purpose: 'results' };
  if (answers.pods === 'unknown') {
    return { kind: 'rememberResults', results: unknown('the syncer may not read the Pod, or it is too large') };
  }
  if (template === undefined) return { kind: 'readTemplate' };
  return { kind: 'rememberResults', results: resultsFrom(situation, answers.pods.pods, container) };
}

function containerWithResults({ metadata, status }: Job): string | undefined {
  if (!isTrue(status?.conditions, CONDITION_COMPLETE)) return undefined;
  return metadata?.annotations?.[ANNOTATION_RESULTS_FROM];
}

function resultsFrom(situation: Situation, pods: Parameters<typeof resultsOf>[0], container: string): ResultsOutcome {
  const compiled = templateThatRan(situation);
  if (compiled === undefined) return unknown('the revision of the template that was run no longer exists');
  const declared = { results: declaredResults(compiled.content), schemas: compiled.schemas };
  return resultsOf(pods, { container, declared, hide: hidingFromOthers(compiled, situation.run) });
}

/** Only what the Job was rendered from tells what the results must be. */
function templateThatRan({ template, run, record }: Situation): CompiledTemplate | undefined {
  if (template?.kind !== 'found') return undefined;
  const { compiled } = template.template;
  const { revision } = run.status?.template ?? record.created?.template ?? compiled;
  return compiled.revision === revision && compiled.errors.length === 0 ? compiled : undefined;
}

function unknown(message: string): ResultsOutcome {
  return { status: 'Unknown', reason: REASON_RESULTS_UNKNOWN, message };
}
