import { REASON_NOT_SCHEDULED } from '../../api/names.ts';
import type { Pod } from '../../api/wire.ts';
import type { Wait } from './pods-view.ts';
import { titleOfPod } from './seen-pods.ts';

/** Why a Pod has no node, in the words of the scheduler. */
export function placementWait(pod: Pod): Wait | undefined {
  if (pod.spec?.nodeName !== undefined) return undefined;
  const title = titleOfPod(pod);
  const refusal = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (refusal?.status !== 'False') {
    return { reason: REASON_NOT_SCHEDULED, message: `no scheduler has assigned ${title} to a node yet` };
  }
  const { reason = 'Unschedulable', message = 'it has no node' } = refusal;
  return { reason, message: `${title} cannot be scheduled: ${message}` };
}
