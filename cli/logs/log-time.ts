/** When a line was written, to the nanosecond. Nodes report it in any time zone. */
export interface LogTime {
  /** Since the Unix epoch. */
  readonly seconds: number;
  readonly nanos: number;
}

const RFC3339_NANO = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** The second that was parsed last: most lines have the second of the line before. */
let recent = { text: '', seconds: 0 };

/** `undefined` if the text is not the timestamp of a line. */
export function parseLogTime(text: string): LogTime | undefined {
  const match = RFC3339_NANO.exec(text);
  if (match === null) return undefined;
  const [, second = '', fraction = '', zone = ''] = match;
  const whole = second + zone;
  if (whole !== recent.text) recent = { text: whole, seconds: Date.parse(whole) / 1000 };
  if (Number.isNaN(recent.seconds)) return undefined;
  return { seconds: recent.seconds, nanos: Number(fraction.padEnd(9, '0')) };
}

/** Negative if `a` is earlier than `b`. */
export function compareLogTimes(a: LogTime, b: LogTime): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

/** As the `sinceTime` of a request. */
export function secondText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
