import type { Static } from 'typebox';
import { Type } from 'typebox';

export const RenderedTemplateSchema = Type.Object(
  {
    revision: Type.String({ description: "Hash of the template's content." }),
    generation: Type.Integer({ description: "The template's metadata.generation.", format: 'int64' }),
    uid: Type.String({ description: "The template's metadata.uid." }),
  },
  { description: 'The template that the Job was rendered from.' },
);

/** The template that the Job was rendered from. */
export type RenderedTemplate = Static<typeof RenderedTemplateSchema>;
