/** Shows what a long step is doing. Tests pass a function that prints nothing. */
export type Progress = (line: string) => void;

/** Prints to stderr: stdout is for results that other programs read. */
export const printProgress: Progress = (line) => {
  process.stderr.write(`${line}\n`);
};

/** `75000` → `1 m 15 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}

/** Runs a step. Reports its start, its current detail every ten seconds, and how long it took. */
export async function reportProgress<T>(
  progress: Progress,
  what: string,
  step: (note: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const startedAt = Date.now();
  let latest = '';
  progress(`${what} …`);
  const elapsed = () => formatDuration(Date.now() - startedAt);
  const timer = setInterval(() => {
    progress(`  ${what}: ${latest === '' ? 'still running' : latest}, ${elapsed()}`);
  }, 10_000);
  try {
    const result = await step((detail) => {
      latest = detail;
    });
    progress(`${what}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
