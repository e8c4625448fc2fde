import type { JobRun } from '../../../api/job-run.ts';
import type { JobTemplate } from '../../../api/job-template.ts';
import { API_VERSION } from '../../../api/names.ts';

/** The template of the README, as the API server stores it. */
export function echoTemplate(spec: Partial<JobTemplate['spec']> = {}): JobTemplate {
  return {
    apiVersion: API_VERSION,
    kind: 'JobTemplate',
    metadata: { name: 'echo', namespace: 'team', uid: '1b1f2c44-0b6e-4f0e-8f56-3a4f3e6b1c11', generation: 1 },
    spec: {
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            { name: 'echo', image: 'busybox', command: ['echo'], args: ['from the template'] },
            { name: 'sidecar', image: 'busybox', args: ['untouched'] },
          ],
        },
      },
      ...spec,
    },
  };
}

/** A run of {@link echoTemplate}. */
export function echoRun(spec: Partial<JobRun['spec']> = {}, metadata: JobRun['metadata'] = {}): JobRun {
  return {
    apiVersion: API_VERSION,
    kind: 'JobRun',
    metadata: { name: 'echo-hello', namespace: 'team', uid: '9d6f1f0a-3a52-4a5b-9d0e-2f5d3f1f7a01', ...metadata },
    spec: { templateRef: 'echo', ...spec },
  };
}
