/** Dots after these do not end a sentence. */
const ABBREVIATION = /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx)|\b[A-Z])\.$/i;

/**
 * The first sentence of a description, on one line. Kubernetes' descriptions are long: a CRD with all of them is too
 * large for `kubectl apply`.
 */
export const firstSentence = (description: string): string => {
  const text = (description.split(/\n\s*\n/)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
  for (const { index } of text.matchAll(/[.!?](?= ["'(]?[A-Z0-9])/g)) {
    const sentence = text.slice(0, index + 1);
    if (!ABBREVIATION.test(sentence)) return sentence;
  }
  return text;
};
