import type { KubeClient } from '../../kube/client/client.ts';
import type { LogSelection } from '../../kube/client/request-options.ts';
import type { LogOutput } from './log-output.ts';
import { LineSplitter } from './line-splitter.ts';
import type { Piece } from './line-splitter.ts';
import { compareLogTimes } from './log-time.ts';
import type { LogSource } from './log-source.ts';
import type { SeenLines } from './seen-lines.ts';

/** What a log is read with. */
export interface LogTools {
  client: Pick<KubeClient, 'log'>;
  output: LogOutput;
  signal: AbortSignal;
}

/** One reading of the log of one container. */
export interface LogRequest {
  pod: { namespace: string; name: string };
  selection: Omit<LogSelection, 'timestamps' | 'sinceTime' | 'inactivityMs'>;
  seen: SeenLines;
  source: LogSource;
  /** Ends the reading. */
  signal?: AbortSignal | undefined;
}

/** Text that comes not from the container, but from its node. */
export class NodeMessageError extends Error {
  override readonly name = 'NodeMessageError';
}

/** A log that is silent for this long is requested again: the connection may be dead. */
const INACTIVITY_MS = 300_000;
/** A timestamp, and the beginning of a line. */
const FIRST_STAMP_BYTES = 64;

/** What a reading has brought. */
export interface ReadResult {
  /** How many pieces were put out. */
  fresh: number;
  /** A last line without a newline, which may continue. It was not put out. */
  rest: Piece | undefined;
}

/**
 * Puts out what is new in a log. What arrived before an error is put out.
 *
 * @throws NodeMessageError if the node answers with a message instead of a log
 */
export async function readLog(request: LogRequest, { client, output, signal }: LogTools): Promise<ReadResult> {
  const { pod, selection, seen, source } = request;
  const since = seen.since;
  // Only the first time: later, what was seen tells where to begin.
  const limits = since === undefined ? {} : { sinceTime: since, tailLines: undefined, sinceSeconds: undefined };
  const query = { ...selection, ...limits, timestamps: true, inactivityMs: INACTIVITY_MS };
  const signals = request.signal ? AbortSignal.any([signal, request.signal]) : signal;
  const splitter = new LineSplitter();
  const reading = seen.reading();
  let fresh = 0;
  const putOut = async (pieces: readonly Piece[]): Promise<void> => {
    const timed = pieces.flatMap((piece) => reading.fresh(piece) ?? []);
    const lines = timed.filter(({ time }) => time !== undefined);
    for (const piece of lines) seen.add(piece);
    fresh += lines.length;
    await output.write(lines.map((piece) => ({ source, piece })));
    const message = timed.find(({ time }) => time === undefined);
    if (message !== undefined) throw new NodeMessageError(message.bytes.toString().trim());
  };
  for await (const chunk of client.log(pod, query, { signal: signals })) await putOut(splitter.push(chunk));
  const [last] = splitter.end();
  const rest = last && reading.fresh(last);
  if (rest !== undefined && rest.time === undefined) throw new NodeMessageError(rest.bytes.toString().trim());
  return { fresh, rest };
}

/**
 * Whether the log of the previous instance is the one of which lines were seen. A container may have been restarted
 * between the time when its state was read and the time when its log was requested.
 */
export async function isSameLog(request: LogRequest, { client, signal }: LogTools): Promise<boolean> {
  const { pod, selection, seen } = request;
  const splitter = new LineSplitter();
  const { container } = selection;
  const query = { container, previous: true, timestamps: true, limitBytes: FIRST_STAMP_BYTES };
  const pieces: Piece[] = [];
  for await (const chunk of client.log(pod, { ...query, inactivityMs: INACTIVITY_MS }, { signal })) {
    pieces.push(...splitter.push(chunk));
  }
  const begin = [...pieces, ...splitter.end()][0]?.time;
  if (begin === undefined || seen.first === undefined) return false;
  return compareLogTimes(seen.first, begin) <= 0;
}
