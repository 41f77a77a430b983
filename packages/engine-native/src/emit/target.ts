/** What the emitter has to know of a processor. */
export interface Target {
  /** Numbers in one vector register: 4 (SSE, NEON), 8 (AVX2) or 16 (AVX-512). */
  readonly width: 4 | 8 | 16;
  /** Vector registers: 16, or 32 (AVX-512, NEON). */
  readonly registers: 16 | 32;
}
