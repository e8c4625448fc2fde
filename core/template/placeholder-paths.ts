import type { PlaceholderPlan } from './placeholder-plan.ts';

const RESOURCES = '.resources.';

/**
 * Paths of the fields that depend on a run's values, such as `spec.template.spec.containers[0].image`. A map with free keys
 * counts as one field, because the API server reports a wrong label at the map. A list with `[*]` counts as one field,
 * because its indices in a Job differ from the template's. So do the `resources` of a container: the API server reports a
 * limit that is too low at the requests.
 */
export function placeholderPaths(plan: PlaceholderPlan): Set<string> {
  const paths = new Set<string>();
  for (const { path, tokens, kind, collection } of plan.strings) {
    const placeholders = tokens.filter((token) => token.kind === 'placeholder');
    if (kind === 'key' || placeholders.length === 0) continue;
    paths.add(path);
    const isOfWhole = kind === 'field' || placeholders.some(({ spread }) => spread);
    if (collection !== undefined && isOfWhole) paths.add(collection);
    const inResources = path.indexOf(RESOURCES);
    if (inResources !== -1) paths.add(path.slice(0, inResources + RESOURCES.length - 1));
  }
  return paths;
}
