/**
 * COCO's JSON: `images`, `categories` and `annotations` with `bbox: [x, y, w, h]` in pixels and an optional `score`.
 *
 * COCO knows pictures, not frames. A picture's frame number is, in this order: its `frame_id` (or `frame_index`,
 * `frame`) where every picture has one; else its place when the pictures are sorted by file name, numbers in names
 * compared as numbers (frame_9 before frame_10), and by `id` where names are missing or equal. So an export that left
 * pictures out needs `frame_id`.
 */
import { NoScopeError } from '@noscope/query';
import { z } from 'zod';
import { FrameCollector, type LabelledFrame } from './frames.ts';

const id = z.union([z.number(), z.string()]);
const index = z.number().int().nonnegative().optional();

const schema = z.object({
  images: z.array(
    z.object({
      id,
      file_name: z.string().optional(),
      frame_id: index,
      frame_index: index,
      frame: index,
      timestamp: z.number().optional(),
    }),
  ),
  categories: z.array(z.object({ id, name: z.string().min(1) })),
  annotations: z.array(
    z.object({
      image_id: id,
      category_id: id,
      bbox: z.tuple([z.number(), z.number(), z.number().nonnegative(), z.number().nonnegative()]),
      score: z.number().min(0).max(1).optional(),
    }),
  ),
});

/**
 * Reads COCO JSON. An annotation without a score is a person's: confidence 1. Every picture gives a frame, without
 * boxes too.
 * @throws NoScopeError `bad-input` naming the field.
 */
export function readCocoJson(text: string): LabelledFrame[] {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new NoScopeError('bad-input', `COCO labels: ${issue.path.join('.') || 'the document'}: ${issue.message}`);
  }
  const { images, categories, annotations } = parsed.data;
  const frameOf = numberFrames(images);
  const nameOf = new Map(categories.map((category) => [category.id, category.name]));
  const collector = new FrameCollector();
  const frames = new Map<string | number, LabelledFrame>();
  for (const image of images) {
    if (frames.has(image.id)) throw new NoScopeError('bad-input', `COCO labels: two images have the id ${image.id}`);
    frames.set(image.id, collector.frame(frameOf.get(image.id) ?? 0, image.timestamp ?? null));
  }
  for (const [i, annotation] of annotations.entries()) {
    const frame = frames.get(annotation.image_id);
    const className = nameOf.get(annotation.category_id);
    if (frame === undefined)
      throw new NoScopeError(
        'bad-input',
        `COCO labels: annotations.${i} names image ${annotation.image_id}, which is not there`,
      );
    if (className === undefined)
      throw new NoScopeError(
        'bad-input',
        `COCO labels: annotations.${i} names category ${annotation.category_id}, which is not there`,
      );
    const [x, y, w, h] = annotation.bbox;
    frame.boxes.push({ className, confidence: annotation.score ?? 1, x, y, w, h });
  }
  return collector.frames;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new NoScopeError('bad-input', 'COCO labels: this is no JSON', { cause });
  }
}

type Image = z.infer<typeof schema>['images'][number];

function numberFrames(images: readonly Image[]): Map<string | number, number> {
  const said = images.map((image) => image.frame_id ?? image.frame_index ?? image.frame);
  if (said.every((frame) => frame !== undefined)) return new Map(images.map((image, i) => [image.id, said[i] ?? 0]));
  const natural = new Intl.Collator('en', { numeric: true });
  const sorted = [...images].sort(
    (a, b) => natural.compare(a.file_name ?? '', b.file_name ?? '') || natural.compare(String(a.id), String(b.id)),
  );
  return new Map(sorted.map((image, frame) => [image.id, frame]));
}
