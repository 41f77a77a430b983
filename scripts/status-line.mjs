// One line that says what is happening now: rewritten in place in a terminal, a line every few seconds elsewhere.

const secondsBetweenLines = 5;

export class StatusLine {
  /**
   * @param {NodeJS.WriteStream} output
   * @param {string} title
   */
  constructor(output, title) {
    this.output = output;
    this.title = title;
    this.text = "";
    this.started = Date.now();
    this.printed = this.started;
    this.timer = setInterval(() => this.draw(), output.isTTY ? 200 : secondsBetweenLines * 1000);
  }

  /** @param {string} text the newest line a program printed */
  update(text) {
    if (text.trim() === "") return;
    this.text = text.trim();
    if (this.output.isTTY) this.draw();
  }

  draw() {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const line = `${this.title}: ${seconds} s  ${this.text}`;
    if (this.output.isTTY) this.output.write(`\r\x1b[2K${line.slice(0, (this.output.columns || 80) - 1)}`);
    else this.output.write(`${line}\n`);
  }

  stop() {
    clearInterval(this.timer);
    if (this.output.isTTY) this.output.write("\r\x1b[2K");
  }
}
