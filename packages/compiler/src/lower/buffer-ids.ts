/** Names of the buffers that belong to a part. Engines and hosts find them in the Program's header, never by spelling. */
export const readoutIds = (error: string) => ({
  prediction: `prediction/${error}`,
  error: `error/${error}`,
  discrepancy: `discrepancy/${error}`,
});

export const sumId = (parameter: string): string => `sum/${parameter}`;
export const momentIds = (parameter: string) => ({ first: `adam-m/${parameter}`, second: `adam-v/${parameter}` });
/** What momentum and nag keep of earlier updates. */
export const sgdVelocityId = (parameter: string): string => `learn-velocity/${parameter}`;
export const velocityId = (state: string): string => `velocity/${state}`;
/** Of each sample where steps adapt themselves: the size to try next, that of the latest step (0: it was not taken), their sum. */
export const stepSizeIds = { next: "settle/step-size", taken: "settle/step-taken", time: "settle/time" } as const;
/** Direction of the power iteration, and how much longer it became. */
export const directionId = (state: string): string => `direction/${state}`;
export const growthId = "stability/growth";
export const noiseId = (state: string): string => `noise:${state}`;
export const dataId = (state: string): string => `data:${state}`;
export const maskId = (state: string): string => `mask:${state}`;
/** The fixed sparsity of a tensor: states have masks of their own, of data. */
export const maskParameterId = (stage: string): string => `mask:${stage}`;
/** β where it is found while learning. */
export const rateId = "settle/rate";
/** Where λmax is bounded: which samples' growth to take the gradient of, and that gradient by each weight. */
export const chosenId = "stability/chosen";
export const growthGradientId = (parameter: string): string => `growth-gradient/${parameter}`;
/** The running sum of Adam's decay, 1 − βᵗ, which corrects the bias of the moments that decay by β. */
export const correctionId = (beta: number): string => `adam-weight/${beta}`;
/** A term read out for those who examine a circuit. */
export const probeId = (name: string): string => `probe/${name}`;
/** 0 where an entry would drive itself through a lateral synapse, else 1. */
export const offDiagonalId = (lateral: string): string => `off-diagonal:${lateral}`;
/** 2 on the diagonal, 1 below, 0 above. */
export const triangleId = (error: string): string => `triangle:${error}`;
