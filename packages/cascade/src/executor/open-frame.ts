/**
 * A frame that a stage may still need. It is closed once, by whoever is last to need it, and counted while it is open:
 * decoders have few pictures to lend.
 */
import type { Frame, ViewData, ViewSpec } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';

export class OpenFrames {
  readonly #open = new Set<OpenFrame>();
  readonly #onClose: () => void;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  get count(): number {
    return this.#open.size;
  }

  hold(frame: Frame): OpenFrame {
    const open = new OpenFrame(frame, (closed) => {
      this.#open.delete(closed);
      this.#onClose();
    });
    this.#open.add(open);
    return open;
  }

  /** Closes all but those that a call of the reference still looks at. */
  closeAll(except: ReadonlySet<OpenFrame>): void {
    for (const frame of [...this.#open]) if (!except.has(frame)) frame.close();
  }
}

export class OpenFrame implements Frame {
  readonly id: number;
  readonly timestampS: number;
  readonly width: number;
  readonly height: number;
  /** Null once closed: views of it may be kept for t_diff, the picture must not be. */
  #frame: Frame | null;
  readonly #onClose: (frame: OpenFrame) => void;

  constructor(frame: Frame, onClose: (frame: OpenFrame) => void) {
    this.id = frame.id;
    this.timestampS = frame.timestampS;
    this.width = frame.width;
    this.height = frame.height;
    this.#frame = frame;
    this.#onClose = onClose;
  }

  view<V extends ViewSpec>(spec: V): Promise<ViewData<V>> {
    if (this.#frame === null) throw new NoScopeError('bad-input', `frame ${this.id} is closed; take views before`);
    return this.#frame.view(spec);
  }

  close(): void {
    if (this.#frame === null) return;
    this.#frame.close();
    this.#frame = null;
    this.#onClose(this);
  }
}
