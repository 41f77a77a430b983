/** Takes a stream of chunks apart into pieces of wanted length. */
import type { Readable } from "node:stream";

export class ByteStream {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: Readable) {
    this.#chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next `size` bytes, in one piece. @throws {Error} when the stream ends before */
  async take(size: number): Promise<Buffer> {
    const whole = Buffer.allocUnsafe(size);
    await this.copy(size, async (chunk, at) => {
      whole.set(chunk, at);
    });
    return whole;
  }

  /** Hands over the next `size` bytes as they come; `at` counts from the first. @throws {Error} when the stream ends before */
  async copy(size: number, write: (chunk: Uint8Array, at: number) => Promise<void>): Promise<void> {
    for (let at = 0; at < size;) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) throw new Error(`the data end after ${at} of ${size} bytes`);
        this.#rest = next.value;
      }
      const chunk = this.#rest.subarray(0, size - at);
      this.#rest = this.#rest.subarray(chunk.length);
      await write(chunk, at);
      at += chunk.length;
    }
  }
}
