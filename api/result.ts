/** Results: values that the runs of a template hand over. */
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { MOST_RESULTS } from './limits.ts';
import { LONGEST_PARAMETER_NAME, PARAMETER_NAME_PATTERN, ParameterSchemaSchema } from './parameter.ts';
import type { ParameterValue } from './parameter.ts';
import { ListMap, UNKNOWN_FIELDS_REFUSED } from './schema-kit.ts';

const ResultDeclaration = Type.Object(
  {
    name: Type.String({
      description:
        'Name of the result: letters, digits, "_" and "-". It is a key of the JSON object that the container writes.',
      minLength: 1,
      maxLength: LONGEST_PARAMETER_NAME,
      pattern: PARAMETER_NAME_PATTERN,
    }),
    description: Type.Optional(Type.String({ description: 'Describes the result to the people who use it.' })),
    schema: Type.Optional(ParameterSchemaSchema),
  },
  UNKNOWN_FIELDS_REFUSED,
);

/** One result that a template declares. */
export type Result = Static<typeof ResultDeclaration>;

const ResultsSchema = ListMap(ResultDeclaration, ['name'], {
  description:
    'The results of each run: a container writes them as one JSON object to /dev/termination-log, and they become status.results of a run that has succeeded. All of them are required. Only for Jobs of one Pod.',
  maxItems: MOST_RESULTS,
});

/** The fields of a template that declare results. */
export const resultFields = {
  results: Type.Optional(ResultsSchema),
  resultsFrom: Type.Optional(
    Type.String({
      description: 'Name of the container that writes the results. Defaults to the first container.',
      minLength: 1,
      maxLength: 63,
    }),
  ),
};

export const ResultValuesSchema = Type.Unsafe<Record<string, ParameterValue>>({
  type: 'object',
  description:
    'The results that the template declares, if the run has succeeded and all of them are valid. Every user who may read the run can read them.',
  'x-kubernetes-preserve-unknown-fields': true,
});

/** A value for each declared result. */
export type ResultValues = Static<typeof ResultValuesSchema>;
