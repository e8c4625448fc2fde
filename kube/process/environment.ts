import { Ajv, type ErrorObject } from 'ajv';
import { Type, type Static, type TObject, type TUnsafe } from 'typebox';

/** The variables of a process, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment cannot be used. The message has one line for each mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(mistakes: readonly string[]) {
    super(mistakes.map((mistake) => `environment variable ${mistake}`).join('\n'));
  }
}

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;

/** Values by camelCase names: `HEALTH_PORT` becomes `healthPort`. */
export type ConfigOf<Schema extends TObject> = {
  [Name in keyof Static<Schema> & string as CamelCase<Name>]: Static<Schema>[Name];
};

/** A variable that takes one of these words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  byDefault: Words[number],
): TUnsafe<Words[number]> {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], default: byDefault });
}

/** A TCP port; 0 lets the system choose one. */
export const port = (byDefault: number) => Type.Integer({ minimum: 0, maximum: 65_535, default: byDefault });

/** The least severe lines that are logged. */
export const logLevel = () => oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info');

/**
 * Reads the configuration of a process. An empty variable counts as absent.
 *
 * @param schema the variables, each with its type and default
 * @throws ConfigError that names every mistake
 */
export function readEnvironment<Schema extends TObject>(schema: Schema, environment: Environment): ConfigOf<Schema> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(schema.properties)) {
    const value = environment[name];
    if (value !== undefined && value !== '') values[name] = value;
  }
  const validate = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true }).compile(schema);
  if (!validate(values)) throw new ConfigError((validate.errors ?? []).map((error) => mistake(error, environment)));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [camelCase(name), value]),
  ) as ConfigOf<Schema>;
}

function mistake({ instancePath, message = 'is not valid', params }: ErrorObject, environment: Environment): string {
  const name = instancePath.slice(1);
  const allowed: unknown = params['allowedValues'];
  const list = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return `${name}=${JSON.stringify(environment[name])} ${message}${list}`;
}

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
