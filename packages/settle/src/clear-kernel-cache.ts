/** Removes the compiled kernels that the native engine keeps for the user. @returns bytes that came free */
export async function clearKernelCache(): Promise<number> {
  return (await import("@settle/engine-native")).clearNativeCache();
}
