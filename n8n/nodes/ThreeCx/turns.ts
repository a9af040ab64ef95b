/** Several things at a time, with their results in order. */

/**
 * Does something for each index, not more than `most` at a time. After a failure nothing new begins; what has begun
 * is waited for, so that nothing goes on unseen, and the first failure counts. Nor does anything begin after a stop.
 */
export async function inTurn<T>(
	count: number,
	most: number,
	stop: AbortSignal | undefined,
	act: (index: number) => Promise<T>,
): Promise<T[]> {
	const results = new Array<T>(count);
	const failures = new Map<number, unknown>();
	let next = 0;
	const worker = async () => {
		while (next < count && failures.size === 0 && !stop?.aborted) {
			const index = next++;
			try {
				results[index] = await act(index);
			} catch (failure) {
				failures.set(index, failure);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(most, count) }, worker));
	if (failures.size > 0) throw failures.get(Math.min(...failures.keys())) as Error;
	return results;
}
