import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parsedDuration } from '../terminal/parsed-duration.ts';

/** kubectl's own flags that choose the cluster, the namespace and the user. */
export interface ClusterFlags {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
  as?: string;
  asGroup?: string;
  asUid?: string;
  /** In milliseconds; 0: no limit. */
  requestTimeout?: number;
}

/** The flags have the names and meanings that they have for kubectl, and can be anywhere on the command line. */
export function addClusterFlags(program: Command): void {
  program
    .option('--kubeconfig <file>', 'the kubeconfig file')
    .option('--context <name>', 'the context of the kubeconfig')
    .option('-n, --namespace <name>', 'the namespace')
    .option('--as <user>', 'the user to impersonate')
    .option('--as-group <group>', 'a group to impersonate')
    .option('--as-uid <uid>', 'the uid to impersonate')
    .option('--request-timeout <duration>', 'the longest time for one request, such as 30s; 0: no limit', duration);
}

/** Milliseconds of a flag. */
export function duration(text: string): number {
  const ms = parsedDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('A duration is, for example, 90s or 1h30m.');
  return ms;
}
