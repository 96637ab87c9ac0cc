/** The catalogue of reference models that can be fetched: `models/catalogue.json`, checked. */
import { z } from 'zod';
import catalogueFile from '../../../models/catalogue.json' with { type: 'json' };
import { COCO_NAMES, VOC_NAMES } from './names.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const remoteFileSchema = z.object({
  url: z.url(),
  /** Length of the file; null where it is not known for certain. */
  bytes: z.number().int().positive().nullable(),
  sha256: sha256.nullable(),
});
export type RemoteFile = z.infer<typeof remoteFileSchema>;

const catalogueEntrySchema = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  title: z.string(),
  classes: z.enum(['coco', 'voc']),
  /** Billions of floating-point operations for one frame. */
  gigaFlops: z.number().positive(),
  licence: z.string(),
  cfg: z.union([z.object({ builtIn: z.literal(true) }), remoteFileSchema]),
  weights: remoteFileSchema,
});
export type CatalogueEntry = z.infer<typeof catalogueEntrySchema>;

/** Every model that `models pull` knows. */
export const catalogue: readonly CatalogueEntry[] = z
  .object({ comment: z.string(), models: z.array(catalogueEntrySchema) })
  .parse(catalogueFile).models;

export const findInCatalogue = (name: string): CatalogueEntry | undefined =>
  catalogue.find((entry) => entry.name === name);

export const classNames = (classes: CatalogueEntry['classes']): readonly string[] =>
  classes === 'coco' ? COCO_NAMES : VOC_NAMES;
