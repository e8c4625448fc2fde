import type { Pod, ReportedEvent } from '../../../../api/wire.ts';

export const NOW_MS = Date.parse('2026-11-23T10:01:00Z');
export const ago = (seconds: number): string => new Date(NOW_MS - seconds * 1000).toISOString();

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** The status of a container, with what differs from one that was just created. */
export const container = (name: string, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  image: 'busybox',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
});
export const waiting = (reason: string, message?: string): Partial<ContainerStatus> => ({
  state: { waiting: { reason, ...(message !== undefined && { message }) } },
});
export const running: Partial<ContainerStatus> = { state: { running: { startedAt: ago(1) } } };

/** A Pod on a node, ten seconds old. */
export const pod = (status: Pod['status'] = {}, more: Pod = {}): Pod => ({
  metadata: { name: 'report-1', creationTimestamp: ago(10), ...more.metadata },
  spec: { containers: [], nodeName: 'node-1', ...more.spec },
  status: { phase: 'Pending', startTime: ago(10), ...status },
});
export const unplaced = (condition?: object, name = 'report-1'): Pod => {
  const conditions = condition ? [{ type: 'PodScheduled', status: 'False', ...condition }] : [];
  return { metadata: { name }, spec: { containers: [] }, status: { phase: 'Pending', conditions } };
};

export const event = (more: Partial<ReportedEvent>): ReportedEvent => ({ reason: 'FailedCreate', ...more });
