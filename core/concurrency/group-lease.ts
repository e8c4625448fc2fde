import type { V1Lease } from '@kubernetes/client-node';
import {
  ANNOTATION_GROUP,
  ANNOTATION_HOLDERS,
  LABEL_APP_MANAGED_BY,
  LABEL_CONCURRENCY_GROUP,
  MANAGED_BY,
} from '../../api/names.ts';
import type { Wire } from '../../api/wire.ts';
import type { Group } from './group.ts';

export type Lease = Wire<V1Lease>;

/** A run that has a place in its group, as the Lease of the group names it. */
export interface HolderEntry {
  name: string;
  uid: string;
  /** When the run was created. */
  created: string;
  /** The process that gave it the place, or took it over: only that one creates the Job of the run. */
  by?: string;
}

/** What a Lease says of a group. */
export interface LeaseContent extends Group {
  holders: HolderEntry[];
}

const PREFIX = 'job-template-run-group-';

/** 63 characters. */
export function leaseNameOf({ hash }: Pick<Group, 'hash'>): string {
  return `${PREFIX}${hash}`;
}

/** The Lease of a group with these holders. It does not expire. */
export function leaseOf({ id, hash, called }: Group, holders: readonly HolderEntry[]): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: leaseNameOf({ hash }),
      labels: { [LABEL_APP_MANAGED_BY]: MANAGED_BY, [LABEL_CONCURRENCY_GROUP]: hash },
      annotations: {
        [ANNOTATION_GROUP]: JSON.stringify({ id, called }),
        [ANNOTATION_HOLDERS]: JSON.stringify(holders),
      },
    },
    spec: {},
  };
}

/**
 * What the Lease says; `undefined` if it is not that of a group, or somebody has written something else into it. A list with
 * one wrong entry says nothing: that entry can have been a run that has a place.
 */
export function contentOf({ metadata = {} }: Lease): LeaseContent | undefined {
  const { name, labels = {}, annotations = {} } = metadata;
  const group = groupIn(parsed(annotations[ANNOTATION_GROUP]), labels[LABEL_CONCURRENCY_GROUP]);
  const holders = parsed(annotations[ANNOTATION_HOLDERS]);
  if (!group || !areEntries(holders) || name !== leaseNameOf(group)) return undefined;
  return { ...group, holders };
}

function groupIn(stored: unknown, hash: string | undefined): Group | undefined {
  const { id, called } = (stored ?? {}) as Partial<Group>;
  return hash !== undefined && typeof id === 'string' && typeof called === 'string' ? { id, hash, called } : undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function areEntries(value: unknown): value is HolderEntry[] {
  return Array.isArray(value) && value.every(isEntry);
}

function isEntry(value: unknown): boolean {
  const { name, uid, created } = (value ?? {}) as Record<string, unknown>;
  return [name, uid].every((part) => typeof part === 'string' && part !== '') && typeof created === 'string';
}
