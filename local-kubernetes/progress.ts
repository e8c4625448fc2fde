/** Tells a person what a long step is doing; tests pass a silent one. */
export type Progress = (line: string) => void;

/** Lines on stderr, so that stdout stays for results that a program may read. */
export const printProgress: Progress = (line) => {
  process.stderr.write(`${line}\n`);
};

/** `75000` → `1 m 15 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}

/** Runs a step; says when it began, every ten seconds what it is at, and how long it took. */
export async function reportProgress<T>(
  progress: Progress,
  what: string,
  step: (note: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const began = Date.now();
  let latest = '';
  progress(`${what} …`);
  const elapsed = () => formatDuration(Date.now() - began);
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
