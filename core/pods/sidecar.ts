import type { Pod } from '../../api/wire.ts';

/** Whether an init container of this name runs beside the others: it holds nothing up, and is ended when they have finished. */
export function isSidecar({ spec }: Pod, name: string): boolean {
  const container = spec?.initContainers?.find((one) => one.name === name);
  return container?.restartPolicy === 'Always';
}
