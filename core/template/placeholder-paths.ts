import type { PlaceholderPlan } from './placeholder-plan.ts';

/**
 * Paths of the fields whose text depends on a run's values, for instance `spec.template.spec.containers[0].image`. The
 * map that holds such a field among keys of the user's own is one of them (the API server names the whole map for a wrong
 * label), and so is a list that `[*]` makes longer: its indices in a Job are not the template's.
 */
export function placeholderPaths(plan: PlaceholderPlan): Set<string> {
  const paths = new Set<string>();
  for (const { path, tokens, kind, collection } of plan.strings) {
    const placeholders = tokens.filter((token) => token.kind === 'placeholder');
    if (kind === 'key' || placeholders.length === 0) continue;
    paths.add(path);
    const isOfWhole = kind === 'field' || placeholders.some(({ spread }) => spread);
    if (collection !== undefined && isOfWhole) paths.add(collection);
  }
  return paths;
}
