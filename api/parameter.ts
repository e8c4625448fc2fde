import type { Static } from 'typebox';
import { Type } from 'typebox';
import { LONGEST_PATTERN, MOST_ENUM_VALUES, MOST_PARAMETERS } from './limits.ts';
import { AnyValue, AtomicList, ListMap, StringEnum, UNKNOWN_FIELDS_REFUSED } from './schema-kit.ts';

export const SCALAR_TYPES = ['string', 'integer', 'number', 'boolean'] as const;
export const PARAMETER_TYPES = [...SCALAR_TYPES, 'array'] as const;

/** A name between `$(params.` and `)`. */
export const PARAMETER_NAME_PATTERN = '^[A-Za-z_][A-Za-z0-9_-]*$';
export const LONGEST_PARAMETER_NAME = 63;
/** A pattern needs a `maxLength` of at most this value, so that checking a value takes a bounded time. */
export const LONGEST_MATCHED_STRING = 4096;

/** A value of a parameter, which replaces `$(params.NAME)`. */
export type ScalarValue = string | number | boolean;
export type ParameterValue = ScalarValue | ScalarValue[];

const scalarKeywords = {
  enum: Type.Optional(
    AtomicList(AnyValue<ScalarValue>({}), {
      description: 'The values that are allowed.',
      minItems: 1,
      maxItems: MOST_ENUM_VALUES,
    }),
  ),
  pattern: Type.Optional(
    Type.String({
      description:
        'Regular expression (RE2) that must match a part of the string; to match the whole string, use ^ and $. Requires maxLength.',
      maxLength: LONGEST_PATTERN,
    }),
  ),
  minLength: Type.Optional(Type.Integer({ description: 'Minimum number of characters of a string.', minimum: 0 })),
  maxLength: Type.Optional(Type.Integer({ description: 'Maximum number of characters of a string.', minimum: 0 })),
  minimum: Type.Optional(Type.Number({ description: 'Minimum of a number, inclusive.' })),
  maximum: Type.Optional(Type.Number({ description: 'Maximum of a number, inclusive.' })),
};

const ItemSchema = Type.Object(
  {
    type: StringEnum(SCALAR_TYPES, { description: 'Type of each element.' }),
    ...scalarKeywords,
  },
  { description: 'Schema of the elements of an array.', ...UNKNOWN_FIELDS_REFUSED },
);

export const ParameterSchemaSchema = Type.Object(
  {
    type: StringEnum(PARAMETER_TYPES, { description: 'Type of the value.' }),
    ...scalarKeywords,
    items: Type.Optional(ItemSchema),
    examples: Type.Optional(
      AtomicList(AnyValue<ParameterValue>({}), {
        description:
          'Values that the schema accepts, for the people who create JobRuns. If there is no default, the template is checked with the first example.',
        minItems: 1,
        maxItems: 10,
      }),
    ),
    minItems: Type.Optional(Type.Integer({ description: 'Minimum number of elements of an array.', minimum: 0 })),
    maxItems: Type.Optional(Type.Integer({ description: 'Maximum number of elements of an array.', minimum: 0 })),
  },
  {
    description: 'Schema of the value, in a subset of JSON Schema. Without a schema, the value can be any string.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

/** The part of JSON Schema that a parameter's schema is written in. */
export type ParameterSchema = Static<typeof ParameterSchemaSchema>;

const ParameterDeclaration = Type.Object(
  {
    name: Type.String({
      description:
        'Name of the parameter: letters, digits, "_" and "-". In the template, $(params.NAME) is replaced with its value.',
      minLength: 1,
      maxLength: LONGEST_PARAMETER_NAME,
      pattern: PARAMETER_NAME_PATTERN,
    }),
    description: Type.Optional(
      Type.String({ description: 'Describes the parameter to the people who create JobRuns.' }),
    ),
    schema: Type.Optional(ParameterSchemaSchema),
    default: Type.Optional(AnyValue<ParameterValue>({ description: 'The value for runs that do not set one.' })),
    required: Type.Optional(
      Type.Boolean({
        description:
          'Whether a run must set a value. Defaults to true if the parameter has no default. Can be false only if it has a default.',
      }),
    ),
    secret: Type.Optional(
      Type.Boolean({
        description:
          'Whether the values are secret: no error, Event, status or log quotes them. They are not encrypted: they remain plain text in the JobRun and in its Job.',
      }),
    ),
  },
  UNKNOWN_FIELDS_REFUSED,
);

/** One parameter that a template declares. */
export type Parameter = Static<typeof ParameterDeclaration>;

export const ParametersSchema = ListMap(ParameterDeclaration, ['name'], {
  description:
    'Parameters that runs can set. A value replaces $(params.NAME) in any string of spec. A list element $(params.NAME[*]) is replaced with the elements of an array.',
  maxItems: MOST_PARAMETERS,
});
