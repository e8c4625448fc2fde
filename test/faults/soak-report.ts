import { chart, type Series } from '../bench/chart.ts';

/** The results of a soak, as docs/soak.json stores them. */
export interface SoakReport {
  /** How long it took. */
  minutes: number;
  runs: number;
  faults: number;
  /** Whether each run has one Job and the right status. */
  well: boolean;
  /** The machine that it ran on. */
  on: string;
  rssMiB: Watched;
  connections: Watched;
}

interface Watched {
  /** The mean of each minute, by process. */
  byMinute: Series;
  /** Means of the second and of the last third, by process. The first third is the warm-up. */
  thirds: Thirds;
}

type Thirds = Record<string, [second: number, last: number]>;

/** What is stored of the samples of one figure: points of minute and value, by process. */
export function watched(samples: Series): Watched {
  return { byMinute: meansByMinute(samples), thirds: thirds(samples) };
}

/** The section about the soak in docs/performance.md. */
export function soakText(report: SoakReport): string {
  const { minutes, runs, faults, on, rssMiB, connections } = report;
  const verdict = report.well ? 'nothing lost, nothing doubled' : 'not all well';
  return [
    `${minutes} minutes, ${runs} runs, ${faults} faults, on ${on}: ${verdict}.`,
    'Means of the second and of the last third:',
    meansTable(report),
    chart(rssMiB.byMinute, { title: 'Memory during the soak', x: 'minutes', y: 'RSS, MiB' }),
    chart(connections.byMinute, { title: 'Connections during the soak', x: 'minutes', y: 'connections' }),
  ].join('\n\n');
}

function meansByMinute(samples: Series): Series {
  return Object.fromEntries(
    Object.entries(samples).map(([name, points]) => {
      const minutes = Map.groupBy(points, ([minute]) => Math.floor(minute) + 1);
      return [name, [...minutes].map(([minute, inMinute]) => [minute, mean(inMinute)] as const)];
    }),
  );
}

function thirds(series: Series): Thirds {
  return Object.fromEntries(
    Object.entries(series).map(([name, points]) => {
      const third = Math.floor(points.length / 3);
      return [name, [mean(points.slice(third, 2 * third)), mean(points.slice(2 * third))]];
    }),
  );
}

function meansTable({ rssMiB, connections }: SoakReport): string {
  const rows = Object.entries(rssMiB.thirds).map(([name, means]) => [
    name,
    ...means,
    ...(connections.thirds[name] ?? []),
  ]);
  const head = ['process', 'RSS, MiB', 'RSS, last third', 'connections', 'connections, last third'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function mean(points: readonly (readonly [number, number])[]): number {
  return Math.round((points.reduce((sum, [, y]) => sum + y, 0) / points.length) * 10) / 10;
}
