/** The runs of one namespace. */
interface Namespace {
  /** Uids. */
  unplaced: Set<string>;
  /** Keys of runs that could have a place. */
  waiting: Set<string>;
}

/**
 * The runs that waited when this process began to lead, and whose group is not known until they are worked on. Meanwhile, no
 * place is given in their namespace: one of them may be older than the run that would get it.
 */
export class FirstRuns {
  readonly #wake: (run: string) => void;
  readonly #byNamespace = new Map<string, Namespace>();
  readonly #namespaces = new Map<string, string>();

  /** @param wake called with the key of each run that could not get its place earlier */
  constructor(wake: (run: string) => void) {
    this.#wake = wake;
  }

  add(namespace: string, uid: string): void {
    const known = this.#byNamespace.get(namespace) ?? { unplaced: new Set(), waiting: new Set() };
    known.unplaced.add(uid);
    this.#byNamespace.set(namespace, known);
    this.#namespaces.set(uid, namespace);
  }

  /** The run was worked on, has finished or was deleted. */
  remove(uid: string): void {
    const namespace = this.#namespaces.get(uid);
    const known = namespace === undefined ? undefined : this.#byNamespace.get(namespace);
    if (namespace === undefined || !known) return;
    this.#namespaces.delete(uid);
    known.unplaced.delete(uid);
    if (known.unplaced.size > 0) return;
    this.#byNamespace.delete(namespace);
    for (const run of known.waiting) this.#wake(run);
  }

  /** Whether places of the namespace have to wait for these runs. */
  areIn(namespace: string): boolean {
    return this.#byNamespace.has(namespace);
  }

  /** The run is woken once the group of each of these runs is known. */
  waitFor(namespace: string, run: string): void {
    this.#byNamespace.get(namespace)?.waiting.add(run);
  }
}
