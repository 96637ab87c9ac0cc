/** Labels as `frame,class,confidence,x,y,w,h`: pixels, `x`, `y` the top left corner. */
import { CsvTable } from './csv.ts';
import { FrameCollector, type LabelledFrame } from './frames.ts';

/**
 * Reads such a file.
 * @throws NoScopeError `bad-input` with the line.
 */
export function readDetectionsCsv(text: string): LabelledFrame[] {
  const table = new CsvTable(text, ['frame', 'class', 'confidence', 'x', 'y', 'w', 'h']);
  const collector = new FrameCollector();
  for (const row of table.rows) {
    collector.frame(table.frame(row, 'frame'), null).boxes.push({
      className: table.text(row, 'class'),
      confidence: table.number(row, 'confidence'),
      x: table.number(row, 'x'),
      y: table.number(row, 'y'),
      w: table.number(row, 'w'),
      h: table.number(row, 'h'),
    });
  }
  return collector.frames;
}
