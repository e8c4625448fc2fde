import type { JobRun } from '../../api/job-run.ts';
import { durationMsOf } from '../outcome/run-duration.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { styleOfPhase } from '../terminal/phase-style.ts';
import { Table } from '../terminal/table.ts';
import type { Cell } from '../terminal/table.ts';
import { styled } from '../terminal/text.ts';
import type { Text } from '../terminal/text.ts';

interface RunTableOptions {
  allNamespaces?: true;
  isWide: boolean;
  now: () => number;
}

/** Runs as the lines of a table. */
export class RunTable {
  readonly #options: RunTableOptions;
  readonly #table: Table;

  constructor(runs: readonly JobRun[], options: RunTableOptions) {
    this.#options = options;
    this.#table = new Table(
      this.#header(),
      runs.map((run) => this.#cells(run, false)),
    );
  }

  /** With the header. */
  lines(runs: readonly JobRun[]): Text[] {
    return [this.#table.header(), ...runs.map((run) => this.line(run))];
  }

  line(run: JobRun, isDeleted = false): Text {
    return this.#table.row(this.#cells(run, isDeleted));
  }

  #header(): string[] {
    const namespace = this.#options.allNamespaces === true ? ['NAMESPACE'] : [];
    const wide = this.#options.isWide ? ['JOB', 'REVISION', 'REQUESTED BY'] : [];
    return [...namespace, 'NAME', 'TEMPLATE', 'STATUS', 'DURATION', 'AGE', ...wide, 'REASON'];
  }

  #cells(run: JobRun, isDeleted: boolean): Cell[] {
    const { metadata, spec } = run;
    const phase = run.status?.phase ?? 'Pending';
    const namespace = this.#options.allNamespaces === true ? [metadata.namespace ?? ''] : [];
    return [
      ...namespace,
      metadata.name ?? '',
      spec.templateRef,
      isDeleted ? styled('dim', `${phase} (deleted)`) : styled(styleOfPhase(phase), phase),
      this.#duration(run),
      this.#age(metadata.creationTimestamp),
      ...(this.#options.isWide ? wideCells(run) : []),
      reasonOf(run),
    ];
  }

  #age(time: string | undefined): string {
    const ms = Date.parse(time ?? '');
    return Number.isNaN(ms) ? '' : humanDuration(this.#options.now() - ms);
  }

  #duration(run: JobRun): string {
    const ms = durationMsOf(run, this.#options.now());
    return ms === undefined ? '' : humanDuration(ms);
  }
}

function wideCells({ metadata, spec, status }: JobRun): Cell[] {
  const requester = metadata.annotations?.['hematoscope.app/requested-by'] ?? '';
  return [status?.jobName ?? '', spec.templateRevision ?? '', requester];
}

/** Why the run waits, or failed, in a word. */
function reasonOf({ status }: JobRun): string {
  return status?.waiting?.reason ?? status?.failure?.reason ?? '';
}
