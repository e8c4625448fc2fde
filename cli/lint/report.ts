import { printableJson, printableLine } from '../terminal/printable.ts';
import { styled } from '../terminal/text.ts';
import type { Text } from '../terminal/text.ts';
import type { Problem } from './finding.ts';

export const REPORT_FORMATS = ['text', 'github', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** How much was checked. */
export interface Counts {
  files: number;
  objects: number;
  passedOver: number;
}

/** The lines of the report. The JSON is documented in docs/cli.md, and stays as it is. */
export function reportLines(format: ReportFormat, problems: readonly Problem[], counts: Counts): Text[] {
  if (format === 'json') return [jsonReport(problems, counts)];
  return problems.map(format === 'github' ? workflowCommand : textLine);
}

function textLine({ file, line, severity, object, path, message }: Problem): Text {
  const parts = [object, path, message].filter((part) => part !== '').join(': ');
  return [
    `${printableLine(file)}:${line}: `,
    styled(severity === 'error' ? 'red' : 'yellow', `${severity}:`),
    ` ${printableLine(parts)}`,
  ];
}

function jsonReport(problems: readonly Problem[], counts: Counts): string {
  const listed = problems.map(({ file, line, severity, object, path, message }) => ({
    file,
    line,
    severity,
    object,
    field: path,
    message,
  }));
  return printableJson(JSON.stringify({ problems: listed, ...counts, ...severities(problems) }, null, 2));
}

/** How many problems are errors, and how many warnings. */
export function severities(problems: readonly Problem[]): { errors: number; warnings: number } {
  const found = problems.filter(({ severity }) => severity === 'error').length;
  return { errors: found, warnings: problems.length - found };
}

/** A command that GitHub Actions reads in the output of a step, and shows at the line of the file. */
function workflowCommand({ file, line, severity, object, path, message }: Problem): string {
  const title = object === '' ? '' : `,title=${property(object)}`;
  const text = [path, message].filter((part) => part !== '').join(': ');
  return `::${severity} file=${property(file)},line=${line}${title}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
