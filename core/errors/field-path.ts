/**
 * The path of a field from its object's root, as Kubernetes writes it: `spec.template.spec.containers[0].image`. Building
 * one is cheap, so that paths can be passed on for errors that may never occur: its text is only joined when it is read.
 */
export class FieldPath {
  readonly #parent: FieldPath | undefined;
  readonly #segment: string;
  /** Characters of the text. */
  readonly length: number;

  private constructor(parent: FieldPath | undefined, segment: string) {
    this.#parent = parent;
    this.#segment = segment;
    this.length = (parent?.length ?? 0) + segment.length;
  }

  /** A path of fields from the root. */
  static of(...names: readonly string[]): FieldPath {
    return new FieldPath(undefined, names.join('.'));
  }

  /** The path that is written in `text`. */
  static from(text: FieldPath | string): FieldPath {
    return typeof text === 'string' ? new FieldPath(undefined, text) : text;
  }

  /** A field of this object. */
  child(name: string, ...names: readonly string[]): FieldPath {
    return names.reduce<FieldPath>((path, next) => new FieldPath(path, `.${next}`), new FieldPath(this, `.${name}`));
  }

  /** An element of this list. */
  index(index: number): FieldPath {
    return new FieldPath(this, `[${index}]`);
  }

  /** An entry of this map. */
  key(key: string): FieldPath {
    return new FieldPath(this, `[${key}]`);
  }

  toString(): string {
    return this.#parent === undefined ? this.#segment : `${this.#parent.toString()}${this.#segment}`;
  }
}
