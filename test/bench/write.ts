import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { plot } from './plot.ts';
import { table, type Report } from './report.ts';

const docs = join(repositoryDirectory, 'docs');
const page = join(docs, 'performance.md');
const BEGIN = '<!-- measured: begin -->';
const END = '<!-- measured: end -->';

/** A report as docs/performance.json keeps it. */
interface Kept extends Report {
  /** On what it was measured. */
  on: string;
}

/** Keeps these reports in docs/performance.json beside those of other scenarios, and writes docs/performance.md from all. */
export async function writePerformance(reports: readonly Report[]): Promise<void> {
  const file = join(docs, 'performance.json');
  const known = JSON.parse(await readFile(file, 'utf8')) as Kept[];
  const on = `${machine()}, Node ${process.versions.node}`;
  const names = new Set(reports.map(({ scenario }) => scenario));
  const kept = [
    ...known.filter(({ scenario }) => !names.has(scenario)),
    ...reports.map((report) => ({ ...report, on })),
  ].sort((a, b) => (a.scenario < b.scenario ? -1 : 1));
  await writeFile(file, await format(JSON.stringify(kept), { ...(await resolveConfig(file)), parser: 'json' }));
  await writePage(kept);
}

async function writePage(reports: readonly Kept[]): Promise<void> {
  const parts: string[] = [];
  for (const report of reports) {
    parts.push(`### ${report.scenario}`, `On ${report.on}.`, table(report));
    if (!report.series) continue;
    const file = `${report.scenario.replaceAll(' ', '-')}.svg`;
    await writeFile(
      join(docs, 'images', file),
      plot(report.series, { title: report.scenario, x: 'runs stored', y: 'runs/s' }),
    );
    parts.push(`![${report.scenario}](images/${file})`);
  }
  await replaceBetween(page, { begin: BEGIN, end: END, text: parts.join('\n\n') });
}

/** Puts a text between two marks of a Markdown page. @throws when the page lacks a mark. */
export async function replaceBetween(
  path: string,
  { begin, end, text }: { begin: string; end: string; text: string },
): Promise<void> {
  const before = await readFile(path, 'utf8');
  const [head, rest] = before.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`${path} lacks ${begin} or ${end}`);
  const options = await resolveConfig(path);
  const after = await format(`${head}${begin}\n\n${text}\n\n${end}${tail}`, { ...options, parser: 'markdown' });
  await writeFile(path, after);
}

/** How many cores of what, and how much memory. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB`;
}
