const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Below the limit, a duration is shown in the first unit, and in the second if `isDetailed`. */
interface Scale {
  below: number;
  unit: [number, string];
  detail?: [number, string];
}

/** As `kubectl get` shows ages (`k8s.io/apimachinery/pkg/util/duration`). */
const SCALES: readonly Scale[] = [
  { below: 2 * MINUTE, unit: [SECOND, 's'] },
  { below: 10 * MINUTE, unit: [MINUTE, 'm'], detail: [SECOND, 's'] },
  { below: 3 * HOUR, unit: [MINUTE, 'm'] },
  { below: 8 * HOUR, unit: [HOUR, 'h'], detail: [MINUTE, 'm'] },
  { below: 2 * DAY, unit: [HOUR, 'h'] },
  { below: 8 * DAY, unit: [DAY, 'd'], detail: [HOUR, 'h'] },
  { below: 2 * YEAR, unit: [DAY, 'd'] },
  { below: 8 * YEAR, unit: [YEAR, 'y'], detail: [DAY, 'd'] },
  { below: Infinity, unit: [YEAR, 'y'] },
];

/** A duration for people, such as `90s`, `5m20s` or `3d`. */
export function humanDuration(ms: number): string {
  const rest = Math.max(0, ms);
  const { unit, detail } = SCALES.find(({ below }) => rest < below) ?? { unit: [YEAR, 'y'] };
  const [size, name] = unit;
  const text = `${Math.floor(rest / size)}${name}`;
  if (detail === undefined) return text;
  const more = Math.floor((rest % size) / detail[0]);
  return more === 0 ? text : `${text}${more}${detail[1]}`;
}
