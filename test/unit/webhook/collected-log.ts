import { pino, type Logger } from 'pino';

export type LogLine = Record<string, unknown>;

/** A logger, and the lines that were logged with it. */
export function collectedLog(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line) as LogLine) });
  return { logger, lines };
}
