/** What is wrong with the text of an expression, and where in it. */
export interface ExpressionFault {
  readonly message: string;
  readonly help?: string;
  /** 0-based, in characters of the text. */
  readonly from: number;
  /** After the last character at fault; at least `from`. */
  readonly to: number;
}

/** Leaves the reading of an expression from any depth; never leaves this package. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly fault: ExpressionFault;
  constructor(fault: ExpressionFault) {
    super(fault.message);
    this.fault = fault;
  }
}
