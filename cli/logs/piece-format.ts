import { escaped } from '../terminal/printable.ts';
import type { Piece } from './line-splitter.ts';
import type { LogSource } from './log-source.ts';

export const LOG_FORMATS = ['text', 'raw', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A part of the output, and where it comes from. */
export interface SourcedPiece {
  source: LogSource;
  piece: Piece;
}

/** How pieces are written. */
export interface PieceFormat {
  /** Before a piece with which a line of the output begins. */
  before: (piece: SourcedPiece) => string;
  content: (piece: SourcedPiece) => Buffer | string;
  /** Whether each piece is a line of its own. */
  isLine: boolean;
}

export interface FormatOptions {
  format: LogFormat;
  timestamps: boolean;
  prefix: (source: LogSource) => string;
  /** The output is shown by a terminal, which obeys control characters. */
  isTerminal: boolean;
}

export function pieceFormat({ format, timestamps, prefix, isTerminal }: FormatOptions): PieceFormat {
  if (format === 'json') return { before: () => '', content: jsonOf, isLine: true };
  const before = ({ source, piece }: SourcedPiece) => `${prefix(source)}${timestamps ? `${piece.stamp} ` : ''}`;
  const isEscaped = isTerminal && format === 'text';
  return { before, content: isEscaped ? shown : ({ piece }) => piece.bytes, isLine: false };
}

/** Colours, and controls that move the cursor, set the title of the window or hide text. */
const CONTROLS =
  // eslint-disable-next-line no-control-regex -- these are what it is about
  /\u001b\[[\d;:]*m|[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const COLOUR = '\u001b[';
const RESET = '\u001b[0m';
/** The joiners of some scripts are text. A carriage return at the end of a line does nothing. */
const JOINERS = ['\u200c', '\u200d'];

/** Text for a terminal: colours remain, and end with the line. */
function shown({ piece }: SourcedPiece): string {
  const text = piece.bytes.toString('utf8').replace(/\r$/, '');
  const safe = text.replaceAll(CONTROLS, (found) =>
    found.length > 2 || found === '\t' || JOINERS.includes(found) ? found : escaped(found),
  );
  return safe.includes(COLOUR) && piece.last ? `${safe}${RESET}` : safe;
}

/** One JSON object. Bytes that are not UTF-8 are given as they are, too. */
function jsonOf({ source, piece }: SourcedPiece): string {
  const text = piece.bytes.toString('utf8');
  const isText = Buffer.from(text).equals(piece.bytes);
  return JSON.stringify({
    ...(piece.time && { time: piece.stamp }),
    ...source,
    text,
    ...(!isText && { base64: piece.bytes.toString('base64') }),
    ...(!piece.last && { partial: true }),
  });
}
