export { describeTiles } from "./emit/describe-tiles.ts";
export { clearNativeCache, kernelFolder } from "./build/kernel-cache.ts";
export { type KernelProfile, profileKernels, type ProfileOptions } from "./profile-kernels.ts";
export { createNativeEngine, emitNativeC, nativeEngine, type NativeEngineOptions } from "./native-engine.ts";
