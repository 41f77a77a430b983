import type { Session } from "@settle/settle";

export interface FallingRate {
  /** Of the whole training. */
  readonly updates: number;
  /** Over which part of the training, at its end, the rate falls; 0 … 1. */
  readonly share: number;
}

/** The session, learning at a rate that falls linearly to zero over the last part of a training. */
export function withFallingRate(session: Session, { updates, share }: FallingRate): Session {
  const learn: Session["learn"] = (batch, options = {}) => {
    const left = 1 - session.updates / updates;
    const rate = (options.rate ?? session.program.learn.rate) * Math.min(1, Math.max(0, left / share));
    return session.learn(batch, { ...options, rate });
  };
  return Object.create(session, { learn: { value: learn } }) as Session;
}
