/** The outcome of `work`; rejects with `tooLate` when there is none after so many milliseconds. It is not stopped. */
export async function inTime<R>(ms: number, work: () => Promise<R>, tooLate: string): Promise<R> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(tooLate)), ms);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
