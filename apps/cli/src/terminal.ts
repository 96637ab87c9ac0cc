/**
 * Where the program's words go. With `--json` one document goes to standard output and the rest to standard error;
 * progress always goes to standard error, as one line that is drawn over on a terminal and as occasional lines elsewhere.
 */
import type { ProgressEvent } from '@noscope/query';

/** Between two progress lines where they cannot be drawn over. */
const QUIET_MS = 10_000;
const REDRAW_MS = 100;

export class Terminal {
  readonly #json: boolean;
  readonly #redraws = process.stderr.isTTY === true;
  #drawn = false;
  #lastMs = 0;
  #lastStage = '';

  constructor(options: { json: boolean }) {
    this.#json = options.json;
  }

  /** A line of the result: standard output, or standard error beside a JSON document. */
  print(line = ''): void {
    this.#clear();
    (this.#json ? process.stderr : process.stdout).write(`${line}\n`);
  }

  /** A line about the work itself. */
  note(line: string): void {
    this.#clear();
    process.stderr.write(`${line}\n`);
  }

  /** The one document of `--json`; nothing without it. */
  document(value: unknown): void {
    this.#clear();
    if (this.#json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  readonly progress = (event: ProgressEvent): void => {
    switch (event.kind) {
      case 'stage':
        this.note(`${event.stage}: ${event.message}`);
        break;
      case 'warning':
        this.note(`warning: ${event.message}`);
        break;
      case 'candidate':
        this.note(`${event.stage}: ${event.message}`);
        break;
      case 'progress': {
        const nowMs = performance.now();
        const isLast = event.total !== null && event.done >= event.total;
        const wait = this.#redraws ? REDRAW_MS : QUIET_MS;
        if (nowMs - this.#lastMs < wait && !isLast && event.stage === this.#lastStage) return;
        if (isLast && !this.#redraws) return;
        this.#lastMs = nowMs;
        this.#lastStage = event.stage;
        const line = progressLine(event);
        if (this.#redraws) process.stderr.write(`\r\x1b[2K${line}`);
        else process.stderr.write(`${line}\n`);
        this.#drawn = this.#redraws;
        break;
      }
      default:
        event satisfies never;
    }
  };

  #clear(): void {
    if (this.#drawn) process.stderr.write('\r\x1b[2K');
    this.#drawn = false;
  }
}

function progressLine({ stage, done, total, unit, perSecond }: Extract<ProgressEvent, { kind: 'progress' }>): string {
  const count =
    total === null
      ? `${Math.floor(done)} ${unit}`
      : `${Math.floor(done)} of ${total} ${unit} (${Math.floor((100 * done) / Math.max(1, total))}%)`;
  const rate = perSecond === null ? '' : `, ${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(2)}/s`;
  const left =
    perSecond === null || total === null || perSecond <= 0 ? '' : `, ${clock((total - done) / perSecond)} left`;
  return `${stage}: ${count}${rate}${left}`;
}

/** Seconds as a person reads them on a player: 0:05, 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0
    ? `${h}:${String(m).padStart(2, '0')}:${String(s).padStart(2, '0')}`
    : `${m}:${String(s).padStart(2, '0')}`;
}
