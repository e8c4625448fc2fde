import type { Job } from '../../api/wire.ts';

type Container = NonNullable<NonNullable<Job['spec']>['template']['spec']>['containers'][number];

const WITH_LOG_END = 'FallbackToLogsOnError';

/**
 * The Job with the end of the output of each container that fails in the status of its Pod, so that the status of the run can
 * show it. A container whose `terminationMessagePolicy` the template sets is not changed.
 */
export function withLogEnds(job: Job): Job {
  const { spec } = job;
  const podSpec = spec?.template.spec;
  if (!spec || !podSpec) return job;
  const { containers, initContainers } = podSpec;
  const changed = {
    ...podSpec,
    containers: containers.map(withLogEnd),
    ...(initContainers && { initContainers: initContainers.map(withLogEnd) }),
  };
  return { ...job, spec: { ...spec, template: { ...spec.template, spec: changed } } };
}

function withLogEnd(container: Container): Container {
  return { ...container, terminationMessagePolicy: container.terminationMessagePolicy ?? WITH_LOG_END };
}
