/** Deadlines: whatever a call waits for, it ends in time. */

/** Node's name for what took too long. */
export const TIMED_OUT = 'ETIMEDOUT';

export class Deadline {
	private readonly end: number;

	private readonly signal: AbortSignal;

	private readonly late: Promise<never>;

	private readonly acts = new Set<() => void>();

	constructor(private readonly milliseconds: number) {
		this.end = Date.now() + milliseconds;
		this.signal = AbortSignal.timeout(milliseconds);
		this.late = new Promise((_, reject) => this.acts.add(() => reject(timedOut())));
		// It may pass when nobody waits any more.
		this.late.catch(() => {});
		this.signal.addEventListener('abort', this.pass);
	}

	/** Whatever was to end in time has ended: nothing is kept for it until the time is over. */
	done(): void {
		this.signal.removeEventListener('abort', this.pass);
		this.acts.clear();
	}

	/** The time that is left, in milliseconds; 0 if there is none. */
	left(): number {
		return this.isOver() ? 0 : Math.max(this.end - Date.now(), 1);
	}

	isOver(): boolean {
		return this.signal.aborted;
	}

	/** Throws if hardly any time is left: what is sent then is given up before its answer can come. */
	check(): void {
		if (this.left() < this.milliseconds / 10) throw timedOut();
	}

	/** Waits for something, but not longer than there is time. */
	async holds<T>(something: Promise<T>): Promise<T> {
		return await Promise.race([something, this.late]);
	}

	/** Does something when the time is over. */
	atEnd(act: () => void): void {
		if (this.isOver()) act();
		else this.acts.add(act);
	}

	private readonly pass = () => {
		for (const act of this.acts) act();
	};
}

function timedOut(): Error {
	return Object.assign(new Error('the time for it is over'), { code: TIMED_OUT });
}
