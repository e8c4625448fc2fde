import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { chart } from './chart.ts';
import { table, type Report } from './report.ts';

const docs = join(repositoryDirectory, 'docs');

/** A report as docs/performance.json stores it. */
export interface StoredReport extends Report {
  /** The machine that it was measured on. */
  on: string;
}

/**
 * Stores these reports in docs/performance.json beside those of other scenarios, and generates docs/performance.md from
 * all of them.
 */
export async function writePerformance(reports: readonly Report[]): Promise<void> {
  const file = join(docs, 'performance.json');
  const known = JSON.parse(await readFile(file, 'utf8')) as StoredReport[];
  const on = `${machine()}, Node ${process.versions.node}`;
  const names = new Set(reports.map(({ scenario }) => scenario));
  const stored = [
    ...known.filter(({ scenario }) => !names.has(scenario)),
    ...reports.map((report) => ({ ...report, on })),
  ].sort((a, b) => (a.scenario < b.scenario ? -1 : 1));
  await writeJson(file, stored);
  await writeBlock('measured', measuredText(stored));
}

/** What docs/performance.md shows of these reports: one section each. */
export function measuredText(reports: readonly StoredReport[]): string {
  const parts = reports.flatMap((report) => [
    `### ${report.scenario}`,
    `On ${report.on}.`,
    table(report),
    ...(report.series ? [chart(report.series, { title: report.scenario, x: 'runs stored', y: 'runs/s' })] : []),
  ]);
  return parts.join('\n\n');
}

/** Writes a text between `<!-- NAME: begin -->` and `<!-- NAME: end -->` in docs/performance.md. */
export async function writeBlock(name: string, text: string): Promise<void> {
  const page = join(docs, 'performance.md');
  const replaced = withBlock(await readFile(page, 'utf8'), name, text);
  await writeFile(page, await format(replaced, { ...(await resolveConfig(page)), parser: 'markdown' }));
}

/** A page with this text in place of a block. @throws if the page has no such block. */
export function withBlock(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [head, rest] = page.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`the page lacks ${begin} or ${end}`);
  return `${head}${begin}\n\n${text}\n\n${end}${tail}`;
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, await format(JSON.stringify(value), { ...(await resolveConfig(file)), parser: 'json' }));
}

/** The number and model of the cores, and the memory. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB`;
}
