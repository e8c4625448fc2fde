/** A file that is generated from the sources and committed. */
export interface Artefact {
  /** Relative to the root of the repository. */
  path: string;
  /** Generates the whole content. The same sources must always give the same content. */
  content: () => string | Promise<string>;
}
