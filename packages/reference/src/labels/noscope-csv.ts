/**
 * NoScope's label file: `frame,object_name,confidence,xmin,ymin,xmax,ymax`, boxes as corners. Ours has a further column
 * `timestamp` (seconds); files without it are read, further columns are passed over.
 *
 * The format has no line for a frame without an object, so a frame that is not there had none.
 */
import { NoScopeError } from '@noscope/query';
import { CsvTable, csvField } from './csv.ts';
import { FrameCollector, type LabelledFrame } from './frames.ts';

const COLUMNS = ['frame', 'object_name', 'confidence', 'xmin', 'ymin', 'xmax', 'ymax'] as const;

/** The first line of a file that `writeNoScopeCsv` continues. */
export const NOSCOPE_CSV_HEADER = `${COLUMNS.join(',')},timestamp\n`;

/**
 * Reads a label file.
 * @throws NoScopeError `bad-input` with the line.
 */
export function readNoScopeCsv(text: string): LabelledFrame[] {
  const table = new CsvTable(text, COLUMNS);
  const collector = new FrameCollector();
  for (const row of table.rows) {
    const timestampS =
      table.has('timestamp') && table.text(row, 'timestamp') !== '' ? table.number(row, 'timestamp') : null;
    const { boxes } = collector.frame(table.frame(row, 'frame'), timestampS);
    const className = table.text(row, 'object_name');
    if (className === '') throw new NoScopeError('bad-input', `labels line ${row.line}: object_name is empty`);
    const confidence = table.number(row, 'confidence');
    if (confidence < 0 || confidence > 1) {
      throw new NoScopeError(
        'bad-input',
        `labels line ${row.line}: confidence must be between 0 and 1, not ${confidence}`,
      );
    }
    const [x, y] = [table.number(row, 'xmin'), table.number(row, 'ymin')];
    const [w, h] = [table.number(row, 'xmax') - x, table.number(row, 'ymax') - y];
    if (w < 0 || h < 0) throw new NoScopeError('bad-input', `labels line ${row.line}: the box ends before it begins`);
    boxes.push({ className, confidence, x, y, w, h });
  }
  return collector.frames;
}

/** Lines without the header, one per box, each ended; frames without a box give none. */
export function noScopeCsvLines(frames: Iterable<LabelledFrame>): string {
  let text = '';
  for (const { frame, timestampS, boxes } of frames) {
    for (const { className, confidence, x, y, w, h } of boxes) {
      const corners = [x, y, x + w, y + h].map((value) => value.toFixed(2)).join(',');
      text += `${frame},${csvField(className)},${confidence.toFixed(6)},${corners},${timestampS ?? ''}\n`;
    }
  }
  return text;
}

/** A whole file. */
export const writeNoScopeCsv = (frames: Iterable<LabelledFrame>): string =>
  NOSCOPE_CSV_HEADER + noScopeCsvLines(frames);
