/** The calls of an executable, one after the other: no run that is under way is interleaved with a write or another run. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #over = false;

  /** @throws {Error} where `end` was called before: by then the executable is gone, which only our own fault can forget */
  take<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => {
      if (this.#over) throw new Error("this executable was disposed of");
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** The last turn, which gives back what the executable holds. */
  end(work: () => void): Promise<void> {
    return this.take(() => {
      this.#over = true;
      work();
    });
  }
}
