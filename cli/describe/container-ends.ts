import type { Pod } from '../../api/wire.ts';
import { endText } from '../logs/attempts.ts';

/** How an instance of a container ended. */
export interface ContainerEnd {
  container: string;
  time: string | undefined;
  /** For example `exit 137, OOMKilled` */
  text: string;
}

/** Of each container of a Pod, the ends that are still known: its last two instances, in the order of the Pod. */
export function containerEnds({ status }: Pod): ContainerEnd[] {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.flatMap(({ name, state, lastState }) =>
    [lastState?.terminated, state?.terminated].flatMap((terminated) =>
      terminated === undefined ? [] : [{ container: name, time: terminated.finishedAt, text: endText(terminated) }],
    ),
  );
}
