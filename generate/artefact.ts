/** A file that is made from the sources and committed. */
export interface Artefact {
  /** From the root of the repository. */
  path: string;
  /** Makes the whole content; must give the same for the same sources. */
  content: () => string | Promise<string>;
}
