/** Bodies of answers: read as they come, up to a size, and to a depth that what reads them later can take. */
import type { IExecuteFunctions } from 'n8n-workflow';

import type { Deadline } from './deadline';

/** The code of the error for a body without end. */
export const TOO_LARGE = 'TOO_LARGE';

/** How deeply an answer may be nested. What a PBX sends has ten levels at most. */
export const DEEPEST = 64;

/** What n8n takes as a stream. */
export type Stream = Exclude<
	Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0],
	Buffer
>;

/** A body whose start has been read, and whose rest is still to come. */
export interface Part {
	/** As much as tells what it is. */
	start: Buffer;
	/** All of it, from the start. It fails if it is too large, or breaks off. */
	all(): Stream;
	/** How many bytes of it have come so far. */
	size(): number;
	/** Gives up the rest. */
	close(): void;
}

/** How much of a file tells what it is, in bytes. */
const START = 4096;

function isStream(body: object): body is Stream {
	return Symbol.asyncIterator in body && 'destroy' in body;
}

/** A body as it came. One that is larger is an error, or `cut`. */
export async function bytes(
	body: unknown,
	most: number,
	deadline: Deadline,
	cut = false,
): Promise<Buffer> {
	if (body === undefined || body === null) return Buffer.alloc(0);
	if (typeof body === 'object' && isStream(body)) return await collect(body, most, deadline, cut);
	const whole = toBuffer(body);
	if (whole.length <= most) return whole;
	if (cut) return whole.subarray(0, most);
	throw tooLarge(most);
}

function toBuffer(body: unknown): Buffer {
	if (Buffer.isBuffer(body)) return body;
	if (body instanceof ArrayBuffer) return Buffer.from(body);
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

async function collect(body: Stream, most: number, deadline: Deadline, cut: boolean) {
	deadline.atEnd(() => body.destroy());
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of body) {
		chunks.push(chunk);
		size += chunk.length;
		if (size <= most) continue;
		body.destroy();
		if (!cut) throw tooLarge(most);
		break;
	}
	return Buffer.concat(chunks, Math.min(size, most));
}

/** The start of a body; the rest is read when it is wanted, and never held in memory as a whole. */
export async function opened(
	body: unknown,
	most: number,
	deadline: Deadline,
): Promise<Part | undefined> {
	if (typeof body !== 'object' || body === null || !isStream(body)) return undefined;
	deadline.atEnd(() => body.destroy());
	const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
	const read: Uint8Array[] = [];
	let size = 0;
	const next = async () => {
		const { value, done } = await chunks.next();
		if (done) return undefined;
		size += value.length;
		if (size > most) throw tooLarge(most);
		return value;
	};
	let chunk = await next();
	for (; chunk && size < START; chunk = await next()) read.push(chunk);
	if (chunk) read.push(chunk);
	async function* rest() {
		yield* read;
		if (!chunk) return;
		for (let more = await next(); more; more = await next()) yield more;
	}
	// Every class of streams has it from `Readable`, which nodes must not import.
	const { from } = body.constructor as unknown as {
		from(chunks: AsyncIterable<Uint8Array>): Stream;
	};
	return {
		start: Buffer.concat(read).subarray(0, START),
		all: () => from(rest()),
		size: () => size,
		close: () => body.destroy(),
	};
}

function tooLarge(most: number): Error {
	const message = `it is larger than ${most / 1e6} MB`;
	return Object.assign(new Error(message), { code: TOO_LARGE });
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether JSON is nested more deeply than an answer may be: n8n fails to keep it. */
export function isTooDeep(json: Uint8Array): boolean {
	let depth = 0;
	for (let at = 0; at < json.length; at++) {
		switch (json[at]) {
			case QUOTE:
				for (at++; at < json.length && json[at] !== QUOTE; at++) if (json[at] === BACKSLASH) at++;
				break;
			case OPEN_LIST:
			case OPEN_OBJECT:
				if (++depth > DEEPEST) return true;
				break;
			case CLOSE_LIST:
			case CLOSE_OBJECT:
				depth--;
		}
	}
	return false;
}
