/** How often a piece of work is repeated: the clock of CPU time is coarse. */
const REPETITIONS = 5;

/** Milliseconds of CPU that {@link unit} takes on an idle machine of the kind that the limits are meant for. */
const UNIT_MS = 5;

/**
 * The work of a function, in milliseconds of CPU time of an idle machine. It is the CPU time of this thread in proportion
 * to that of a fixed piece of work that is done in between, so that neither a slow nor a busy machine changes it much.
 */
export function workOf(work: () => unknown): number {
  let [ofWork, ofUnit] = [0, 0];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    ofUnit += cpuTimeOf(unit);
    ofWork += cpuTimeOf(work);
  }
  return (ofWork / ofUnit) * UNIT_MS;
}

/** The same for work that other work could interrupt: nothing else may run meanwhile. */
export async function asyncWorkOf(work: () => Promise<unknown>): Promise<number> {
  let [ofWork, ofUnit] = [0, 0];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    ofUnit += cpuTimeOf(unit);
    const before = process.threadCpuUsage();
    await work();
    ofWork += millisecondsSince(before);
  }
  return (ofWork / ofUnit) * UNIT_MS;
}

function cpuTimeOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  return millisecondsSince(before);
}

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Maps, strings and JSON, as in the code that is measured. */
function unit(): number {
  const map = new Map<string, number>();
  for (let index = 0; index < 10_000; index++) map.set(`key-${index}`, index);
  const text = JSON.stringify(Array.from(map));
  return (JSON.parse(text) as unknown[]).length + text.split('"').length;
}
