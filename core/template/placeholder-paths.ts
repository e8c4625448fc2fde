import type { PlaceholderPlan } from './placeholder-plan.ts';

/**
 * Paths of the fields that depend on a run's values, such as `spec.template.spec.containers[0].image`. A map with free keys
 * counts as one field, because the API server reports a wrong label at the map. A list with `[*]` counts as one field,
 * because its indices in a Job differ from the template's.
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
