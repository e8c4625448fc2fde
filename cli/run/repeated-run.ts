import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_RERUN_OF, API_VERSION } from '../../api/names.ts';
import type { ParameterValue } from '../../api/parameter.ts';
import { randomName } from './random-name.ts';

export interface Repetition {
  name: string | undefined;
  /** Replace those of the repeated run. */
  parameters: Record<string, ParameterValue>;
  revision: 'same' | 'latest';
}

/**
 * A run that does the same work as another one. It has its fields, and none of its labels and annotations: with them,
 * deployment tools would take it for an object of theirs.
 */
export function repeatedRun({ metadata, spec }: JobRun, { name, parameters, revision }: Repetition): JobRun {
  const { templateRevision, ...others } = spec;
  delete others.suspend;
  delete others.cancel;
  const values = { ...others.parameters, ...parameters };
  const { namespace, name: original = '' } = metadata;
  return {
    apiVersion: API_VERSION,
    kind: 'JobRun',
    metadata: {
      name: name ?? randomName(spec.templateRef),
      ...(namespace !== undefined && { namespace }),
      annotations: { [ANNOTATION_RERUN_OF]: original },
    },
    spec: {
      ...others,
      ...(Object.keys(values).length > 0 && { parameters: values }),
      ...(revision === 'same' && templateRevision !== undefined && { templateRevision }),
    },
  };
}
