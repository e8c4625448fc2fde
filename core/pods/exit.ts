import type { V1ContainerStateTerminated } from '@kubernetes/client-node';
import type { Wire } from '../../api/wire.ts';

export type Terminated = Wire<V1ContainerStateTerminated>;

/** How a container ended, as the rest of a sentence. `Error` says no more than the exit code. */
export function exitOf({ exitCode, signal, reason }: Pick<Terminated, 'exitCode' | 'signal' | 'reason'>): string {
  const how = signal === undefined || signal === 0 ? `exited with ${exitCode}` : `was ended by signal ${signal}`;
  return reason === undefined || reason === 'Error' || reason === 'Completed' ? how : `${how} (${reason})`;
}
