/** The path of a field from its object's root, as Kubernetes writes it: `spec.template.spec.containers[0].image`. */
export class FieldPath {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** A path of fields from the root. */
  static of(...names: readonly string[]): FieldPath {
    return new FieldPath(names.join('.'));
  }

  /** The path that is written in `text`. */
  static from(text: FieldPath | string): FieldPath {
    return typeof text === 'string' ? new FieldPath(text) : text;
  }

  /** A field of this object. */
  child(...names: readonly string[]): FieldPath {
    return new FieldPath([...(this.#text === '' ? [] : [this.#text]), ...names].join('.'));
  }

  /** An element of this list. */
  index(index: number): FieldPath {
    return new FieldPath(`${this.#text}[${index}]`);
  }

  /** An entry of this map. */
  key(key: string): FieldPath {
    return new FieldPath(`${this.#text}[${key}]`);
  }

  toString(): string {
    return this.#text;
  }
}
