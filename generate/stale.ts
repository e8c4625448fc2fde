import type { Artefact } from './artefact.ts';

/** How a committed file differs from the generated content. */
export interface Stale {
  path: string;
  /** The first lines that differ, `-` as committed, `+` as it should be. */
  difference: string[];
}

const SHOWN = 5;

const firstDifference = (committed: string, wanted: string): string[] => {
  const old = committed.split('\n');
  const now = wanted.split('\n');
  const start = now.findIndex((line, index) => line !== old[index]);
  const at = start === -1 ? now.length : start;
  return [
    `@@ line ${at + 1} @@`,
    ...old.slice(at, at + SHOWN).map((line) => `-${line}`),
    ...now.slice(at, at + SHOWN).map((line) => `+${line}`),
  ];
};

/**
 * The artefacts whose committed file is missing or differs.
 * @param read returns the content of a committed file, or undefined if it does not exist
 */
export const staleArtefacts = async (
  artefacts: Artefact[],
  read: (path: string) => string | undefined,
): Promise<Stale[]> => {
  const stale: Stale[] = [];
  for (const { path, content } of artefacts) {
    const wanted = await content();
    const committed = read(path);
    if (committed === undefined) stale.push({ path, difference: ['the file does not exist'] });
    else if (committed !== wanted) stale.push({ path, difference: firstDifference(committed, wanted) });
  }
  return stale;
};
