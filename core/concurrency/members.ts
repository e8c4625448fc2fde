import type { Group } from './group.ts';
import type { Member, WaitingLine } from './waiting-line.ts';

/** A run that has a place: it has a Job, or may get one. */
export interface Holder extends Member {
  /** Its Pods may still be terminating. */
  isFinished: boolean;
}

/** The runs of a group. */
export interface Members {
  group: Group;
  holders: readonly Holder[];
  line: WaitingLine;
}
