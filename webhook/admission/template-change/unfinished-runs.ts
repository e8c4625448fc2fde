import type { AdmissionCase } from '../admission-case.ts';
import type { Check } from '../run-checks.ts';
import type { TemplateChangeOptions } from './template-change.ts';

/** No JobRun of the template is unfinished when it is updated or deleted. This only warns. */
export function unfinishedRuns({
  unfinishedRuns,
}: Pick<TemplateChangeOptions, 'unfinishedRuns'>): Check<AdmissionCase> {
  return async ({ request, signal }) => {
    if (request.operation === 'CREATE') return {};
    return { effects: await unfinishedRuns.warnings(request, signal) };
  };
}
